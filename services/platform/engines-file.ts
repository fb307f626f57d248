import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { makeDataDir } from './data-dir.ts';

const enginesSchema = z.object({
  /** Process that runs the engines. */
  pid: z.number().int(),
  databaseUrl: z.string().optional(),
  mqttUrl: z.string().optional(),
  mqttWsUrl: z.string().optional(),
  consoleUrl: z.string().optional(),
});

/** Where the running platform's engines are, so that `npm run broker` and other tools find them. Holds the database's password. */
export type Engines = z.infer<typeof enginesSchema>;

/** Adds to `DATA_DIR/engines.json` (mode 0600), in one step; what another process wrote is replaced. */
export function recordEngines(dataDir: string, engines: Partial<Omit<Engines, 'pid'>>): void {
  makeDataDir(dataDir);
  const before = readEngines(dataDir);
  const next: Engines = { ...(before?.pid === process.pid ? before : {}), ...engines, pid: process.pid };
  const temporary = path.join(dataDir, `.engines.${process.pid}.json`);
  writeFileSync(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path.join(dataDir, 'engines.json'));
}

/** The engines last recorded in `dataDir`, of a platform that may have ended since; undefined when there is no readable record. */
export function readEngines(dataDir: string): Engines | undefined {
  const file = path.join(dataDir, 'engines.json');
  if (!existsSync(file)) return undefined;
  try {
    return enginesSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    // Half a file of an older release says as little as no file.
    return undefined;
  }
}
