/** What a case means on screen: who has it, how urgent it looks, what it is called. No wording lives here except by key. */
import i18next from 'i18next';
import type { WireIncident } from '#contracts/incident.ts';
import { textOr } from '../../i18n/i18n.ts';

export type Tone = 'red' | 'blue' | 'green' | 'grey';

/** Presses may join, people may work on it. */
export function isOpen(incident: WireIncident): boolean {
  return (
    incident.state === 'waiting' ||
    incident.state === 'claimed' ||
    incident.state === 'responding' ||
    incident.state === 'on_scene'
  );
}

/** Nobody sits on it: also when the ladder has already sent somebody. */
export function isUntaken(incident: WireIncident): boolean {
  return isOpen(incident) && incident.owner === null;
}

/** A life may be at risk and nobody has taken it: pinned, and the alarm sounds. */
export function isRed(incident: WireIncident): boolean {
  return isUntaken(incident) && (incident.queue === 'emergency' || incident.priority === 1);
}

/** Red: life, not taken. Blue: taken, moving. Green: arrived or done. Grey: the rest. */
export function toneOf(incident: WireIncident): Tone {
  if (isRed(incident)) return 'red';
  if (isUntaken(incident)) return 'grey';
  return incident.state === 'on_scene' || incident.state === 'resolved' ? 'green' : 'blue';
}

/** `红键×3`. */
export function kindWords(incident: WireIncident): string {
  const word = textOr(`kind.${incident.kind}`, i18next.t(`source.${incident.source}`));
  return incident.pressCount > 1 ? `${word}×${incident.pressCount}` : word;
}

/** Who it is about: a name, both names of a couple, or in plain words that nobody knows yet. */
export function whoWords(incident: WireIncident): string {
  if (incident.resident) return incident.resident.name;
  const [first, second] = incident.residents;
  if (first && second && incident.residents.length === 2) return `${first.name}、${second.name}`;
  if (first)
    return incident.residents.length > 1
      ? i18next.t('who.several', { name: first.name, count: incident.residents.length })
      : first.name;
  if (incident.source === 'press') return i18next.t('who.unknownDevice');
  return incident.summary ?? i18next.t('who.unknown');
}

/** The age beside the name; null for couples and unknowns. */
export function ageOf(incident: WireIncident): number | null {
  if (incident.resident) return incident.resident.age;
  return incident.residents.length === 1 ? (incident.residents[0]?.age ?? null) : null;
}

/** `清河口社区 · 3网格`. */
export function placeWords(incident: WireIncident): string {
  const names = incident.region
    .filter((one) => one.level === 'community' || one.level === 'grid')
    .map((one) => one.name);
  if (names.length > 0) return names.join(' · ');
  return incident.region.at(-1)?.name ?? i18next.t('place.unknown');
}

/** The mark that matters most: 独居, 重听, 心脏病. */
export function markOf(incident: WireIncident): string | null {
  return incident.resident?.marks[0] ?? incident.residents[0]?.marks[0] ?? null;
}

/** Somebody was asked, is coming or is there. */
export function liveAssignments(incident: WireIncident): WireIncident['assignments'] {
  return incident.assignments.filter(
    (one) =>
      one.state === 'offered' || one.state === 'accepted' || one.state === 'under_way' || one.state === 'on_scene',
  );
}

/** Given to a centre and not ended. */
export function liveHandoffs(incident: WireIncident): WireIncident['handoffs'] {
  return incident.handoffs.filter(
    (one) =>
      one.state === 'offered' || one.state === 'accepted' || one.state === 'dispatched' || one.state === 'on_scene',
  );
}

/** Which of the five steps of the path is reached, 0 waiting … 4 done. */
export function stepOf(incident: WireIncident): number {
  if (incident.state === 'resolved' || incident.state === 'closed' || incident.state === 'cancelled') return 4;
  if (incident.state === 'on_scene') return 3;
  if (incident.state === 'responding') return 2;
  return incident.state === 'claimed' ? 1 : 0;
}
