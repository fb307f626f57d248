import { z } from 'zod';
import { listOf, pageQuery } from '#contracts/list.ts';
import {
  calendarDaySchema,
  dutyExceptionSchema,
  gapSchema,
  rosterChangeSchema,
  rosterSchema,
} from '#contracts/registry.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { coverageGaps } from '../duty.ts';
import { regionNames } from '../regions.ts';
import { auditor, CARERS, decodeCursor, encodeCursor, MANAGERS, mustHoldAll, READERS, scopeOfQuery } from '../scope.ts';
import type { Recorders } from '../scope.ts';
import {
  dropCalendarDay,
  dropException,
  putCalendarDay,
  putException,
  readCalendar,
  readRoster,
  writeRoster,
} from './roster.ts';
import { findStaff } from './staff.ts';

const byId = z.object({ id: z.uuid() });
const byIdAndDay = byId.extend({ day: z.iso.date() });
const byDay = z.object({ day: z.iso.date() });

type Deps = Recorders & { db: Database; clock: Clock };

/** `/api/staff/:id/duty…`, `/api/coverage`, `/api/calendar…`: who is on when, and when nobody is. */
export function registerDutyRoutes(app: App, deps: Deps): void {
  registerRosters(app, deps);
  registerDaysOutOfTurn(app, deps);
  registerCoverage(app, deps);
  registerCalendar(app, deps);
}

function registerRosters(app: App, deps: Deps): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.get(
    '/api/staff/:id/duty',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'The roster of one person',
        params: byId,
        response: { 200: rosterSchema },
      },
    },
    async (request) => {
      if ((await findStaff(db, request.viewer, request.params.id, clock.now())) === null)
        throw new Problem('not_found');
      return readRoster(db, request.viewer, request.params.id, clock.now());
    },
  );

  app.put(
    '/api/staff/:id/duty',
    {
      config: { access: CARERS },
      schema: {
        tags: ['registry'],
        summary: 'The rules of one person as they are to be from now on',
        params: byId,
        body: rosterChangeSchema,
        response: { 200: rosterSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { viewer, body } = request;
      await writeRoster(db, {
        viewer,
        staffId: id,
        roster: body,
        audit: (tx) => audit(tx, viewer, 'duty.change', id, { rules: body.rules.length }),
      });
      return readRoster(db, viewer, id, clock.now());
    },
  );
}

function registerDaysOutOfTurn(app: App, deps: Deps): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.put(
    '/api/staff/:id/duty/:day',
    {
      config: { access: CARERS },
      schema: {
        tags: ['registry'],
        summary: 'A day out of turn: away, or on duty besides the rules',
        params: byIdAndDay,
        body: dutyExceptionSchema.omit({ day: true }),
        response: { 200: rosterSchema },
      },
    },
    async (request) => {
      const { id, day } = request.params;
      const { viewer, body } = request;
      const exception = { day, ...body };
      await putException(db, {
        viewer,
        staffId: id,
        exception,
        audit: (tx) => audit(tx, viewer, 'duty.exception', id, exception),
      });
      return readRoster(db, viewer, id, clock.now());
    },
  );

  app.delete(
    '/api/staff/:id/duty/:day',
    {
      config: { access: CARERS, bodyless: true },
      schema: {
        tags: ['registry'],
        summary: 'A day in turn again',
        params: byIdAndDay,
        response: { 200: rosterSchema },
      },
    },
    async (request) => {
      const { id, day } = request.params;
      const { viewer } = request;
      await dropException(db, {
        viewer,
        staffId: id,
        day,
        audit: (tx) => audit(tx, viewer, 'duty.in_turn', id, { day }),
      });
      return readRoster(db, viewer, id, clock.now());
    },
  );
}

function registerCoverage(app: App, deps: Deps): void {
  const { db, clock } = deps;

  app.get(
    '/api/coverage',
    {
      config: { access: ['supervisor', 'operator', 'admin', 'auditor'] },
      schema: {
        tags: ['registry'],
        summary: 'When grids have nobody on duty who could come, in the coming hours',
        querystring: pageQuery.extend({
          limit: pageQuery.shape.limit.unwrap().default(200),
          hours: z.coerce.number().int().min(1).max(168).default(24),
          from: z.iso.datetime({ offset: true }).optional(),
          region: z.string().max(200).optional(),
        }),
        response: { 200: listOf(gapSchema) },
      },
    },
    async (request) => {
      const { hours, from, region, limit, cursor } = request.query;
      const scope = await scopeOfQuery(db, request.viewer, region, 'region');
      const after = decodeCursor(cursor, 2);
      const gaps = await coverageGaps(db, {
        regionPrefixes: scope.prefixes,
        from: from === undefined ? clock.now() : Date.parse(from),
        hours,
      });
      const rest =
        after === undefined
          ? gaps
          : gaps.filter((gap) => gap.path > after[0]! || (gap.path === after[0] && gap.from > Number(after[1])));
      const page = rest.slice(0, limit);
      const names = await regionNames(db, [...new Set(page.map((gap) => gap.path))]);
      const last = rest.length > limit ? page.at(-1) : undefined;
      return {
        items: page.map((gap) => ({
          ...gap,
          name: (names.get(gap.path) ?? [])
            .slice(-2)
            .map((name) => name.name)
            .join(' '),
          from: new Date(gap.from).toISOString(),
          to: new Date(gap.to).toISOString(),
        })),
        nextCursor: last === undefined ? null : encodeCursor([last.path, String(last.from)]),
      };
    },
  );
}

function registerCalendar(app: App, deps: Deps): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.get(
    '/api/calendar',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'Public holidays and worked weekend days of a year',
        querystring: z.object({ year: z.coerce.number().int().min(2000).max(2100).optional() }),
        response: { 200: listOf(calendarDaySchema) },
      },
    },
    async (request) => {
      const year = request.query.year ?? new Date(clock.now() + 8 * 3_600_000).getUTCFullYear();
      return { items: await readCalendar(db, year), nextCursor: null };
    },
  );

  app.put(
    '/api/calendar/:day',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Make a day a holiday, or a weekend day a worked one',
        params: byDay,
        body: calendarDaySchema.omit({ day: true }),
        response: { 200: calendarDaySchema },
      },
    },
    async (request) => {
      const day = { day: request.params.day, ...request.body };
      await mustHoldAll(db, request.viewer);
      await db.tx(async (tx) => {
        await putCalendarDay(tx, day);
        await audit(tx, request.viewer, 'calendar.change', day.day, { kind: day.kind, name: day.name });
      });
      return day;
    },
  );

  app.delete(
    '/api/calendar/:day',
    {
      config: { access: MANAGERS, bodyless: true },
      schema: { tags: ['registry'], summary: 'Make a day an ordinary one', params: byDay, response: { 200: byDay } },
    },
    async (request) => {
      const { day } = request.params;
      await mustHoldAll(db, request.viewer);
      await db.tx(async (tx) => {
        await dropCalendarDay(tx, day);
        await audit(tx, request.viewer, 'calendar.change', day, { kind: 'ordinary' });
      });
      return { day };
    },
  );
}
