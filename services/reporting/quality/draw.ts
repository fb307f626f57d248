import { createHash } from 'node:crypto';

/** A call of an operator's own telephone into a case that has ended; `recordingId` of the conference in which it was. */
export interface Talk {
  callId: string;
  incidentId: string;
  operatorId: string;
  operatorName: string;
  /** ms */
  startedAt: number;
  endedAt: number;
  recordingId: string | null;
}

export type Slot = 1 | 2;

/** Recordings are told of some seconds after a call has ended, ms. */
export const SETTLED_MS = 120_000;
const ZONE_MS = 8 * 3_600_000;

/** `yyyy-mm` of a time (ms), Asia/Shanghai. */
export function monthOf(at: number): string {
  return new Date(at + ZONE_MS).toISOString().slice(0, 7);
}

/** From when (ms) to before when a month (`yyyy-mm`) lasts, Asia/Shanghai. */
export function spanOf(month: string): { from: number; to: number } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return { from: Date.UTC(year, number - 1, 1) - ZONE_MS, to: Date.UTC(year, number, 1) - ZONE_MS };
}

/** The month before. */
export function monthBefore(month: string): string {
  return monthOf(spanOf(month).from - 1);
}

/**
 * The moment (ms) after which an operator's call is drawn: one in each half of the month, different for everybody and known
 * to nobody beforehand who does not work it out, so that no call is picked and no list is better opened early.
 */
export function momentOf(operatorId: string, month: string, slot: Slot): number {
  const { from, to } = spanOf(month);
  const part = createHash('sha256').update(`${operatorId}/${month}/${slot}`).digest().readUInt32BE(0) / 2 ** 32;
  const half = (to - from) / 2;
  return Math.floor(from + (slot - 1) * half + part * half);
}

/**
 * What is drawn now of one operator's talks in one month, for the slots that are still open. In each slot: the first
 * recorded call that ended after its moment. Once the month is over, where there was none: the last recorded one before
 * it, else one that nobody recorded. No case twice.
 */
export function drawTwo(
  talks: readonly Talk[],
  taken: readonly { slot: number; incidentId: string }[],
  of: { operatorId: string; month: string },
  now: number,
): { slot: Slot; talk: Talk }[] {
  const isOver = now >= spanOf(of.month).to + SETTLED_MS;
  const gone = new Set(taken.map(({ incidentId }) => incidentId));
  const drawn: { slot: Slot; talk: Talk }[] = [];
  for (const slot of [1, 2] as const) {
    if (taken.some((one) => one.slot === slot)) continue;
    const moment = momentOf(of.operatorId, of.month, slot);
    const open = talks
      .filter((talk) => !gone.has(talk.incidentId) && talk.endedAt <= now - SETTLED_MS)
      .toSorted((a, b) => a.endedAt - b.endedAt || (a.callId < b.callId ? -1 : 1));
    const recorded = open.filter(({ recordingId }) => recordingId !== null);
    const after = (all: readonly Talk[]): Talk | undefined => all.find(({ endedAt }) => endedAt >= moment);
    const talk = after(recorded) ?? (isOver ? (recorded.at(-1) ?? after(open) ?? open.at(-1)) : undefined);
    if (talk === undefined) continue;
    gone.add(talk.incidentId);
    drawn.push({ slot, talk });
  }
  return drawn;
}
