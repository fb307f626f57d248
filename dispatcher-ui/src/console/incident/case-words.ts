/** What a case is called on screen. */
import i18next from 'i18next';
import type { WireIncident } from '#contracts/incident.ts';
import { textOr } from '../../i18n/i18n.ts';

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

/** Everything a person may search an incident by, in lower case. */
export function searchText(incident: WireIncident): string {
  const people = [incident.resident, ...incident.residents].flatMap((one) =>
    one ? [one.name, one.address, one.phone ?? ''] : [],
  );
  return [
    whoWords(incident),
    kindWords(incident),
    placeWords(incident),
    incident.owner?.name ?? '',
    incident.summary ?? '',
    incident.device?.id ?? '',
    ...people,
  ]
    .join(' ')
    .toLowerCase();
}
