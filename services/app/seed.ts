/** `npm run seed -- --residents N`: fills the database with the demo city and as many districts beside it as N elders need. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '#platform/config.ts';
import { createDatabase } from '#platform/database.ts';
import { readEngines } from '#platform/engines-file.ts';
import { createLog } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import { seedResidents } from '#registry/demo/seed.ts';
import { readSecretSeed } from './demo-seed.ts';

const USAGE = `npm run seed -- --residents N
  --residents   how many elders there are to be in all, 1–2000000; the first 6,000 are the demo city's
Writes into DATABASE_URL, or into the platform that runs on DATA_DIR, and goes on where an earlier run stopped. The
secrets of the devices follow from DATA_DIR/demo-seed.json.`;

const MOST = 2_000_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const residents = readArguments();
  if (residents === undefined) return complain(USAGE, 2);
  const read = readConfig(process.env);
  if ('errors' in read) return complain(read.errors.join('\n'), 2);
  const { config } = read;
  const url = config.databaseUrl ?? readEngines(config.dataDir)?.databaseUrl;
  if (url === undefined) {
    return complain(
      `no database: start the platform first (npm start), or set DATABASE_URL. Looked in ${path.resolve(config.dataDir)} (DATA_DIR)`,
      1,
    );
  }
  const log = createLog('warn');
  const db = createDatabase({ url, log, max: 2 });
  const start = performance.now();
  try {
    await db.ping();
    await migrate({ url, log });
    const count = await seedResidents({
      db,
      secretSeed: readSecretSeed(config.dataDir),
      residents,
      say: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(`seeded: ${count} residents, ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    return 0;
  } catch (error) {
    return complain((error as Error).message, 1);
  } finally {
    await db.stop();
  }
}

function readArguments(): number | undefined {
  try {
    const { values } = parseArgs({ options: { residents: { type: 'string' } } });
    const residents = Number(values.residents);
    return Number.isInteger(residents) && residents >= 1 && residents <= MOST ? residents : undefined;
  } catch {
    return undefined;
  }
}

function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}
