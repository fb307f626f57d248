import type { Carrier } from './carrier.ts';
import type { Leg } from './leg.ts';

/** A line in a room, and what it may hear and say there. */
export interface Participant {
  leg: Leg;
  endsOnExit: boolean;
  startsOnEnter: boolean;
  muted: boolean;
  /** On hold one neither hears nor is heard. */
  hold: boolean;
  /** Call SID of the only one who hears him; null: everybody does. */
  coaches: string | null;
}

interface Room {
  sid: string;
  name: string;
  createdAt: number;
  endedAt: number | null;
  people: Participant[];
  /** From the first two on; null: is not, or not yet, recorded. */
  recordedFrom: number | null;
  /** Of the first who came, whether and where its recording is told; null: it is not recorded. */
  recording: { url: string | null; method: string } | null;
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
  /** Those who hear what is said on this line. */
  hearersOf(leg: Leg): Leg[];
  /** How the line is in the room of this SID; undefined: it isn't. */
  participant(conferenceSid: string, callSid: string): Participant | undefined;
  /** Ends what is recorded of a room now; false: nothing is. It does not begin again. */
  stopRecording(conferenceSid: string): boolean;
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
  /** What was recorded of a room is over: from when on, ms. */
  recorded: (room: { sid: string; from: number; url: string | null; method: string }) => void;
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
      ...(leg && { CallSid: leg.sid, ...flagsOf(room.people.find((one) => one.leg === leg)) }),
    });
  }

  function close(room: Room): void {
    room.endedAt = deps.now();
    room.people = [];
    tell(room, 'end', null);
    endRecording(room);
  }

  function endRecording(room: Room): boolean {
    const { sid, recordedFrom: from, recording } = room;
    if (recording === null || from === null) return false;
    room.recording = null;
    deps.recorded({ sid, from, ...recording });
    return true;
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
          recordedFrom: null,
          recording: recordingOf(options),
        };
        rooms.push(room);
      }
      room.people.push({
        leg,
        endsOnExit: options['endConferenceOnExit'] === 'true',
        startsOnEnter: options['startConferenceOnEnter'] !== 'false',
        muted: options['muted'] === 'true',
        hold: false,
        coaches: options['coach'] ?? null,
      });
      leg.conference = room.sid;
      tell(room, 'join', leg);
      if (room.people.length === 2) {
        tell(room, 'start', null);
        // “The recording begins when the first two participants join.” Source: Twilio, TwiML <Conference>, record.
        room.recordedFrom ??= deps.now();
      }
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
      if (room.people.length === 0 || mine.endsOnExit) close(room);
      for (const one of out) deps.release(one);
      for (const one of room.people) deps.changed(one.leg);
    },
    company: (leg) => roomOf(leg)?.people.length ?? 0,
    withLeg: (leg) => roomOf(leg)?.people.map((one) => one.leg) ?? [],
    hearersOf(leg) {
      const people = roomOf(leg)?.people ?? [];
      const mine = people.find((one) => one.leg === leg);
      if (!mine || mine.muted || mine.hold) return [];
      return people
        .filter((one) => one !== mine && !one.hold && (mine.coaches === null || one.leg.sid === mine.coaches))
        .map((one) => one.leg);
    },
    participant: (conferenceSid, callSid) =>
      rooms
        .find((room) => room.sid === conferenceSid && room.endedAt === null)
        ?.people.find((one) => one.leg.sid === callSid),
    stopRecording(conferenceSid) {
      const room = rooms.find((one) => one.sid === conferenceSid && one.endedAt === null);
      return room !== undefined && endRecording(room);
    },
    list: () => rooms,
  };
}

/** The three flags that callbacks and the participant carry. */
function flagsOf(one: Participant | undefined): Record<'Muted' | 'Hold' | 'Coaching', string> {
  return {
    Muted: String(one?.muted ?? false),
    Hold: String(one?.hold ?? false),
    Coaching: String(one !== undefined && one.coaches !== null),
  };
}

function recordingOf(options: Record<string, string>): Room['recording'] {
  if (options['record'] !== 'record-from-start' && options['record'] !== 'true') return null;
  return {
    url: options['recordingStatusCallback'] ?? null,
    method: options['recordingStatusCallbackMethod'] ?? 'POST',
  };
}
