/** Everything the page knows from the socket, as one immutable state that React reads. */
import type { z } from 'zod';
import type { WireIncident } from '#contracts/incident.ts';
import {
  noticeSchema,
  socketEvents,
  wireDeskSchema,
  wireResponderSchema,
  type Notice,
  type WireDesk,
  type WireResponder,
} from '#contracts/socket.ts';
import { createLink, type Link, type LinkState } from './link.ts';
import { readIncident, readList, type ShownIncident } from './reading.ts';
import { createServerClock, type ServerClock } from './server-clock.ts';

export interface LiveState {
  link: LinkState;
  /** When the line was last heard before it was cut, ms of server time; 0 when it never was. */
  lastHeardAt: number;
  incidents: ReadonlyMap<string, ShownIncident>;
  responders: ReadonlyMap<string, WireResponder>;
  desks: ReadonlyMap<string, WireDesk>;
  /** Rows of the last snapshot that had not even an id. */
  unreadable: number;
}

export interface Live {
  clock: ServerClock;
  state(): LiveState;
  subscribe(tell: () => void): () => void;
  /** What a command or a list brought: kept if it is newer than what we have. */
  put(incident: WireIncident): void;
  /** When the present deadline of an incident was first seen, ms of server time; null when it was there from the start. */
  deadlineSince(id: string): number | null;
  /** Whether it came in during the last three seconds; what a snapshot brings is not new. */
  isFresh(id: string): boolean;
  start(): void;
  stop(): void;
}

const HIDDEN_TOO_LONG_MS = 5_000;
const TOGETHER_MS = 50;
const FRESH_MS = 3_000;

const empty: LiveState = {
  link: 'connecting',
  lastHeardAt: 0,
  incidents: new Map(),
  responders: new Map(),
  desks: new Map(),
  unreadable: 0,
};

export interface LiveHandlers {
  /** The server no longer wants this session, or this connection: look whether we are still signed in. */
  onRefused(): void;
  onNotice(notice: Notice): void;
  /** The work orders of this case have changed. */
  onOrders(incident: string): void;
}

/** Makes the live state. Nothing happens until `start()`. */
export function createLive({ onRefused, onNotice, onOrders }: LiveHandlers): Live {
  const clock = createServerClock();
  const listeners = new Set<() => void>();
  const deadlines = new Map<string, { deadlineAt: string | null; since: number | null }>();
  let state = empty;
  let link: Link | null = null;
  const arrivals = new Map<string, number>();
  let telling: ReturnType<typeof setTimeout> | undefined;
  let toldAt = 0;
  let hiddenAt: number | null = null;
  let heardAt = 0;

  const tellAll = () => {
    clearTimeout(telling);
    telling = undefined;
    toldAt = performance.now();
    for (const tell of listeners) tell();
  };
  // A hundred events in a breath are drawn together; a single one is drawn at once.
  const set = (change: Partial<LiveState>) => {
    state = { ...state, ...change };
    if ('link' in change || document.hidden || performance.now() - toldAt > TOGETHER_MS) tellAll();
    else telling ??= setTimeout(tellAll, TOGETHER_MS);
  };

  const noteDeadline = (incident: WireIncident, since: number | null) => {
    const known = deadlines.get(incident.id);
    if (known?.deadlineAt !== incident.deadlineAt)
      deadlines.set(incident.id, { deadlineAt: incident.deadlineAt, since: known ? clock.now() : since });
  };

  const put = (incident: ShownIncident) => {
    const known = state.incidents.get(incident.id);
    // The same version may say more than before (a device came online), an older one never does.
    if (known && known.version > incident.version) return;
    const incidents = new Map(state.incidents);
    if (incident.state === 'closed' || incident.state === 'cancelled') incidents.delete(incident.id);
    else incidents.set(incident.id, incident);
    noteDeadline(incident, clock.now());
    if (!known) arrivals.set(incident.id, clock.now());
    set({ incidents });
  };

  const replace = (payload: unknown) => {
    const raw = (payload ?? {}) as Record<string, unknown>;
    const incidents = new Map<string, ShownIncident>();
    let unreadable = 0;
    for (const one of Array.isArray(raw.incidents) ? raw.incidents : []) {
      const incident = readIncident(one);
      if (!incident) unreadable += 1;
      else if (incident.state !== 'closed' && incident.state !== 'cancelled') incidents.set(incident.id, incident);
    }
    for (const id of deadlines.keys()) if (!incidents.has(id)) deadlines.delete(id);
    arrivals.clear();
    for (const incident of incidents.values()) noteDeadline(incident, null);
    const responders = new Map(readList(wireResponderSchema, raw.responders).items.map((one) => [one.id, one]));
    if (typeof raw.at === 'string') clock.observe(Date.parse(raw.at));
    set({ incidents, responders, unreadable, link: 'live' });
  };

  const forget = (id: string) => {
    if (!state.incidents.has(id)) return;
    const incidents = new Map(state.incidents);
    incidents.delete(id);
    deadlines.delete(id);
    arrivals.delete(id);
    set({ incidents });
  };

  const onEvent = (name: string, payload: unknown) => {
    heardAt = clock.now();
    if (name === 'snapshot') return replace(payload);
    if (name === 'incident') {
      const incident = readIncident(payload);
      return incident ? put(incident) : set({ unreadable: state.unreadable + 1 });
    }
    if (name === 'beat') return withParsed(socketEvents.beat, payload, (beat) => clock.observe(Date.parse(beat.at)));
    if (name === 'gone') return withParsed(socketEvents.gone, payload, (gone) => forget(gone.id));
    if (name === 'responder') {
      return withParsed(wireResponderSchema, payload, (one) =>
        set({ responders: new Map(state.responders).set(one.id, one) }),
      );
    }
    if (name === 'desk')
      return withParsed(wireDeskSchema, payload, (one) => set({ desks: new Map(state.desks).set(one.id, one) }));
    if (name === 'notice') return withParsed(noticeSchema, payload, onNotice);
    if (name === 'orders') return withParsed(socketEvents.orders, payload, (one) => onOrders(one.incident));
  };

  const onVisible = () => {
    if (document.visibilityState === 'hidden') {
      hiddenAt = Date.now();
    } else if (hiddenAt !== null && Date.now() - hiddenAt > HIDDEN_TOO_LONG_MS) {
      hiddenAt = null;
      link?.renew();
    }
  };
  const renew = () => link?.renew();

  return {
    clock,
    state: () => state,
    subscribe(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    put: (incident) => put({ ...incident, damaged: [] }),
    isFresh: (id) => clock.now() - (arrivals.get(id) ?? 0) < FRESH_MS,
    deadlineSince: (id) => deadlines.get(id)?.since ?? null,
    start() {
      link = createLink('/console', {
        onState: (next) => {
          // "live" is said together with the snapshot, never before the old picture is gone.
          if (next !== 'live') set({ link: next, lastHeardAt: heardAt });
        },
        onEvent,
        onRefused,
      });
      link.start();
      document.addEventListener('visibilitychange', onVisible);
      window.addEventListener('online', renew);
      window.addEventListener('pageshow', onVisible);
    },
    stop() {
      document.removeEventListener('visibilitychange', onVisible);
      window.removeEventListener('online', renew);
      window.removeEventListener('pageshow', onVisible);
      link?.stop();
      link = null;
      clearTimeout(telling);
      telling = undefined;
      clock.stop();
    },
  };
}

function withParsed<T>(schema: z.ZodType<T>, payload: unknown, then: (value: T) => void): void {
  const parsed = schema.safeParse(payload);
  if (parsed.success) then(parsed.data);
}
