/** How long the server takes to answer, there and back, in whole ms. Throws when it does not. */
export async function measureRoundTrip(): Promise<number> {
  const from = performance.now();
  const response = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(4_000) });
  await response.arrayBuffer();
  return Math.max(1, Math.round(performance.now() - from));
}
