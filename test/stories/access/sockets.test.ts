import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindPartnerAccounts, insertPartner } from '#handoff/partners.ts';
import { ROLES, type Role } from '#contracts/session.ts';
import { namespaceEvents, type FieldAssignment, type NamespaceName } from '#contracts/socket.ts';
import type { WireIncident } from '#contracts/incident.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { settleShops } from './shops.ts';
import { settleStreets, signInPerson, type Person } from './streets.ts';
import { beginDay, until } from './day.ts';
import { watch, type Watcher } from './watcher.ts';

const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const running = await startPlatformHere({ clock });
afterAll(() => running.stop());
const { app, platform } = running;
const { cases } = platform;
const streets = await settleStreets(running, clock);
const { own, other } = streets;
const { post, press, settled, work } = beginDay(running, clock);
await settleShops(running, [own, other]);

const NAMESPACES = Object.keys(namespaceEvents) as NamespaceName[];
/** Who may look at what: written here a second time, on purpose. */
const LET_IN: Record<NamespaceName, readonly Role[]> = {
  '/console': ['operator', 'supervisor'],
  '/field': ['grid_worker', 'volunteer', 'medic', 'vendor'],
  '/board': ['operator', 'supervisor', 'admin', 'auditor'],
  '/desk': ['partner', 'medic'],
};

const open: Watcher[] = [];
async function show(name: NamespaceName, person: Person): Promise<Watcher> {
  const watcher = await watch(running.url, name, person.cookie);
  open.push(watcher);
  await until(() => watcher.got('snapshot').length > 0, 'a snapshot');
  return watcher;
}
afterAll(() => {
  for (const watcher of open) watcher.close();
});

describe('while both streets are at work', () => {
  const screens = {} as Record<
    'own' | 'other',
    Record<'desk' | 'lead' | 'street' | 'colleague' | 'shop' | 'board' | 'clinic' | 'centre', Watcher>
  >;

  beforeAll(async () => {
    for (const which of ['own', 'other'] as const) {
      const {
        operator,
        supervisor,
        grid_worker: worker,
        volunteer,
        vendor,
        auditor,
        medic,
        partner,
      } = streets[which].people;
      screens[which] = {
        desk: await show('/console', operator),
        lead: await show('/console', supervisor),
        street: await show('/field', worker),
        colleague: await show('/field', volunteer),
        shop: await show('/field', vendor),
        board: await show('/board', auditor),
        clinic: await show('/desk', medic),
        centre: await show('/desk', partner),
      };
    }
    // Of the two centres only this one answers for its street.
    const centre = { id: randomUUID(), target: '120' as const, name: '120 指挥中心', phone: '120', secret: null };
    await insertPartner(running.db, { ...centre, region: own });
    await bindPartnerAccounts(running.db, centre.id, [own.people.partner.accountId]);
    await Promise.all([work(own), work(other)]);
    await settled();
    // The ladder climbs, and who said nothing is reminded.
    clock.advance(70_000);
    await platform.sweepOnce();
    await settled();
  });

  test('nothing of the other street reaches any screen', () => {
    for (const watcher of Object.values(screens.own)) expect(other.words.in(watcher.text())).toEqual([]);
    for (const watcher of Object.values(screens.other)) expect(own.words.in(watcher.text())).toEqual([]);
    for (const which of ['own', 'other'] as const) {
      for (const watcher of [screens[which].desk, screens[which].lead]) {
        const shown = watcher.got('incident') as WireIncident[];
        expect(shown.length).toBeGreaterThan(5);
        for (const { region } of shown) expect(region.map(({ id }) => id)).toContain(streets[which].id);
      }
    }
  });

  test('who connects now is shown what is open in his own street', async () => {
    for (const [mine, theirs] of [
      [own, other],
      [other, own],
    ] as const) {
      const { operator, supervisor, grid_worker: worker } = mine.people;
      for (const screen of [
        await show('/console', operator),
        await show('/console', supervisor),
        await show('/field', worker),
      ]) {
        expect([screen.name, theirs.words.in(screen.text())]).toEqual([screen.name, []]);
        expect([screen.name, mine.words.in(screen.text()).length > 0]).toEqual([
          screen.name,
          screen.name === '/console',
        ]);
      }
      const [shown] = (await show('/console', operator)).got('snapshot') as [
        { incidents: WireIncident[]; responders: unknown[] },
      ];
      expect([shown.incidents.length > 1, shown.responders.length > 0]).toEqual([true, true]);
    }
  });

  test('every event that is listed has happened, and none holds more than its schema', () => {
    for (const name of NAMESPACES) {
      const seen = Object.values(screens.own).filter((watcher) => watcher.name === name);
      for (const [event, schema] of Object.entries(namespaceEvents[name])) {
        const payloads = seen.flatMap((watcher) => watcher.got(event));
        expect(payloads.length, `${name} was never sent "${event}": let it happen in work()`).toBeGreaterThan(0);
        for (const payload of payloads) expect(schema.parse(payload)).toEqual(payload);
      }
      const listed = Object.keys(namespaceEvents[name]);
      expect(
        seen.flatMap(({ events }) => events.map(({ event }) => event)).filter((event) => !listed.includes(event)),
      ).toEqual([]);
    }
  });

  test('who goes there sees his own assignments and nobody else’s', () => {
    const mine = screens.own.street.got('assignment') as FieldAssignment[];
    expect(mine.length).toBeGreaterThan(0);
    const { staffId } = own.people.grid_worker;
    for (const { responder, incident } of mine) {
      expect([responder.id, ...incident.assignments.map((one) => one.responder.id)]).toEqual([staffId, staffId]);
    }
    expect(screens.own.street.got('gone')).not.toEqual([]);
    expect(screens.own.colleague.got('assignment')).toEqual([]);
    expect(screens.own.colleague.got('snapshot')).toEqual([expect.objectContaining({ assignments: [] })]);
  });

  test('the wallboard counts, and names nobody', async () => {
    for (const which of ['own', 'other'] as const) {
      const { board } = screens[which];
      const { cookie } = streets[which].people.auditor;
      await until(async () => {
        const counted = (await app.inject({ url: '/api/summary', headers: { cookie } })).json<object>();
        return expect.objectContaining(counted).asymmetricMatch(board.got('snapshot').at(-1));
      }, 'the board shows what is counted');
      expect(board.got('snapshot').at(-1)).toMatchObject({ waiting: 1, today: 3 });
      expect([own.words.in(board.text()), other.words.in(board.text())]).toEqual([[], []]);
    }
  });

  test('a centre is told to look when it is asked, and can see it by then; nothing else is said there', async () => {
    expect(screens.own.centre.got('look').length).toBeGreaterThan(0);
    expect(screens.other.centre.got('look')).toEqual([]);
    for (const which of ['own', 'other'] as const) {
      expect(screens[which].clinic.got('look').length).toBeGreaterThan(0);
      for (const screen of [screens[which].clinic, screens[which].centre])
        for (const { payload } of screen.events) expect(Object.keys(payload as object)).toEqual(['at']);
    }
    const told = screens.own.centre.got('look').length;
    const id = await press(own.home().deviceId);
    await cases.desk(id, { type: 'claim' }, own.people.operator.actor, null);
    await cases.street(id, { type: 'handoff', target: '120' }, own.people.operator.actor, null);
    await until(() => screens.own.centre.got('look').length > told, 'the centre is told');
    const queue = await app.inject({
      url: '/api/partner/handoffs',
      headers: { cookie: own.people.partner.cookie },
    });
    expect(queue.json<{ items: { incident: string }[] }>().items.map((one) => one.incident)).toContain(id);
  });

  test('a shop is told to look when it is asked for work, and no other shop; nothing else is said there', async () => {
    const { operator, vendor } = own.people;
    const told = (which: 'own' | 'other'): number => screens[which].shop.got('look').length;
    expect([told('own'), told('other')]).toEqual([1, 1]);
    await post(operator, '/api/work-orders', { resident: own.home().residentId, service: 'drain', what: '堵了' });
    await until(() => told('own') === 2, 'the shop is told');
    const mine = (await app.inject({ url: '/api/me/shop', headers: { cookie: vendor.cookie } })).json<{
      offers: { order: { what: string } }[];
    }>();
    expect(mine.offers.map((one) => one.order.what)).toContain('堵了');
    await settled();
    expect(told('other')).toBe(1);
    for (const payload of screens.own.shop.got('look')) expect(Object.keys(payload as object)).toEqual(['at']);
    expect(screens.own.shop.got('assignment')).toEqual([]);
  });

  test('telephone numbers of residents and their families are masked on every screen', async () => {
    const text = [screens.own.desk, screens.own.street].map((watcher) => watcher.text()).join();
    expect(text).toMatch(/154\*{4}\d{4}/);
    const numbers = [...new Set(text.match(/1[3-9]\d{9}/g))];
    // Those of who was sent are there: they are for calling him.
    expect(numbers).toContain('15499990000');
    const { rows } = await running.db.pool.query(
      'select phone from resident where phone = any ($1) union all select phone from contact where phone = any ($1)',
      [numbers],
    );
    expect(rows).toEqual([]);
  });

  test('a case that nobody can place is everybody’s, until somebody knows whose it is', async () => {
    const id = await press('a-box-nobody-knows');
    for (const { desk } of Object.values(screens)) await until(() => desk.text().includes(id), 'both see it');
    const home = own.home();
    await post(own.people.operator, `/api/incidents/${id}/claim`);
    await settled();
    const { version } = (
      await app.inject({ url: `/api/incidents/${id}`, headers: { cookie: own.people.operator.cookie } })
    ).json<WireIncident>();
    const refused = app.inject({
      method: 'POST',
      url: `/api/incidents/${id}/identify`,
      headers: { cookie: other.people.operator.cookie },
      payload: { version, resident: other.home().residentId },
    });
    expect((await refused).json()).toMatchObject({ code: 'conflict', owner: { name: own.people.operator.name } });
    await post(own.people.operator, `/api/incidents/${id}/identify`, { version, resident: home.residentId });
    await until(
      () => screens.other.desk.got('gone').some((gone) => (gone as { id: string }).id === id),
      'it is gone elsewhere',
    );
    await settled();
    const last = (screens.own.desk.got('incident') as WireIncident[]).findLast((one) => one.id === id);
    expect(last).toMatchObject({ resident: { id: home.residentId }, position: { source: 'home' } });
    expect(screens.own.desk.got('gone').some((gone) => (gone as { id: string }).id === id)).toBe(false);
    // While it was everybody's, everybody saw who took it.
    const { name, accountId } = own.people.operator;
    expect(own.words.in(screens.other.desk.text()).filter((word) => word !== name && word !== accountId)).toEqual([]);
    const hidden = await app.inject({ url: `/api/incidents/${id}`, headers: { cookie: other.people.operator.cookie } });
    expect(hidden.statusCode).toBe(404);
  });

  test('who is bound to everything sees both streets', async () => {
    const everywhere = await signInPerson(running, clock, 'operator', { id: 'all', path: '', name: '全部' });
    const screen = await show('/console', everywhere);
    const ids = [await press(own.home().deviceId), await press(other.home().deviceId)];
    await until(() => ids.every((id) => screen.text().includes(id)), 'a case of each street');
    expect((screen.got('incident') as WireIncident[]).map((one) => one.id)).toEqual(expect.arrayContaining(ids));
  });

  test('a home that moves takes its open case along, out of the hands of who may not look there', async () => {
    const everywhere = { id: 'all', path: '', name: '全部' };
    const admin = await signInPerson(running, clock, 'admin', everywhere);
    const home = own.home();
    const goal = other.home();
    const id = await press(home.deviceId);
    const read = async (person: Person) =>
      (await app.inject({ url: `/api/incidents/${id}`, headers: { cookie: person.cookie } })).json<
        WireIncident & { timeline: { kind: string; text: string }[] }
      >();
    const move = async (fields: object): Promise<void> => {
      const url = `/api/households/${home.householdId}`;
      const { version } = (await app.inject({ url, headers: { cookie: admin.cookie } })).json<{ version: number }>();
      await post(admin, url, { version, ...fields }, 'PATCH');
    };
    await post(own.people.operator, `/api/incidents/${id}/claim`);
    // In the same grid: hers still, and her screen shows the new address.
    await move({ address: '新改的地址九号' });
    await until(() => screens.own.desk.text().includes('新改的地址九号'), 'the new address');
    expect(await read(own.people.operator)).toMatchObject({
      state: 'claimed',
      owner: { name: own.people.operator.name },
    });
    await move({ regionId: goal.gridId, buildingId: null, lat: goal.lat, lon: goal.lon });
    await until(
      () => screens.own.desk.got('gone').some((gone) => (gone as { id: string }).id === id),
      'it leaves the old street',
    );
    await until(() => screens.other.desk.text().includes(id), 'it rings in the new one');
    const shown = (screens.other.desk.got('incident') as WireIncident[]).findLast((one) => one.id === id);
    expect(shown).toMatchObject({ state: 'waiting', owner: null, position: { lat: goal.lat, lon: goal.lon } });
    expect(await read(own.people.operator)).toMatchObject({ code: 'not_found' });
    await post(other.people.operator, `/api/incidents/${id}/claim`);
    const line = (await read(other.people.operator)).timeline.find(({ kind }) => kind === 'moved');
    expect(line?.text).toContain(other.name);
    expect(line?.text).toContain(`${own.people.operator.name} 不管那一片,放回队列`);
    // Who may look at both keeps what is his; what the box sends now joins it there.
    const wide = await signInPerson(running, clock, 'operator', everywhere);
    await post(wide, `/api/incidents/${id}/claim`, { takeOver: '换人' });
    await move({ regionId: home.gridId });
    expect(await press(home.deviceId)).toBe(id);
    expect(await read(own.people.operator)).toMatchObject({ state: 'claimed', owner: { name: wide.name } });
  });

  test('one person who moves takes along what she asked for by telephone, not the case of the old home’s box', async () => {
    const admin = await signInPerson(running, clock, 'admin', { id: 'all', path: '', name: '全部' });
    const home = own.home();
    const boxCase = await press(home.deviceId);
    const asked = await post(own.people.operator, '/api/incidents', { summary: '问话', resident: home.residentId });
    const url = `/api/residents/${home.residentId}`;
    const { version } = (await app.inject({ url, headers: { cookie: admin.cookie } })).json<{ version: number }>();
    await post(admin, url, { version, householdId: other.home().householdId }, 'PATCH');
    const regionOf = async (id: unknown): Promise<string> =>
      (await running.db.pool.query('select region_path from incident where id = $1', [id])).rows[0].region_path;
    expect(await regionOf(asked['id'])).toContain(other.path);
    expect(await regionOf(boxCase)).toContain(own.path);
  });
});

describe('the door', () => {
  test.each(NAMESPACES.flatMap((name) => ROLES.map((role) => ({ name, role }))))(
    '$name for $role',
    async ({ name, role }) => {
      const opened = watch(running.url, name, own.people[role].cookie).then(
        (watcher) => {
          watcher.close();
          return 'in';
        },
        (error: Error) => error.message,
      );
      expect(await opened).toBe(LET_IN[name].includes(role) ? 'in' : 'forbidden');
    },
  );

  test.each(NAMESPACES)(
    '%s is shut to who shows no cookie, a made-up one, or comes from another site',
    async (name) => {
      const person = own.people[LET_IN[name][0]!];
      await expect(watch(running.url, name, undefined)).rejects.toThrow('unauthenticated');
      await expect(watch(running.url, name, 'sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).rejects.toThrow(
        'unauthenticated',
      );
      const foreign: Record<string, string>[] = [
        { origin: 'https://elsewhere.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
      ];
      for (const headers of foreign) {
        await expect(watch(running.url, name, person.cookie, headers)).rejects.toThrow('websocket error');
      }
      const polled = await fetch(`${running.url}/socket.io/?EIO=4&transport=polling`, {
        headers: { cookie: person.cookie, origin: 'https://elsewhere.example' },
      });
      expect(polled.status).toBe(403);
      (await watch(running.url, name, person.cookie, { origin: running.url })).close();
    },
  );
});

describe('a right that is taken away cuts the screen within 3 s', () => {
  const ways: Record<string, (person: Person) => Promise<unknown>> = {
    'signing out': (person) => post(person, '/api/session', {}, 'DELETE'),
    'another role': (person) =>
      post(own.people.admin, `/api/accounts/${person.accountId}`, { version: 1, role: 'partner' }, 'PATCH'),
    'being disabled': (person) =>
      post(own.people.admin, `/api/accounts/${person.accountId}`, { version: 1, disabled: true }, 'PATCH'),
    'by another process': (person) =>
      running.db.pool.query('update session set ended_at = $2 where account_id = $1', [
        person.accountId,
        new Date(clock.now()),
      ]),
    'an account disabled behind our back': (person) =>
      running.db.pool.query('update account set disabled_at = $2 where id = $1', [
        person.accountId,
        new Date(clock.now()),
      ]),
    'a session that runs out': (person) =>
      running.db.pool.query('update session set expires_at = $2 where account_id = $1', [
        person.accountId,
        new Date(clock.now()),
      ]),
  };
  const places = [
    ['/console', 'operator'],
    ['/field', 'grid_worker'],
    ['/board', 'supervisor'],
  ] as const;

  test.each(Object.keys(ways))('%s', async (way) => {
    for (const [name, role] of places) {
      const person = await signInPerson(running, clock, role, own);
      const screen = await show(name, person);
      const cut = screen.cut();
      await ways[way]!(person);
      expect(await cut).toBeLessThan(3_000);
      await expect(watch(running.url, name, person.cookie)).rejects.toThrow('unauthenticated');
    }
  });

  test('and nobody else’s', async () => {
    const screen = await show('/console', own.people.operator);
    const person = await signInPerson(running, clock, 'operator', own);
    const cut = (await show('/console', person)).cut();
    await ways['signing out']!(person);
    await cut;
    expect(screen.connected).toBe(true);
  });
});
