import pino from 'pino';

export type Log = pino.Logger;

/**
 * The log: JSON lines on standard error, so that standard output stays for `ready`. Nothing personal goes in: ids,
 * codes and counts only. `level` is pino's; a test may take the lines elsewhere.
 */
export function createLog(level = 'info', to: pino.DestinationStream = pino.destination({ fd: 2, sync: true })): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['password', 'secret', 'totp', 'phone', 'name', 'address', 'req.headers.cookie'],
    },
    to,
  );
}
