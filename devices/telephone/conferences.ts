import type { Carrier } from './carrier.ts';
import type { Leg } from './leg.ts';

interface Room {
  sid: string;
  name: string;
  createdAt: number;
  endedAt: number | null;
  people: { leg: Leg; endsOnExit: boolean }[];
  /** Of the first who came: the room's callbacks go where he said. */
  callback: { url: string; method: string; events: string[] } | null;
  sequence: number;
}

/** Rooms that several lines are in at once. */
export interface Conferences {
  enter(name: string, leg: Leg, options: Record<string, string>): void;
  leave(leg: Leg): void;
  /** How many are in the room that the line is in; 0: it is in none. */
  company(leg: Leg): number;
  /** Those in the same room. */
  withLeg(leg: Leg): Leg[];
  list(): readonly Room[];
}

/** Rooms with one name follow one another: who comes when the last has ended opens a new one. */
export function createConferences(deps: {
  carrier: Carrier;
  accountSid: string;
  now: () => number;
  newSid: (prefix: string) => string;
  /** Ends a line that was put out of its room. */
  release: (leg: Leg) => void;
  changed: (leg: Leg) => void;
}): Conferences {
  const rooms: Room[] = [];
  const openRoom = (name: string): Room | undefined =>
    rooms.find((room) => room.name === name && room.endedAt === null);
  const roomOf = (leg: Leg): Room | undefined =>
    rooms.find((room) => room.endedAt === null && room.people.some((one) => one.leg === leg));

  function tell(room: Room, event: 'start' | 'end' | 'join' | 'leave', leg: Leg | null): void {
    if (!room.callback?.events.includes(event)) return;
    const name = event === 'join' || event === 'leave' ? `participant-${event}` : `conference-${event}`;
    deps.carrier.tell(room.callback.url, room.callback.method, {
      AccountSid: deps.accountSid,
      ConferenceSid: room.sid,
      FriendlyName: room.name,
      StatusCallbackEvent: name,
      SequenceNumber: String(++room.sequence),
      Timestamp: new Date(deps.now()).toUTCString(),
      ...(leg && { CallSid: leg.sid, Muted: 'false', Hold: 'false', Coaching: 'false' }),
    });
  }

  return {
    enter(name, leg, options) {
      let room = openRoom(name);
      if (!room) {
        room = {
          sid: deps.newSid('CF'),
          name,
          createdAt: deps.now(),
          endedAt: null,
          people: [],
          callback:
            options['statusCallback'] === undefined
              ? null
              : {
                  url: options['statusCallback'],
                  method: options['statusCallbackMethod'] ?? 'POST',
                  events: (options['statusCallbackEvent'] ?? '').split(' '),
                },
          sequence: 0,
        };
        rooms.push(room);
      }
      room.people.push({ leg, endsOnExit: options['endConferenceOnExit'] === 'true' });
      leg.conference = room.sid;
      tell(room, 'join', leg);
      if (room.people.length === 2) tell(room, 'start', null);
      for (const one of room.people) deps.changed(one.leg);
    },
    leave(leg) {
      const room = roomOf(leg);
      if (!room) return;
      const mine = room.people.find((one) => one.leg === leg)!;
      room.people = room.people.filter((one) => one !== mine);
      leg.conference = null;
      tell(room, 'leave', leg);
      const out = mine.endsOnExit ? room.people.map((one) => one.leg) : [];
      if (room.people.length === 0 || mine.endsOnExit) {
        room.endedAt = deps.now();
        room.people = [];
        tell(room, 'end', null);
      }
      for (const one of out) deps.release(one);
      for (const one of room.people) deps.changed(one.leg);
    },
    company: (leg) => roomOf(leg)?.people.length ?? 0,
    withLeg: (leg) => roomOf(leg)?.people.map((one) => one.leg) ?? [],
    list: () => rooms,
  };
}
