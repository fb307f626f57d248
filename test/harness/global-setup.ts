import type { TestProject } from 'vitest/node';
import { buildTemplate } from './database.ts';
import { startTestPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Maintenance database of the run's Postgres. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the run, with the migrated template that `createTestDatabase` clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startTestPostgres();
  try {
    await buildTemplate(postgres.url, 'migrated');
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  project.provide('postgresUrl', postgres.url);
  return () => postgres.stop();
}
