import { createHash } from 'node:crypto';
import { ONE_EVENT, type Packet, type Vital } from '#contracts/handoff.ts';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import { toGcj02 } from '#registry/geometry.ts';
import { scriptOf } from './script.ts';
import { complaintOf, PRESSES } from './words.ts';

/** How many lines of what happened go along; the newest. */
const MOST_DONE = 40;
/** Lines of the history that mean something outside this house. */
const TOLD =
  /^(?:opened|priority_raised|speech|silent|claimed|note|answers|identified|offered|withdrawn|assignment_\w+|late|handoff_\w+|resolved|reopened|cancelled|closed|\w+_pressed)$/;

/**
 * The number by which both sides speak of a case: month, day and five digits (`1124-04512`), from its id and the day in
 * Xiangyang (UTC+8) on which it was opened (ms).
 */
export function referenceOf(incident: string, openedAt: number): string {
  const day = new Date(openedAt + 8 * 3_600_000).toISOString();
  const digits = createHash('sha256').update(incident).digest().readUInt32BE(0) % 100_000;
  return `${day.slice(5, 7)}${day.slice(8, 10)}-${String(digits).padStart(5, '0')}`;
}

export interface PacketInput {
  detail: WireIncidentDetail;
  target: Packet['target'];
  /** The handoff that it is made for; null: none begun yet. */
  handoff: string | null;
  vitals: readonly Vital[];
  /** Day of birth of the resident it is about, `yyyy-mm-dd`. */
  born: string | null;
  callBack: string;
  /** ms */
  now: number;
}

/** Everything a centre needs to know, out of the opened case. Pure. */
export function packetOf(input: PacketInput): Packet {
  const { detail, now } = input;
  const live = detail.handoffs.find((one) => one.id === input.handoff) ?? null;
  const people = peopleOf(detail);
  const bare: Omit<Packet, 'script'> = {
    reference: referenceOf(detail.id, Date.parse(detail.openedAt)),
    oneEvent: ONE_EVENT,
    incident: detail.id,
    handoff: live,
    target: input.target,
    test: detail.test,
    madeAt: new Date(now).toISOString(),
    who: whoOf(detail, input.born),
    others: detail.resident === null ? detail.residents.map((one) => `${one.name}${one.age}岁`) : [],
    where: whereOf(detail),
    what: {
      complaint: complaintOf(detail.kind, detail.answers, detail.silent),
      openedAt: detail.openedAt,
      reason: detail.reason,
      summary: detail.summary,
      silent: detail.silent,
      presses: detail.presses.map((press) => ({
        at: press.receivedAt,
        words: PRESSES[press.type] ?? '信号',
        count: press.count,
      })),
      answers: detail.answers,
    },
    done: detail.timeline
      .filter((line) => TOLD.test(line.kind))
      .slice(-MOST_DONE)
      .map((line) => ({ at: line.at, by: line.by.name, text: line.text })),
    // The card of one of several who live there would be taken for hers who lies on the floor.
    care: detail.resident === null && detail.residents.length > 1 ? null : detail.care,
    contacts: detail.contacts,
    vitals: [...input.vitals],
    callBack: input.callBack,
    ...people,
    meets: people.atScene[0] ?? people.coming[0] ?? null,
  };
  return { ...bare, script: scriptOf(bare) };
}

function whoOf({ resident, care }: WireIncidentDetail, born: string | null): Packet['who'] {
  if (resident === null) return null;
  const speaking = [
    care?.formOfAddress ? `叫${resident.sex === 'f' ? '她' : '他'}“${care.formOfAddress}”` : null,
    care?.hearing ?? null,
    care?.dialect ? `讲${care.dialect}` : null,
  ].filter((one) => one !== null && one !== '正常');
  const { name, sex, age, phone, marks } = resident;
  return { name, sex, age, born, phone, speaking: speaking as string[], marks };
}

function whereOf(detail: WireIncidentDetail): Packet['where'] {
  const { household, position, region } = detail;
  const names = region.filter((one) => ['district', 'street', 'community', 'grid'].includes(one.level));
  const address = household?.address ?? detail.resident?.address ?? detail.residents[0]?.address ?? null;
  const wgs84 = position === null ? null : { lat: position.lat, lon: position.lon };
  return {
    address: address === '' ? null : address,
    region: names.map((one) => one.name).join('·'),
    landmark:
      names.length === 0
        ? null
        : names
            .slice(-2)
            .map((one) => one.name)
            .join(''),
    floor: household?.floor ?? null,
    lift: household?.lift ?? null,
    entry: household?.entry ?? null,
    keys: (household?.keyHolders ?? []).map(({ name, kind, phone }) => ({ name, kind, phone })),
    wgs84,
    gcj02: wgs84 === null ? null : toGcj02(wgs84),
    source: position?.source ?? null,
  };
}

/** Who is there and who is on the way: responders by their assignments, family by what they answered on the telephone. */
function peopleOf({ assignments, calls, contacts }: WireIncidentDetail): Pick<Packet, 'atScene' | 'coming'> {
  const who = ({ responder }: (typeof assignments)[number]): Packet['atScene'][number] => ({
    name: responder.name,
    role: responder.role,
    phone: responder.phone,
  });
  const family = calls
    .filter((call) => call.purpose === 'family' && call.state === 'accepted')
    .map((call) => ({
      name: call.name,
      role: 'family',
      phone: contacts.find((one) => one.id === call.party)?.phone ?? null,
      etaAt: etaOf(call.endedAt ?? call.startedAt, call.minutes),
    }));
  return {
    atScene: assignments.filter((one) => one.state === 'on_scene' && !one.unproven).map(who),
    coming: [
      ...assignments
        .filter((one) => one.state === 'under_way' || one.state === 'accepted' || one.unproven)
        .map((one) => ({ ...who(one), etaAt: one.etaAt })),
      ...family,
    ],
  };
}

function etaOf(from: string | null, minutes: number | null): string | null {
  return from === null || minutes === null ? null : new Date(Date.parse(from) + minutes * 60_000).toISOString();
}
