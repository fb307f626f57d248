import type { Actor } from '#dispatch/domain/incident.ts';
import type { RunningPlatform, standingClock } from '#test/harness/running.ts';
import { pressOf, type Person, type Street } from './streets.ts';

/** What a test does in streets at work. */
export interface Day {
  post(
    person: Person,
    url: string,
    payload?: object,
    method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  ): Promise<Record<string, unknown>>;
  /** A red press of this box; answers the case. */
  press(deviceId: string): Promise<string>;
  /** Nothing is on its way any more. */
  settled(): Promise<void>;
  /** A day's work in one street: everything that can be seen on a screen happens. */
  work(street: Street): Promise<void>;
}

/** Looks until it is so; fails after 15 s. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 15_000; !(await isSo());) {
    if (Date.now() > end) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The day of `running`, by its standing clock. */
export function beginDay(running: RunningPlatform, clock: ReturnType<typeof standingClock>): Day {
  const { app, platform } = running;
  const { cases } = platform;

  async function post(
    person: Person,
    url: string,
    payload: object = {},
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' = 'POST',
  ): Promise<Record<string, unknown>> {
    const answer = await app.inject({ method, url, headers: { cookie: person.cookie }, payload });
    if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.body}`);
    return answer.body === '' ? {} : answer.json();
  }

  async function press(deviceId: string): Promise<string> {
    const [receipt] = await running.receive([pressOf(deviceId, clock)]);
    return receipt!.incident!;
  }

  async function settled(): Promise<void> {
    await until(async () => {
      const { rows } = await running.db.pool.query<{ n: number }>(
        `select (select count(*) from intent where state = 'pending')::int + (select count(*) from outbox where sent_at is null)::int as n`,
      );
      return rows[0]!.n === 0;
    }, 'everything is carried');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  async function work(street: Street): Promise<void> {
    const { operator, supervisor, grid_worker: worker } = street.people;
    const by: Actor = operator.actor;
    const helper = {
      staffId: worker.staffId!,
      name: worker.name,
      role: 'grid_worker',
      phone: '15499990000',
      minutes: 5,
      why: '值班',
    };
    const device = street.home().deviceId;
    const id = await press(device);
    await cases.desk(id, { type: 'claim' }, by, null);
    await cases.desk(id, { type: 'note', text: `${street.name}的一条记录` }, by, null);
    await cases.street(id, { type: 'assign', helper }, by, null);
    const { medic } = street.people;
    await cases.street(
      id,
      { type: 'assign', helper: { ...helper, staffId: medic.staffId!, name: medic.name, role: 'medic' } },
      by,
      null,
    );
    await settled();
    const { rows } = await running.db.pool.query<{ id: string }>(
      'select id from assignment where incident_id = $1 and staff_id = $2',
      [id, worker.staffId],
    );
    for (const to of ['accepted', 'under_way'] as const)
      await cases.answer(rows[0]!.id, worker.staffId!, { to }, worker.actor);
    clock.advance(1_000);
    await platform.reportPosition({ staffId: worker.staffId!, lat: 32.04, lon: 112.14, accuracy: 10, at: clock.now() });
    for (const to of ['on_scene', 'done'] as const)
      await cases.answer(rows[0]!.id, worker.staffId!, { to }, worker.actor);
    await cases.street(id, { type: 'handoff', target: '120' }, by, null);
    await press(device);
    // The street's shop is asked for work.
    await post(operator, '/api/work-orders', { incident: id, service: 'tap_leak', what: '滴水' });

    // Asked, then no longer; resolved and closed.
    const second = await press(street.home().deviceId);
    await cases.desk(second, { type: 'claim' }, by, null);
    await cases.street(second, { type: 'assign', helper }, by, null);
    await settled();
    await cases.desk(second, { type: 'resolve', code: 'rescue' }, by, null);
    await cases.desk(second, { type: 'close' }, by, null);

    // Nobody takes it: the ladder calls the operators, then the supervisors.
    await press(street.home().deviceId);
    await settled();

    await post(operator, '/api/desk', { state: 'talking' }, 'PUT');
    await post(operator, '/api/handovers', { note: `${street.name}交班` });
    const [handover] = (
      await app.inject({ url: '/api/handovers?open=1', headers: { cookie: supervisor.cookie } })
    ).json<{
      items: { id: string }[];
    }>().items;
    await post(supervisor, `/api/handovers/${handover!.id}/sign`);
    await platform.deviceRefused({ clientId: street.home().deviceId, reason: '密钥不对' });
  }

  return { post, press, settled, work };
}
