import { randomUUID } from 'node:crypto';
import type { DeskCommand } from '#dispatch/domain/desk.ts';
import type { StreetCommand } from '#dispatch/domain/street.ts';
import { bindPartnerAccounts, insertPartner } from '#handoff/partners.ts';
import type { Clock } from '#kernel/clock.ts';
import { idFromName } from '#kernel/ids.ts';
import type { RunningPlatform } from '#test/harness/running.ts';
import { NO_SHOPS, shopTarget, shopTargetOnce, type ShopTarget } from './shops.ts';
import { pressOf, signInPerson, type Home, type Person, type Street } from './streets.ts';

/** How far a case has got. `offered`, `under_way`: a person of the street; `handed`: offered to 120; `calling`: she is being called; `medical`: waits at the medical desk; `unplaced`: nobody knows whose. */
export const STAGES = [
  'waiting',
  'claimed',
  'resolved',
  'offered',
  'under_way',
  'handed',
  'calling',
  'medical',
  'unplaced',
] as const;
export type Stage = (typeof STAGES)[number];

export interface Case {
  id: string;
  version: number;
  openedAt: number;
  home: Home;
  assignment: string;
  handoff: string;
  call: string;
}

/** Whose things a call is aimed at: one's own street, the other one, or nobody's, for comparison. */
export interface Target {
  readonly region: { id: string; path: string };
  home(): Home;
  staff(): { id: string; name: string; phone: string | null };
  /** A case at that stage, owned (where it is) by `owner`; the other street's is always the same, and its operator's. */
  case(stage: Stage, owner: Person): Promise<Case>;
  /** Somebody on duty who could come to a case of the street. */
  candidate(): Promise<string>;
  /** An offer to that person, taken as far as `state`. */
  assignment(to: Person, state: 'offered' | 'accepted' | 'under_way' | 'on_scene'): Promise<string>;
  account(): Promise<{ id: string; username: string }>;
  /** An open hand-over of an operator of the street, with one case. */
  handover(): Promise<string>;
  /** Shops of the street and their work. */
  readonly shops: ShopTarget;
  /** A case handed to the centre that `to` speaks for, taken as far as the last of `steps`. */
  handoff(to: Person, steps: readonly ('accept' | 'dispatch' | 'arrive')[]): Promise<string>;
  /** A centre of the street. */
  partner(): Promise<{ id: string; version: number }>;
  /** A medic on duty who could come to a case of the street. */
  medic(): Promise<string>;
  /** A recording of a call of a case of the street. */
  recording(): Promise<string>;
  /** A call of an operator of the street that is to be scored. */
  sample(): Promise<string>;
}

/** Things of one's own street, fresh for every call, since calls that go well use them up. */
export function ownTarget(running: RunningPlatform, clock: Clock, street: Street): Target {
  const make = makerOf(running, clock, street);
  return {
    region: street,
    home: street.home,
    staff: () => street.staff[0]!,
    case: make.case,
    candidate: make.candidate,
    assignment: make.assignment,
    async account() {
      const { accountId: id, username } = await signInPerson(running, clock, 'operator', street);
      return { id, username };
    },
    handover: make.handover,
    shops: shopTarget(running, clock, street, street.home),
    handoff: make.handoff,
    partner: make.partner,
    medic: make.medic,
    recording: make.recording,
    sample: make.sample,
  };
}

/** Things of the other street, made once: no call may change them. */
export function otherTarget(running: RunningPlatform, clock: Clock, street: Street): Target {
  // Whom nobody of the other street shares a name with.
  const isOnlyHere = (name: string): boolean => street.words.in(name).includes(name);
  const nextHome = (): Home => {
    for (;;) {
      const home = street.home();
      if (isOnlyHere(home.name)) return home;
    }
  };
  const make = makerOf(running, clock, street, nextHome);
  const kept = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (!kept.has(name)) kept.set(name, work());
    return kept.get(name) as Promise<T>;
  };
  const known = <T extends Record<string, unknown>>(thing: T): T => {
    for (const value of Object.values(thing)) if (typeof value === 'string') street.words.add(value);
    return thing;
  };
  const home = nextHome();
  const staff = street.staff.find(({ name, phone }) => phone !== null && isOnlyHere(name))!;
  return {
    region: street,
    home: () => home,
    staff: () => staff,
    case: (stage) => once(stage, async () => known({ ...(await make.case(stage, street.people.operator)) })),
    candidate: () => once('candidate', make.candidate),
    assignment: (_to, state) =>
      once(`assignment ${state}`, async () =>
        known({ id: await make.assignment(street.people.grid_worker, state) }),
      ).then(({ id }) => id),
    account: async () => ({ id: street.people.operator.accountId, username: street.people.operator.username }),
    shops: shopTargetOnce(shopTarget(running, clock, street, nextHome), async (name, work) => {
      const made = await once(name, work);
      if (typeof made === 'string') street.words.add(made);
      return made;
    }),
    handover: () => once('handover', async () => known({ id: await make.handover() })).then(({ id }) => id),
    handoff: (_to, steps) =>
      once(`handoff ${steps.length}`, async () => known({ id: await make.handoff(street.people.partner, steps) })).then(
        ({ id }) => id,
      ),
    partner: () => once('partner', async () => known(await make.partner())),
    medic: () => once('medic', make.medic),
    recording: () => once('recording', async () => known({ id: await make.recording() })).then(({ id }) => id),
    sample: () => once('sample', async () => known({ id: await make.sample() })).then(({ id }) => id),
  };
}

/** Ids and texts that nobody has. */
export function nobodysTarget(): Target {
  const home: Home = {
    householdId: randomUUID(),
    buildingId: randomUUID(),
    gridId: randomUUID(),
    regionPath: '42/4206/420606/420606777/420606777001/01/',
    address: '无此路999号院9栋9单元999',
    lat: 0,
    lon: 0,
    residentId: randomUUID(),
    name: '亓官无有',
    phone: '19999999999',
    contactId: randomUUID(),
    contactPhone: '19999999998',
    deviceId: 'nobodys-box',
  };
  return {
    region: { id: randomUUID(), path: '42/4206/420606/420606777/' },
    home: () => home,
    staff: () => ({ id: randomUUID(), name: '亓官无名', phone: '19999999997' }),
    case: async () => ({
      id: randomUUID(),
      version: 1,
      openedAt: 0,
      home,
      assignment: randomUUID(),
      handoff: randomUUID(),
      call: randomUUID(),
    }),
    candidate: async () => randomUUID(),
    assignment: async () => randomUUID(),
    account: async () => ({ id: randomUUID(), username: `nobody-${randomUUID()}` }),
    handover: async () => randomUUID(),
    shops: NO_SHOPS,
    handoff: async () => randomUUID(),
    partner: async () => ({ id: randomUUID(), version: 1 }),
    medic: async () => randomUUID(),
    recording: async () => randomUUID(),
    sample: async () => randomUUID(),
  };
}

/** Cases of the streets, made by presses and by what people of the street then do. */
function makerOf(
  running: RunningPlatform,
  clock: Clock,
  street: Street,
  nextHome: () => Home = street.home,
): Pick<
  Target,
  'case' | 'candidate' | 'assignment' | 'handover' | 'handoff' | 'partner' | 'medic' | 'recording' | 'sample'
> {
  const { cases } = running.platform;
  const open = async (home: Home, device = home.deviceId, type: 'sos' | 'medical' = 'sos'): Promise<string> => {
    const [receipt] = await running.receive([pressOf(device, clock, { type })]);
    street.words.add(receipt!.pressId, receipt!.ack.event);
    return receipt!.incident!;
  };
  const desk = (id: string, owner: Person, command: DeskCommand): Promise<unknown> =>
    cases.desk(id, command, owner.actor, null);
  const onStreet = (id: string, owner: Person, command: StreetCommand): Promise<unknown> =>
    cases.street(id, command, owner.actor, null);
  const offer = (id: string, owner: Person, to: { id: string; name: string; phone: string | null }): Promise<unknown> =>
    onStreet(id, owner, {
      type: 'assign',
      helper: { staffId: to.id, name: to.name, role: 'grid_worker', phone: to.phone, minutes: 5, why: '值班' },
    });
  const look = async (id: string, home: Home): Promise<Case> => {
    const { pool } = running.db;
    const row = (
      await pool.query<{ version: number; opened_at: Date }>('select version, opened_at from incident where id = $1', [
        id,
      ])
    ).rows[0]!;
    const assignment =
      (await pool.query<{ id: string }>('select id from assignment where incident_id = $1', [id])).rows[0]?.id ??
      randomUUID();
    const handoff =
      (await pool.query<{ id: string }>('select id from handoff where incident_id = $1', [id])).rows[0]?.id ??
      randomUUID();
    const [dialled] = (
      await pool.query<{ call: string }>(
        `select call ->> 'id' as call from incident, jsonb_array_elements(calls) call where incident.id = $1 and call ->> 'purpose' = 'talk'`,
        [id],
      )
    ).rows;
    const call = dialled?.call ?? randomUUID();
    return { id, version: row.version, openedAt: row.opened_at.getTime(), home, assignment, handoff, call };
  };
  const come = async (id: string, home: Home, who: { id: string; name: string }): Promise<void> => {
    const { assignment } = await look(id, home);
    const by = { kind: 'person', id: who.id, name: who.name } as const;
    for (const to of ['accepted', 'under_way'] as const) await cases.answer(assignment, who.id, { to }, by);
  };
  return {
    async case(stage, owner) {
      const home = nextHome();
      const device = stage === 'unplaced' ? `stranger-${home.deviceId}` : undefined;
      const id = await open(home, device, stage === 'medical' ? 'medical' : 'sos');
      if (stage !== 'waiting' && stage !== 'medical') await desk(id, owner, { type: 'claim' });
      if (stage === 'resolved') await desk(id, owner, { type: 'resolve', code: 'rescue' });
      if (stage === 'offered' || stage === 'under_way') await offer(id, owner, street.staff[1]!);
      if (stage === 'under_way') await come(id, home, street.staff[1]!);
      if (stage === 'calling') {
        const party = { id: home.residentId, name: home.name };
        await cases.phone(id, { type: 'dial', party, desk: null }, owner.actor, null);
      }
      if (stage === 'handed') await onStreet(id, owner, { type: 'handoff', target: '120' });
      return look(id, home);
    },
    async candidate() {
      const id = await open(street.home());
      const answer = await running.app.inject({
        url: `/api/incidents/${id}`,
        headers: { cookie: street.people.operator.cookie },
      });
      return answer.json<{ candidates: { id: string }[] }>().candidates[0]!.id;
    },
    async assignment(to, state) {
      const owner = street.people.operator;
      const home = street.home();
      const id = await open(home);
      await desk(id, owner, { type: 'claim' });
      await offer(id, owner, { id: to.staffId!, name: to.name, phone: null });
      const { assignment } = await look(id, home);
      const way = ['accepted', 'under_way', 'on_scene'] as const;
      for (const step of way.slice(0, way.indexOf(state as 'accepted') + 1))
        await cases.answer(assignment, to.staffId!, { to: step }, to.actor);
      return assignment;
    },
    async handoff(to, steps) {
      await centreOf(running, street, to);
      const owner = street.people.operator;
      const home = nextHome();
      const id = await open(home);
      await desk(id, owner, { type: 'claim' });
      await onStreet(id, owner, { type: 'handoff', target: '120' });
      const { handoff: handoffId } = await look(id, home);
      await running.db.tx((tx) =>
        running.platform.handoff.begin(tx, { incidentId: id, handoffId, target: '120', automatic: false }),
      );
      const by = { kind: 'partner', id: to.accountId, name: to.name } as const;
      for (const step of steps) {
        const numbers = { caseNumber: '20261124-1', seat: '1' };
        const command = { type: 'handoff_update', handoff: handoffId, to: STEPS[step], ...numbers } as const;
        await cases.street(id, command, by, null);
      }
      return handoffId;
    },
    async partner() {
      const id = randomUUID();
      const partner = { id, target: 'clinic' as const, name: `${street.name}诊所`, phone: '0710-3511234' };
      await insertPartner(running.db, { ...partner, region: street, secret: null });
      return { id, version: 1 };
    },
    async recording() {
      const incident = await open(nextHome());
      const [call, id] = [randomUUID(), randomUUID()];
      const sid = `RE${id.replaceAll('-', '')}`;
      await running.db.pool.query(
        `insert into phone_job (id, kind, direction, incident_id, number, detail, state, ordered_at, outcome)
         values ($1, 'call', 'out', $2, '+8615499990000', '{}', 'ended', $3, 'answered')`,
        [call, incident, new Date(clock.now())],
      );
      await running.db.pool.query('insert into phone_recording values ($1, $2, $3, $4, 7, $5)', [
        id,
        sid,
        call,
        incident,
        new Date(clock.now()),
      ]);
      return id;
    },
    async sample() {
      const [incident, id] = [await open(nextHome()), randomUUID()];
      const { accountId, name } = street.people.operator;
      await running.db.pool.query(
        `insert into quality_sample (id, operator_id, operator_name, month, slot, incident_id, call_id, called_at, drawn_at)
         select $1, $2, $3, date '2000-01-01' + (n / 2 || ' months')::interval, n % 2 + 1, $4, $5, $6, $6
         from (select count(*)::int as n from quality_sample where operator_id = $2) drawn`,
        [id, accountId, name, incident, randomUUID(), new Date(clock.now())],
      );
      return id;
    },
    async medic() {
      const id = await open(nextHome(), undefined, 'medical');
      const { cookie } = street.people.medic;
      const answer = await running.app.inject({ url: `/api/medical/cases/${id}`, headers: { cookie } });
      return answer.json<{ medics: { id: string }[] }>().medics[0]!.id;
    },
    async handover() {
      const from = await signInPerson(running, clock, 'operator', street, { name: `${street.name}交班的人` });
      await desk(await open(street.home()), from, { type: 'claim' });
      const answer = await running.app.inject({
        method: 'POST',
        url: '/api/handovers',
        headers: { cookie: from.cookie },
        payload: { note: '交班' },
      });
      return answer.json<{ id: string }>().id;
    },
  };
}

const STEPS = { accept: 'accepted', dispatch: 'dispatched', arrive: 'on_scene' } as const;

/** A centre of the street for which `person` speaks; the same each time. */
async function centreOf(running: RunningPlatform, street: Street, person: Person): Promise<string> {
  const id = idFromName(`centre of ${person.accountId}`);
  const partner = {
    id,
    target: '120' as const,
    name: `${street.name}急救`,
    phone: '120',
    region: street,
    secret: null,
  };
  if (await insertPartner(running.db, partner)) await bindPartnerAccounts(running.db, id, [person.accountId]);
  return id;
}

/** What an exercise may use: the caller, and his own street for the parts of a call that must be right. */
export interface Scene {
  caller: Person;
  own: Target;
  /** Another account of the caller's role and street, for calls that use an account up. */
  another(): Promise<Person>;
}
