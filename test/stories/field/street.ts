import { idFromName, newId } from '#kernel/ids.ts';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import { openApi, type Api } from '#test/harness/api.ts';
import { signInTestPerson } from '#test/harness/identity.ts';
import { standingClock, startPlatformHere, type RunningPlatform } from '#test/harness/running.ts';
import { redPress } from '../climbing.ts';

/** A Monday noon, when people are on duty. */
export const NOON = Date.parse('2026-11-23T12:00:00+08:00');
/** About so many degrees of latitude are a metre. */
const METRE = 1 / 111_320;

/** Somebody of the street with an account of his own. */
export interface Responder {
  staffId: string;
  name: string;
  username: string;
  password: string;
  api: Api;
}

/** A home of the demo city in a street of its own, so that only those are asked whom the test hires. */
export interface FieldWorld {
  readonly running: RunningPlatform;
  readonly clock: ReturnType<typeof standingClock>;
  readonly desk: Api;
  readonly home: { lat: number; lon: number };
  /** Hires somebody `metres` north of the home, on duty around the clock unless told otherwise. */
  hire(name: string, options?: Hiring): Promise<Responder>;
  /** A red press, or of another type; answers the case. */
  press(type?: 'sos' | 'fall' | 'arrived'): Promise<string>;
  /** An operator takes the case and ends it, so that the next press opens another. */
  end(id: string): Promise<void>;
  detail(id: string): Promise<WireIncidentDetail>;
  history(id: string): Promise<{ kind: string; data: Record<string, unknown> }[]>;
  /** Carries out whatever is due by now. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface Hiring {
  metres?: number;
  kind?: 'grid_worker' | 'volunteer' | 'medic' | 'guard' | 'informant';
  duty?: boolean;
  mayWake?: 'always' | 'emergency' | 'never';
  wake?: [number, number];
  /** Works for the neighbouring street instead. */
  next?: boolean;
  key?: boolean;
}

const DEVICE = 'demo-0001';

/** A clock that goes on by itself from `start` (ms), and can be moved besides. */
export function goingClock(start: number): ReturnType<typeof standingClock> {
  let shift = start - Date.now();
  return {
    now: () => Date.now() + shift,
    advance(ms) {
      shift += ms;
    },
  };
}

/** Starts the platform, with a clock that stands unless another is given; the home's own street has nobody but whom the test hires. */
export async function openField(at = NOON, clock = standingClock(at)): Promise<FieldWorld> {
  const running = await startPlatformHere({ clock });
  const { pool } = running.db;
  const one = async <Row>(sql: string, params: unknown[] = []): Promise<Row> => (await pool.query(sql, params)).rows[0];
  const place = await one<{ household: string; path: string; lat: number; lon: number }>(
    `select h.id as household, h.region_path as path, coalesce(h.lat, b.lat) as lat, coalesce(h.lon, b.lon) as lon
     from device d join household h on h.id = d.household_id left join building b on b.id = h.building_id where d.id = $1`,
    [DEVICE],
  );
  await pool.query('update staff set disabled_at = $1', [new Date(at)]);
  const street = place.path.split('/').slice(0, 4).join('/') + '/';
  const next = await one<{ id: string; path: string }>(
    `select id, path from region where level = 'grid' and path like '42/4206/%' and not starts_with(path, $1) order by path limit 1`,
    [street],
  );
  const grid = await one<{ id: string }>('select id from region where path = $1', [place.path]);
  const operator = await signInTestPerson(running.db, clock, 'operator', { name: '李敏' });
  const desk = openApi(running.url, operator.cookie);
  return {
    running,
    clock,
    desk,
    home: place,
    async hire(name, options = {}) {
      const staffId = idFromName(`field/${name}`);
      const region = options.next ? next : { id: grid.id, path: place.path };
      const kind = options.kind ?? 'grid_worker';
      await pool.query(
        `insert into staff (id, name, phone, kind, region_id, region_path, lat, lon, skills, may_wake, wake_from_min, wake_to_min)
         values ($1, $2, '15400000001', $3, $4, $5, $6, $7, '{}', $8, $9, $10)`,
        [
          staffId,
          name,
          kind,
          region.id,
          region.path,
          place.lat + (options.metres ?? 500) * METRE,
          place.lon,
          options.mayWake ?? 'never',
          options.wake?.[0] ?? null,
          options.wake?.[1] ?? null,
        ],
      );
      if (options.duty !== false)
        await pool.query(
          `insert into duty_rule (id, staff_id, region_id, region_path, days, holidays, from_min, to_min)
           values ($1, $2, $3, $4, '{1,2,3,4,5,6,7}', true, 0, 1440)`,
          [newId(clock.now()), staffId, region.id, region.path],
        );
      if (options.key)
        await pool.query(
          `insert into key_holder (id, household_id, staff_id, name, kind) values ($1, $2, $3, $4, 'staff')`,
          [newId(clock.now()), place.household, staffId, name],
        );
      const role = kind === 'medic' || kind === 'volunteer' ? kind : 'grid_worker';
      const person = await signInTestPerson(running.db, clock, role, { name, staffId, regions: [region] });
      const { username, password } = person;
      return { staffId, name, username, password, api: openApi(running.url, person.cookie) };
    },
    async press(type = 'sos') {
      const [receipt] = await running.receive([{ ...redPress(DEVICE, clock.now()), type }]);
      return receipt!.incident!;
    },
    async end(id) {
      let last: unknown;
      for (let tries = 0; tries < 20; tries++) {
        const { body } = await desk.get(`/api/incidents/${id}`);
        if (body.owner === null) await desk.send('POST', `/api/incidents/${id}/claim`, {});
        const handoff = body.handoffs.find((given: { state: string }) => given.state === 'offered')?.id;
        const way = handoff === undefined ? 'cancel' : 'handoff_update';
        const { version } = (await desk.get(`/api/incidents/${id}`)).body;
        last = (
          await desk.send('POST', `/api/incidents/${id}/${way}`, {
            version,
            ...(handoff && { handoff, state: 'withdrawn', reason: '3 号席电话确认' }),
          })
        ).body;
        if ((last as { state?: string }).state === 'cancelled') return;
      }
      throw new Error(`the case could not be ended: ${JSON.stringify(last)}`);
    },
    detail: async (id) => (await desk.get(`/api/incidents/${id}`)).body as WireIncidentDetail,
    history: async (id) =>
      (await pool.query('select kind, data from history where incident_id = $1 order by seq', [id])).rows,
    settle: () => settle(running, clock),
    stop: () => running.stop(),
  };
}

/**
 * Until every clock that has struck was heard (another look may hold the row just then) and nothing that was intended is
 * undone; what a queue lost is looked for after 3 s of the moved clock.
 */
async function settle(running: RunningPlatform, clock: FieldWorld['clock']): Promise<void> {
  for (let looks = 1; looks < 200; looks++) {
    await running.platform.sweepOnce();
    const { rows } = await running.db.pool.query(
      `select 1 from intent where state = 'pending' union all select 1 from incident where wake_at <= $1 limit 1`,
      [new Date(clock.now())],
    );
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (looks % 20 === 0) clock.advance(3_100);
  }
  throw new Error('something intended was never carried out');
}

/** The one assignment of a responder that he holds or is offered now. */
export async function mine(person: Responder): Promise<{ id: string; state: string }> {
  const { body } = await person.api.get('/api/assignments');
  return (body as { items: { id: string; state: string }[] }).items[0]!;
}
