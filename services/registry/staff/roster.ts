import type { DutyException, Roster, RosterChange } from '#contracts/registry.ts';
import type { z } from 'zod';
import type { calendarDaySchema } from '#contracts/registry.ts';
import { idFromName } from '#kernel/ids.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { findVisibleRegion } from '../scope.ts';

const q = loadQueries(import.meta.url, 'registry.staff', [
  'lock_staff',
  'duty_rules',
  'duty_exceptions',
  'drop_duty_rules',
  'add_duty_rule',
  'put_duty_exception',
  'drop_duty_exception',
  'calendar',
  'put_calendar_day',
  'drop_calendar_day',
]);

const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;

/**
 * The rules of one person for the viewer's regions, and what is out of turn from yesterday on. The caller has checked
 * that he may see her; where else she is on duty is not his to see or to change.
 */
export async function readRoster(db: Db, viewer: Viewer, staffId: string, now: number): Promise<Roster> {
  const yesterday = new Date(now + CHINA_MS - DAY_MS).toISOString().slice(0, 10);
  const [rules, exceptions] = await Promise.all([
    db.query<Roster['rules'][number]>(q.duty_rules, [staffId, viewer.regions]),
    db.query<DutyException>(q.duty_exceptions, [staffId, yesterday]),
  ]);
  return { rules, exceptions };
}

type Change = { viewer: Viewer; staffId: string; audit: (tx: Db) => Promise<void> };

/** Puts these rules in the place of those before that the viewer sees. Regions that he may not see are `invalid_fields`. */
export async function writeRoster(db: Database, wanted: Change & { roster: RosterChange }): Promise<void> {
  const { viewer, staffId, roster } = wanted;
  await db.tx(async (tx) => {
    await lockStaff(tx, wanted);
    await tx.query(q.drop_duty_rules, [staffId, viewer.regions]);
    for (const [n, rule] of roster.rules.entries()) {
      const region = await findVisibleRegion(tx, viewer, rule.regionId);
      if (region === null) {
        const field = `rules.${n}.regionId`;
        throw new Problem('invalid_fields', {
          fields: [{ field, expected: '您管的一个区划 | a region that you may see' }],
        });
      }
      const id = idFromName(`duty:${staffId}:${n}:${JSON.stringify(rule)}`);
      const days = [...new Set(rule.days)].toSorted((a, b) => a - b);
      await tx.query(q.add_duty_rule, [
        id,
        staffId,
        region.id,
        region.path,
        days,
        rule.holidays,
        rule.fromMin,
        rule.toMin,
      ]);
    }
    await wanted.audit(tx);
  });
}

/** Sets a day out of turn: away, or on duty besides the rules. */
export async function putException(db: Database, wanted: Change & { exception: DutyException }): Promise<void> {
  const { day, onDuty, fromMin, toMin } = wanted.exception;
  await db.tx(async (tx) => {
    await lockStaff(tx, wanted);
    await tx.query(q.put_duty_exception, [wanted.staffId, day, onDuty, fromMin, toMin]);
    await wanted.audit(tx);
  });
}

/** A day in turn again. */
export async function dropException(db: Database, wanted: Change & { day: string }): Promise<void> {
  await db.tx(async (tx) => {
    await lockStaff(tx, wanted);
    await tx.query(q.drop_duty_exception, [wanted.staffId, wanted.day]);
    await wanted.audit(tx);
  });
}

async function lockStaff(tx: Db, { viewer, staffId }: Change): Promise<void> {
  if ((await tx.query(q.lock_staff, [staffId, viewer.regions])).length === 0) throw new Problem('not_found');
}

type CalendarDay = z.output<typeof calendarDaySchema>;

/** Public holidays and worked weekend days of a year. */
export function readCalendar(db: Db, year: number): Promise<CalendarDay[]> {
  return db.query<CalendarDay>(q.calendar, [`${year}-01-01`, `${year}-12-31`]);
}

/** Sets a day of the calendar. */
export async function putCalendarDay(db: Db, { day, kind, name }: CalendarDay): Promise<void> {
  await db.query(q.put_calendar_day, [day, kind, name]);
}

/** Makes a day an ordinary one. */
export async function dropCalendarDay(db: Db, day: string): Promise<void> {
  await db.query(q.drop_calendar_day, [day]);
}
