import pg from 'pg';
import type { Statement } from './sql.ts';
import type { Log } from './log.ts';

/** Anything that runs statements: the pool, or one transaction. */
export interface Db {
  query<Row>(statement: Statement, params?: readonly unknown[]): Promise<Row[]>;
}

/** One transaction; what is handed to `afterCommit` runs once it is committed, never otherwise. */
export interface Tx extends Db {
  afterCommit(action: () => void): void;
}

export interface Database extends Db {
  /** Runs `work` in one transaction. Serialization failures and deadlocks (40001, 40P01) are tried again, 5 times at most. */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** `select 1`; rejects when the database is away. */
  ping(): Promise<void>;
  stop(): Promise<void>;
  readonly pool: pg.Pool;
}

/**
 * A client whose death is no end of ours. pg tells of it by an event, which ends the process where nobody listens: in a
 * pool that is so from the moment it hands a client out until whoever awaited it has its turn, and a server that is going
 * down says so in the very packet in which it says that it is ready. The statement after it fails, and that is enough.
 */
export class Client extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

const RETRY_CODES = new Set(['40001', '40P01']);

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * A pool on `url`. A frozen process (SIGSTOP) must not hold rows for ever: a transaction idle for 5 s is ended by the
 * server, and its late COMMIT fails.
 */
export function createDatabase(deps: { url: string; log: Log; max?: number }): Database {
  const pool = new pg.Pool({
    Client,
    connectionString: deps.url,
    max: deps.max ?? 20,
    idle_in_transaction_session_timeout: 5_000,
    statement_timeout: 15_000,
    // A database host that vanishes without a word must not keep the pool for ever.
    query_timeout: 20_000,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    application_name: 'yijiantong',
  });
  pool.on('error', (error) => deps.log.warn({ err: error.message }, 'idle database connection lost'));

  async function query<Row>(statement: Statement, params: readonly unknown[] = []): Promise<Row[]> {
    return (await pool.query({ name: statement.name, text: statement.text, values: params as unknown[] }))
      .rows as Row[];
  }

  async function once<T>(work: (tx: Tx) => Promise<T>): Promise<{ value: T; after: (() => void)[] }> {
    const client = await pool.connect();
    const after: (() => void)[] = [];
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query('begin');
      const value = await work({
        query: async <Row>(statement: Statement, params: readonly unknown[] = []) =>
          (await client.query({ name: statement.name, text: statement.text, values: params as unknown[] }))
            .rows as Row[],
        afterCommit: (action) => after.push(action),
      });
      await client.query('commit');
      return { value, after };
    } catch (error) {
      await client.query('rollback').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  return {
    pool,
    query,
    async tx(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          const { value, after } = await once(work);
          for (const action of after) action();
          return value;
        } catch (error) {
          const code = (error as { code?: string }).code ?? '';
          if (!RETRY_CODES.has(code) || attempt >= 5) throw error;
        }
      }
    },
    async ping() {
      await pool.query('select 1');
    },
    async stop() {
      await pool.end();
    },
  };
}
