/** What the box of a home says of an order: texts of voice.md, the same with and without a case. */
import type { AckStage } from '#contracts/device.ts';
import { SAY, spokenName } from '#dispatch/domain/sentences.ts';
import type { Order } from './domain/order.ts';

/** One sentence for the box, told once. Times in ms. */
export interface BoxWord {
  stage: AckStage;
  /** When the visit began of which it tells: a box says each stage of a visit once. */
  visit: number;
  at: number;
  say: string;
  who: string | null;
  minutes: number | null;
}

const DIGITS = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const SOON_MS = 10 * 60_000;

/** Until it is his turn to be proven: whoever says it right may come in. */
export const SAY_CODE_FIRST = '先对暗号,再开门。';

/** What the box says, and the man at the door too, digit by digit; empty when there is none. */
export function codeSentence(order: Pick<Order, 'code'>): string {
  if (order.code === null) return '';
  const digits = [...order.code].map((digit) => DIGITS[Number(digit)]).join(' ');
  return `门口暗号${digits},说对了再开门。`;
}

/** He says that it is done: she looks, and presses the key. */
export function doneSentence(name: string): string {
  return `${spokenName(name, 'vendor_staff')}说做好了,您看好了就按“做好了”。`;
}

/**
 * All that is true now of an order without a case, in order of time; nothing of one with a case, whose own steps the
 * box hears. What a step no longer stands for is not in it any more.
 */
export function wordsOf(order: Order | null): BoxWord[] {
  const first = order?.staff[0];
  if (!order || !first || order.incidentId !== null || order.acceptedAt === null || order.state === 'cancelled')
    return [];
  const { acceptedAt, departedAt, arrivedAt, doneAt, confirmedAt } = order;
  const { name } = first;
  const who = spokenName(name, 'vendor_staff');
  const later = order.urgency !== 'now' && (order.wantedAt === null || order.wantedAt > acceptedAt + SOON_MS);
  const heard = later ? SAY.acceptedLater(who) : SAY.accepted(who);
  const words: BoxWord[] = [
    {
      stage: 'update',
      visit: acceptedAt,
      at: acceptedAt,
      say: `${heard}${codeSentence(order)}`,
      who: name,
      minutes: later ? null : order.minutes,
    },
  ];
  if (departedAt === null) return words;
  const add = (stage: AckStage, at: number, say: string, minutes: number | null = null): void =>
    void words.push({ stage, visit: departedAt, at, say, who: name, minutes });
  add('dispatched', departedAt, `${SAY.dispatched(who, order.minutes)}${codeSentence(order)}`, order.minutes);
  if (arrivedAt !== null)
    add('arrived', arrivedAt, `${SAY.arrivedForWork(who)}${order.arrivedBy === 'box' ? '' : SAY_CODE_FIRST}`);
  if (order.state === 'done' && doneAt !== null && order.saidDoneAt === null) add('update', doneAt, doneSentence(name));
  if ((order.state === 'confirmed' || order.state === 'settled') && confirmedAt !== null)
    add('resolved', confirmedAt, SAY.resolved);
  return words;
}

/** What a change of an order at `now` (ms) has to tell: what is true and was not, and that he does not come after all. */
export function newWords(before: Order | null, next: Order, now: number): BoxWord[] {
  const told = wordsOf(before);
  if (before !== null && told.length > 0) {
    const word = { at: now, who: null, minutes: null };
    if (next.state === 'cancelled')
      return [
        {
          ...word,
          stage: 'cancelled',
          visit: told.at(-1)!.visit,
          say: `${next.serviceName}这一单取消了。有事随时再按。`,
        },
      ];
    if (next.shopId !== before.shopId) return [{ ...word, stage: 'update', visit: now, say: SAY.another }];
  }
  const known = new Set(told.map((one) => `${one.stage}/${one.at}`));
  return wordsOf(next).filter((one) => !known.has(`${one.stage}/${one.at}`));
}
