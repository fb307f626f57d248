import { ONE_EVENT, type Packet, type Script } from '#contracts/handoff.ts';
import { ROLES, stateOf } from './words.ts';

/**
 * Mandarin read to somebody who writes it down, characters a second, a mark of punctuation counted as one: our own
 * figure, below the 5 or so of newsreaders.
 */
export const CHARACTERS_A_SECOND = 4.5;
/** The first sentence is over before anybody interrupts, s. */
export const FIRST_SENTENCE_S = 10;
const MOST = Math.floor(CHARACTERS_A_SECOND * FIRST_SENTENCE_S);

/** How long it takes to read aloud, s; digits are read one by one. */
export function spokenSeconds(text: string): number {
  return Math.round(([...text.replace(/\s/gu, '')].length / CHARACTERS_A_SECOND) * 10) / 10;
}

/**
 * What the operator reads aloud, in the order a 120 desk asks: complaint, conscious, breathing, where; then who is at
 * the scene with his number, who meets the car, how to get in, health, our number. Unknown is said as 未知.
 */
export function scriptOf(packet: Omit<Packet, 'script'>): Script {
  const { first, whole } = firstSentence(packet);
  const rest = [
    whole ? null : `详细地址:${placeOf(packet)}。`,
    whoSentence(packet),
    sceneSentence(packet),
    packet.meets === null
      ? '接车的人还没定,定了马上告诉您。'
      : `接车的是${named(packet.meets)}${phoneOf(packet.meets.phone)}。`,
    entrySentence(packet),
    healthSentence(packet),
    `我们的编号${packet.reference},回拨${packet.callBack}。${ONE_EVENT}。`,
    '请报您的坐席号和案件号,我读回给您听。',
  ].filter((sentence) => sentence !== null);
  return { first, seconds: spokenSeconds(first), rest };
}

/** With as much of the address and the person as 10 s hold; `whole`: the address was said to its end. */
function firstSentence(packet: Omit<Packet, 'script'>): { first: string; whole: boolean } {
  const medical = packet.target === '120' || packet.target === 'hospital';
  const asked = packet.what.answers.conscious !== undefined || packet.what.answers.breathing !== undefined;
  const head = [
    packet.test ? '演练' : null,
    packet.what.complaint,
    medical || asked ? stateOf(packet.what.answers) : null,
  ].filter((part) => part !== null);
  const age = packet.who === null ? '' : `${packet.who.age}岁${packet.who.sex === 'f' ? '女' : '男'}`;
  const full = placeOf(packet);
  const places = [...new Set([`${districtOf(packet)}${full}`, full, withoutBrackets(full)])];
  const say = (place: string, more: string): string =>
    `${[...head, place, more].filter((one) => one !== '').join(',')}。`;
  for (const more of age === '' ? [''] : [age, '']) {
    for (const place of places) {
      const first = say(place, more);
      if ([...first].length <= MOST) return { first, whole: true };
    }
  }
  const room = MOST - [...say('', '')].length - 1;
  return { first: say(cutAt(withoutBrackets(full), room), ''), whole: false };
}

/** The address as it stands; where there is none, the grid, and that no address is known. */
function placeOf(packet: Omit<Packet, 'script'>): string {
  if (packet.where.address !== null && packet.where.address !== '') return packet.where.address;
  return packet.where.region === '' ? '地址不明' : `${packet.where.region},门牌不明`;
}

function districtOf(packet: Omit<Packet, 'script'>): string {
  const district = /^[^·]*?(\S+?[区县市])/.exec(packet.where.region)?.[1] ?? '';
  return packet.where.address === null || packet.where.address.includes(district) ? '' : district;
}

const withoutBrackets = (text: string): string => text.replaceAll(/[((][^))]*[))]/g, '');

/** At the last full step of an address that fits: after a road, a number, a building. */
function cutAt(address: string, room: number): string {
  const short = [...address].slice(0, Math.max(4, room)).join('');
  const end = Math.max(
    ...['路', '街', '巷', '道', '号', '院', '区', '栋', '幢', '楼', '村', '组'].map((mark) => short.lastIndexOf(mark)),
  );
  return end >= 3 ? short.slice(0, end + 1) : short;
}

function whoSentence({ who, others }: Omit<Packet, 'script'>): string | null {
  if (who === null) return others.length > 0 ? `住着${others.join('、')},是哪一位还不清楚。` : '是谁还不清楚。';
  const speaking = who.speaking.length > 0 ? `,${who.speaking.join('、')}` : '';
  return `${who.name},${who.sex === 'f' ? '女' : '男'},${who.age}岁${speaking}${who.phone === null ? '' : `,本人电话${spaced(who.phone)}`}。`;
}

function sceneSentence({ atScene, coming, madeAt }: Omit<Packet, 'script'>): string {
  const there = atScene[0];
  if (there !== undefined) return `现场有${named(there)}${phoneOf(there.phone)}。`;
  const next = coming[0];
  if (next === undefined) return '现场还没有人。';
  const minutes =
    next.etaAt === null ? null : Math.max(1, Math.round((Date.parse(next.etaAt) - Date.parse(madeAt)) / 60_000));
  return `现场还没有人,${named(next)}在路上${minutes === null ? '' : `,约${minutes}分钟到`}${phoneOf(next.phone)}。`;
}

function entrySentence({ where }: Omit<Packet, 'script'>): string | null {
  const parts = [
    where.floor === null ? null : `${where.floor}楼`,
    where.lift === null || where.floor === null ? null : where.lift ? '有电梯' : '没有电梯',
    where.entry,
    where.keys.length === 0
      ? null
      : `钥匙在${where.keys.map((one) => `${one.kind}${one.name}${phoneOf(one.phone)}`).join('、')}`,
  ].filter((part) => part !== null && part !== '');
  return parts.length === 0 ? null : `进门:${parts.join(',')}。`;
}

function healthSentence({ care }: Omit<Packet, 'script'>): string {
  if (care === null) return '病史、用药、过敏都不清楚。';
  const list = (name: string, values: string[]): string =>
    `${name}${values.length === 0 ? '没有记录' : values.join('、')}`;
  return `${list('病史', care.conditions)};${list('在吃', care.medication)};${list('过敏', care.allergies)}。`;
}

const named = (person: { name: string; role: string }): string => `${ROLES[person.role] ?? ''}${person.name}`;
const phoneOf = (phone: string | null): string => (phone === null ? '' : `,电话${spaced(phone)}`);
/** As one reads a number aloud: 138 1234 5678. */
const spaced = (phone: string): string => phone.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3');
