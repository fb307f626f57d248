import type { WireIncidentDetail } from '#contracts/incident.ts';
import { FIRST_ANSWERS, FIRST_QUESTIONS } from '#contracts/incident.ts';
import fc from 'fast-check';

const hanzi = (min: number, max: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'樊城区清河口社区民主路号院栋单元楼王李张桂兰冠心病痛药', ...'&<>"', "'", 'A', '3'), {
      minLength: min,
      maxLength: max,
    })
    .map((parts) => parts.join(''));
const phone = fc.constantFrom('15400000302', '0710-3511234', '+86 710 351 1234');
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });
const time = fc.integer({ min: 1_790_000_000_000, max: 1_800_000_000_000 }).map((ms) => new Date(ms).toISOString());
const address = fc.oneof(
  fc
    .tuple(hanzi(1, 8), fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 40 }))
    .map(([road, no, room]) => `${road}路${no}号院${room}栋1单元302`),
  hanzi(1, 80),
);
const resident = fc.record({
  id: fc.uuid(),
  name: hanzi(1, 4),
  sex: fc.constantFrom('f' as const, 'm' as const),
  age: fc.integer({ min: 50, max: 110 }),
  phone: maybe(phone),
  address,
  region: fc.constant([]),
  status: fc.constant('home' as const),
  marks: fc.array(hanzi(2, 4), { maxLength: 4 }),
});
const responder = fc.record({
  id: fc.uuid(),
  name: hanzi(2, 4),
  role: fc.constantFrom('grid_worker', 'medic', 'volunteer'),
  phone: maybe(phone),
});
const REGION = [
  { id: '1', level: 'district', name: '樊城区' },
  { id: '2', level: 'street', name: '清河口街道' },
  { id: '3', level: 'community', name: '清河口社区' },
  { id: '4', level: 'grid', name: '3网格' },
];

/** Opened cases of every shape: nobody known, no address, long addresses, marks that XML and HTML mean something by. */
export const caseDetails: fc.Arbitrary<WireIncidentDetail> = fc
  .record({
    id: fc.uuid(),
    kind: fc.constantFrom(
      'sos',
      'fall',
      'fall_suspected',
      'smoke',
      'gas',
      'medical',
      'inactivity',
      'alarm_unspecified',
      'power_fail',
    ),
    test: fc.boolean(),
    silent: fc.boolean(),
    summary: maybe(hanzi(0, 40)),
    openedAt: time,
    reason: hanzi(1, 20),
    priority: fc.integer({ min: 1, max: 4 }),
    region: fc.constantFrom(REGION, REGION.slice(0, 2), []),
    position: maybe(
      fc.record({
        lat: fc.double({ min: 18, max: 53, noNaN: true }),
        lon: fc.double({ min: 74, max: 134, noNaN: true }),
        source: fc.constantFrom('home' as const, 'device' as const),
      }),
    ),
    person: maybe(resident),
    residents: fc.array(resident, { maxLength: 2 }),
    household: maybe(
      fc.record({
        id: fc.uuid(),
        address,
        floor: maybe(fc.integer({ min: 1, max: 33 })),
        lift: fc.boolean(),
        entry: maybe(hanzi(0, 20)),
        keyHolders: fc.array(fc.record({ name: hanzi(2, 3), phone: maybe(phone), kind: fc.constant('网格员') }), {
          maxLength: 2,
        }),
        responsible: fc.constant([]),
      }),
    ),
    care: maybe(
      fc.record({
        livesAlone: fc.boolean(),
        mobility: maybe(hanzi(2, 4)),
        hearing: maybe(hanzi(2, 4)),
        dialect: maybe(hanzi(2, 4)),
        conditions: fc.array(hanzi(1, 10), { maxLength: 5 }),
        medication: fc.array(hanzi(1, 10), { maxLength: 5 }),
        allergies: fc.array(hanzi(1, 10), { maxLength: 3 }),
        bloodType: maybe(fc.constantFrom('A', 'O')),
        hospital: maybe(hanzi(4, 8)),
        formOfAddress: maybe(hanzi(2, 3)),
      }),
    ),
    contacts: fc.array(
      fc.record({
        id: fc.uuid(),
        name: hanzi(2, 3),
        relation: hanzi(1, 6),
        phone,
        order: fc.constant(1),
        hasKey: fc.boolean(),
        local: fc.boolean(),
        minutes: maybe(fc.integer({ min: 1, max: 60 })),
        mayWake: fc.constant('always' as const),
      }),
      { maxLength: 3 },
    ),
    people: fc.array(
      fc.tuple(
        responder,
        fc.constantFrom('offered' as const, 'accepted' as const, 'under_way' as const, 'on_scene' as const),
        maybe(time),
      ),
      { maxLength: 3 },
    ),
    answers: fc.dictionary(fc.constantFrom(...FIRST_QUESTIONS), fc.constantFrom(...FIRST_ANSWERS)),
    notes: fc.array(hanzi(1, 60), { maxLength: 4 }),
    handoffState: fc.constantFrom(
      'offered' as const,
      'accepted' as const,
      'dispatched' as const,
      'closed' as const,
      'withdrawn' as const,
    ),
  })
  .map(({ person, people, notes, handoffState, ...rest }) => ({
    ...rest,
    version: 3,
    state: 'claimed' as const,
    class: 'rescue' as const,
    queue: 'emergency' as const,
    quiet: false,
    source: 'press' as const,
    claimedAt: rest.openedAt,
    closedAt: null,
    deadlineAt: null,
    owes: { kind: 'operator' as const, name: '李敏', id: null },
    owner: { id: '1', name: '李敏' },
    code: null,
    ladder: { step: 0, of: 6, nextAt: null, next: null },
    resident: person,
    residents: person === null ? rest.residents : [person],
    device: null,
    presses: [
      {
        eventId: 'e',
        type: rest.kind,
        at: null,
        receivedAt: rest.openedAt,
        key: 'red',
        battery: null,
        test: rest.test,
        late: false,
        flagged: false,
        count: 3,
        raw: null,
      },
    ],
    pressCount: 3,
    lastPressAt: rest.openedAt,
    assignments: people.map(([who, state, etaAt], place) => ({
      id: `a${place}`,
      state,
      responder: who,
      why: '值班',
      offeredAt: rest.openedAt,
      expiresAt: null,
      etaAt,
      acceptedAt: null,
      departedAt: null,
      arrivedAt: null,
      endedAt: null,
      declineReason: null,
    })),
    handoffs: [
      {
        id: 'h1',
        to: '120' as const,
        state: handoffState,
        offeredAt: rest.openedAt,
        deadlineAt: null,
        caseNumber: null,
        seat: null,
        rejectReason: null,
        acceptedAt: null,
      },
    ],
    calls: [],
    told: [],
    area: null,
    linked: [],
    timeline: notes.map((text, place) => ({
      seq: place + 1,
      at: rest.openedAt,
      kind: 'note',
      by: { kind: 'person' as const, name: '李敏' },
      text,
    })),
    candidates: [],
  })) as unknown as fc.Arbitrary<WireIncidentDetail>;
