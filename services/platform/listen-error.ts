/** What to tell when nothing can listen at `host`:`port`; `variable` is the one that sets the port. */
export function listenError(error: Error, host: string, port: number, variable: string): Error {
  const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  return new Error(
    isTaken
      ? `port ${port} of ${host} is taken: another platform or broker is running. Stop it, or set ${variable}`
      : `cannot listen on ${host}:${port} (HOST, ${variable}): ${error.message}`,
    { cause: error },
  );
}
