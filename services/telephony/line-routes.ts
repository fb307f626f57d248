import { z } from 'zod';
import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import { phoneLineSchema } from '#contracts/telephone.ts';
import { listOf } from '#contracts/list.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { loadQueries } from '#platform/sql.ts';
import { normaliseNumber, spellings } from './numbers.ts';

const q = loadQueries(import.meta.url, 'telephony', ['list_lines', 'put_line', 'drop_line']);
const KEYS = (Object.keys(EVENT_TYPES) as EventType[]).filter((type) => EVENT_TYPES[type] !== 'kept');
const tags = ['telephone'];
const MANAGERS = ['admin'] as const;

interface LineRoutesDeps {
  db: Database;
  /** Throws for whoever does not manage everything. */
  mustHoldAll(db: Db, viewer: Viewer): Promise<void>;
  audit(tx: Tx, viewer: Viewer, what: string, subject: string, data?: Record<string, unknown>): Promise<void>;
}

/** `/api/phone-lines`: numbers that units call which can only dial, and the key that each of them stands for. */
export function registerLineRoutes(app: App, deps: LineRoutesDeps): void {
  const { db, mustHoldAll, audit } = deps;
  app.get(
    '/api/phone-lines',
    {
      config: { access: MANAGERS },
      schema: { tags, summary: 'Lines of units that can only dial', response: { 200: listOf(phoneLineSchema) } },
    },
    async () => ({ items: await db.query<{ number: string; key: string }>(q.list_lines), nextCursor: null }),
  );
  app.put(
    '/api/phone-lines/:number',
    {
      config: { access: MANAGERS },
      schema: {
        tags,
        summary: 'Which key a called number stands for; null takes the line away',
        params: z.object({ number: z.string().min(3).max(24) }),
        body: z.object({ key: z.enum(KEYS).nullable() }),
        response: { 200: listOf(phoneLineSchema) },
      },
    },
    async (request) => {
      const { viewer, params, body } = request;
      await mustHoldAll(db, viewer);
      const number = normaliseNumber(params.number);
      if (number === null)
        throw new Problem('invalid_fields', {
          fields: [{ field: 'number', expected: '能拨通的号码,如 0710-3511234 | a number that can be dialled' }],
        });
      await db.tx(async (tx) => {
        await tx.query(q.drop_line, [spellings(number)]);
        if (body.key !== null) await tx.query(q.put_line, [number, body.key]);
        await audit(tx, viewer, body.key === null ? 'phone_line.drop' : 'phone_line.put', number, { key: body.key });
      });
      return { items: await db.query<{ number: string; key: string }>(q.list_lines), nextCursor: null };
    },
  );
}
