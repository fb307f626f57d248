import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { Database } from '#platform/database.ts';
import { createDatabase } from '#platform/database.ts';
import { createLog } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';

/** What the secrets of the seeded template's devices follow from (`demoSecret(DEMO_SECRET_SEED, 'demo-0001')`). */
export const DEMO_SECRET_SEED = 'test';

/** `migrated`: all migrations, no rows. `seeded`: with the demo city in it. */
type Template = 'migrated' | 'seeded';

/** A database of a test's own. */
export interface TestDatabase {
  url: string;
  db: Database;
  /** Ends `db` and every other connection, and drops the database. */
  drop(): Promise<void>;
}

/**
 * Clones the migrated template (about 30 ms), or with `seeded` the one with the demo city (made when first asked for).
 * Call `drop` in `afterAll`; the whole server goes at the end of the run anyhow.
 */
export async function createTestDatabase(options: { seeded?: boolean; max?: number } = {}): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl');
  const template: Template = options.seeded ? 'seeded' : 'migrated';
  if (template === 'seeded') await buildTemplate(adminUrl, template);
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(adminUrl, (client) =>
    client.query(`create database ${name} template template_${template} strategy file_copy`),
  );
  const url = databaseUrl(adminUrl, name);
  const db = createDatabase({ url, log: createLog('silent'), max: options.max ?? 10 });
  return {
    url,
    db,
    async drop() {
      await db.stop();
      await withClient(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** Makes a template database once, however many test files ask for it at the same time. */
export async function buildTemplate(adminUrl: string, template: Template): Promise<void> {
  const name = `template_${template}`;
  await withClient(adminUrl, async (client) => {
    await client.query('select pg_advisory_lock(12349)');
    const found = await client.query('select 1 from pg_database where datname = $1 and not datallowconn', [name]);
    if (found.rowCount) return;
    await client.query(`drop database if exists ${name} with (force)`);
    if (template === 'migrated') {
      await client.query(`create database ${name}`);
      await migrate({ url: databaseUrl(adminUrl, name), log: createLog('silent') });
    } else {
      await client.query(`create database ${name} template template_migrated`);
      await seed(databaseUrl(adminUrl, name));
    }
    // Nobody can hold it open from here on, which would make the cloning of it fail.
    await client.query(`alter database ${name} allow_connections false`);
  });
}

async function seed(url: string): Promise<void> {
  // Only here: a test of a kernel function needs no city, and should not fail with one.
  const { seedDemo } = await import('#registry/demo/seed.ts');
  const db = createDatabase({ url, log: createLog('silent') });
  try {
    await seedDemo({ db, secretSeed: DEMO_SECRET_SEED });
  } finally {
    await db.stop();
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
