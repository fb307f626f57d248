import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import type { DeviceSubject } from '#registry/subjects.ts';
import type { Place } from './domain/presses.ts';
import type { Route } from './domain/routing.ts';
import type { IncomingPress } from './press.ts';

/** A call for help: what opens an emergency even from a device that nobody registered. What can't be read is one. */
export function isCallForHelp(press: IncomingPress): boolean {
  const effect = EVENT_TYPES[press.type];
  return !press.readable || effect === 'emergency' || effect === 'medical';
}

/** Whose press it is and where: the wearer's, the household's, or nobody's that we know. */
export function placeOf(press: IncomingPress, subject: DeviceSubject | undefined): Place {
  const household = subject?.household ?? null;
  const wearer = subject?.wearer ?? null;
  const fix = press.location ? { lat: press.location.lat, lon: press.location.lon, source: 'device' as const } : null;
  const home =
    household !== null && household.lat !== null && household.lon !== null
      ? { lat: household.lat, lon: household.lon, source: 'home' as const }
      : null;
  return {
    // A household whose row is damaged has no id: its devices stand for themselves rather than share a case with strangers.
    subject:
      wearer !== null ? `wearer:${wearer}` : household?.id ? `household:${household.id}` : `device:${press.device}`,
    regionPath: household?.regionPath || null,
    householdId: household?.id || null,
    residentId: wearer ?? wearerOf(subject),
    deviceId: press.device,
    position: wearer !== null ? (fix ?? home) : (home ?? fix),
  };
}

/** The one it must be: who wears it, or who lives there alone. Several who live there: the operator picks. */
export function wearerOf(subject: DeviceSubject | undefined): string | null {
  if (subject === undefined) return null;
  if (subject.wearer !== null) return subject.wearer;
  const there = subject.residents.filter((resident) => resident.status !== 'moved' && resident.status !== 'died');
  return there.length === 1 ? there[0]!.id : null;
}

/** Class of the case a press opens or joins: a call for help is always a rescue, whatever queue the rules send it to. */
export function classOfOpening(route: Route, callForHelp: boolean): 'rescue' | 'household' {
  return callForHelp ? 'rescue' : route.class;
}

/** Which open case of the home a joining event belongs to, first choice first. */
export function classOfJoin(type: EventType): ('rescue' | 'household')[] {
  return type === 'done' ? ['household', 'rescue'] : ['rescue', 'household'];
}

/** Everyone it could be is away, in hospital, moved or dead: silence means nothing there. Of a home without residents nothing is known. */
export function isAwayFromHome(subject: DeviceSubject | undefined): boolean {
  if (subject === undefined) return false;
  const who =
    subject.wearer === null
      ? subject.residents
      : subject.residents.filter((resident) => resident.id === subject.wearer);
  return who.length > 0 && who.every((resident) => resident.status !== 'home');
}
