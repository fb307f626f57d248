import type { Clock } from '#kernel/clock.ts';
import type { Database, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import {
  adopt,
  callOf,
  closeHeld,
  endJob,
  hearAnswer,
  hearDelivery,
  hearJoined,
  hearSeated,
  hearStatus,
  isBeingAsked,
  lacksSeat,
  type Job,
  type Turn,
} from './domain/job.ts';
import { normaliseNumber } from './numbers.ts';
import { REQUEST_MS, type Listed, type Network, type Placed } from './network.ts';
import { overTwiml } from './twiml.ts';
import type { CallUrls } from './urls.ts';
import { conferenceOf, type OnReport } from './port.ts';
import { giveSeat } from './seats.ts';
import { findDue, knownSids, lockJob, saveJob, tellAndSave } from './store.ts';

/** As long a worker may take with a row before another may. Longer than a request, so that no two place at once. */
const LEASE_MS = REQUEST_MS + 7_000;
/**
 * What was asked for may still appear so long after the asking, ms: a request that broke off here may still be on its way
 * there, and lists lag. Only later does its absence prove that the network hasn't got it.
 */
const SETTLE_MS = REQUEST_MS + 4_000;
/** Between two looks for a call whose creation had an unclear end, ms. */
const LOOK_MS = 2_000;
/** A network that puts us off is asked again after 1, 2, 4, … s, 15 s at most. */
const LONGEST_REST_MS = 15_000;
/** So long a network that puts off or says nothing is asked before the order gets its outcome, ms: somebody else must be tried. */
const GIVE_UP_MS = { call: 120_000, message: 3_600_000 } as const;
/** An order waits so long for a telephone that we are using already; then it is busy. */
const BUSY_MS = 60_000;
/** How often the network is asked about one that has passed its time, ms. */
const CHECK_MS = 10_000;
const MESSAGE_CHECK_MS = 60_000;
const AT_ONCE = 16;
const POLL_MS = 1_000;

/** Moves what is due: places, looks for, asks about, ends. The database alone says what there is to do. */
export interface Mover {
  /** Everything that is due now, to the end of each request. Answers how many steps were taken. */
  runOnce(): Promise<number>;
  poke(): void;
  start(): void;
  stop(): Promise<void>;
}

export interface MoverDeps {
  db: Database;
  clock: Clock;
  log: Log;
  network: Network;
  urlsOf(job: Job): CallUrls;
  onReport: OnReport;
}

/** What is to be done with a row that was taken; the last five need no request. */
type Errand = 'place' | 'look' | 'end' | 'seat' | 'ask' | 'close' | 'cancelled' | 'bad_number' | 'busy' | 'on_line';

/** Construction does nothing. */
export function createMover(deps: MoverDeps): Mover {
  const { log } = deps;
  const flying = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let stopping = false;
  let poked = false;
  let wake: (() => void) | undefined;

  async function fill(): Promise<number> {
    const room = AT_ONCE - flying.size;
    if (room <= 0) return 0;
    const taken = await take(deps, room);
    for (const { job, errand } of taken) {
      const flight: Promise<void> = carry(deps, job, errand)
        .catch((error: Error) => log.warn({ job: job.id, errand, err: error.message }, 'telephone'))
        .finally(() => {
          flying.delete(flight);
          poke();
        });
      flying.add(flight);
    }
    return taken.length;
  }

  function poke(): void {
    poked = true;
    wake?.();
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      poked = false;
      const moved = await fill().catch((error: Error) => {
        log.warn({ err: error.message }, 'telephone: rows could not be taken');
        return 0;
      });
      if (stopping || (moved > 0 && flying.size < AT_ONCE) || poked) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, POLL_MS);
        function done(): void {
          clearTimeout(timer);
          wake = undefined;
          resolve();
        }
        wake = done;
      });
    }
  }

  return {
    async runOnce() {
      let steps = 0;
      for (;;) {
        const moved = await fill();
        await Promise.all(flying);
        if (moved === 0) return steps;
        steps += moved;
      }
    },
    poke,
    start() {
      if (running !== undefined) return;
      stopping = false;
      running = loop();
    },
    async stop() {
      stopping = true;
      wake?.();
      await running;
      await Promise.all(flying);
      running = undefined;
    },
  };
}

/**
 * Takes rows that are due, each counted up and put off by a lease: from here on only this attempt may write them. Nothing
 * is told in here, so that one row whose report fails holds up no other.
 */
async function take({ db, clock }: MoverDeps, limit: number): Promise<{ job: Job; errand: Errand }[]> {
  const once = (most: number): Promise<{ job: Job; errand: Errand }[]> =>
    db.tx(async (tx) => {
      const now = clock.now();
      const taken: { job: Job; errand: Errand }[] = [];
      const numbers = new Set<string>();
      for (const { job: due, inUse, onLine } of await findDue(tx, most, BUSY_MS, now)) {
        const errand = errandOf(due, { inUse, onLine }, now);
        // Of two orders to one number the second waits until the first is known to be there.
        if (errand === 'place' && numbers.has(`${due.kind} ${due.number}`)) continue;
        if (errand === 'place') numbers.add(`${due.kind} ${due.number}`);
        const job: Job = { ...due, attempt: due.attempt + 1, nextAt: now + LEASE_MS };
        if (errand === 'place') Object.assign(job, { state: 'placing', placingAt: now });
        await saveJob(tx, job);
        taken.push({ job, errand });
      }
      return taken;
    });
  try {
    return await once(limit);
  } catch (error) {
    // Another process is placing to the same number: it comes first. One row at a time the others get through.
    if ((error as { code?: string }).code !== '23505') throw error;
    return limit === 1 ? [] : once(1).catch(() => []);
  }
}

/** What a row needs that is due now. */
function errandOf(job: Job, { inUse, onLine }: { inUse: boolean; onLine: boolean }, now: number): Errand {
  if (job.final !== null) return 'close';
  switch (job.state) {
    case 'ordered':
      if (job.hangUpAt !== null) return 'cancelled';
      if (normaliseNumber(job.number) === null) return 'bad_number';
      if (onLine && job.kind === 'call' && callOf(job).join) return 'on_line';
      return inUse ? 'busy' : 'place';
    case 'placing':
      return 'look';
    case 'placed':
      if (job.hangUpAt !== null && now - job.hangUpAt < CHECK_MS) return 'end';
      return lacksSeat(job) ? 'seat' : 'ask';
    case 'ended':
      throw new Error('what has ended is never due');
  }
}

/** Does what a row needs that this attempt holds, one request at most, and writes what came of it. */
async function carry(deps: MoverDeps, job: Job, errand: Errand): Promise<void> {
  switch (errand) {
    case 'place':
      return place(deps, job);
    case 'look':
      return look(deps, job);
    case 'end':
      return end(deps, job);
    case 'seat':
      return seat(deps, job);
    case 'ask':
      return askAbout(deps, job);
    case 'close':
      return settle(deps, job, closeHeld);
    case 'on_line':
      return settle(deps, job, alreadyHere);
    default:
      return settle(deps, job, (held, now) => endJob(held, errand, now));
  }
}

/** Hangs up; refused by the network it is tried again, for as long as `errandOf` still wants it, before anybody asks. */
async function end(deps: MoverDeps, job: Job): Promise<void> {
  let rest = CHECK_MS;
  await deps.network.endCall(job.sid!, isBeingAsked(job) ? overTwiml() : undefined).catch((error: Error) => {
    deps.log.warn({ job: job.id, err: error.message }, 'hang up');
    rest = LOOK_MS;
  });
  await settle(deps, job, (held, now) => ({ job: { ...held, nextAt: now + rest }, news: [] }));
}

/** He is in the conference by a call of his own: his telephone would only be engaged. */
function alreadyHere(job: Job, now: number): Turn {
  const answered = hearAnswer(job, now);
  const joined = hearJoined(answered.job, now);
  const ended = endJob(joined.job, 'on_line', now);
  return { job: ended.job, news: [...answered.news, ...joined.news, ...ended.news] };
}

async function place(deps: MoverDeps, job: Job): Promise<void> {
  const urls = deps.urlsOf(job);
  let placed: Placed;
  if ('text' in job.detail)
    placed = await deps.network.createMessage({ to: job.number, body: job.detail.text, status: urls.message() });
  else {
    const { ringS, ask } = job.detail;
    placed = await deps.network.createCall({
      to: job.number,
      timeoutS: ringS,
      detectMachine: ask !== null,
      urls: { voice: urls.voice(), status: urls.status(), machine: urls.machine() },
    });
  }
  if (placed.kind === 'placed') return keepSid(deps, job, placed.sid);
  await settle(deps, job, (held, now) => afterRefusal(held, placed, now));
}

function afterRefusal(job: Job, placed: Exclude<Placed, { kind: 'placed' }>, now: number): Turn {
  // Meanwhile the network called back about it: it has it after all.
  if (job.sid !== null) return { job, news: [] };
  switch (placed.kind) {
    case 'bad_number':
      return endJob(job, 'bad_number', now);
    case 'refused':
      return endJob(job, 'failed', now);
    case 'unclear':
      return { job: { ...job, nextAt: now }, news: [] };
    case 'later': {
      if (now - job.orderedAt > GIVE_UP_MS[job.kind]) return endJob(job, 'failed', now);
      const rest = Math.min(LONGEST_REST_MS, 1_000 * 2 ** job.tries);
      return { job: { ...job, state: 'ordered', placingAt: null, tries: job.tries + 1, nextAt: now + rest }, news: [] };
    }
  }
}

/** The network may have it: it is looked for, and placed again only when it demonstrably hasn't got it. */
async function look(deps: MoverDeps, job: Job): Promise<void> {
  const { network, db, log } = deps;
  const began = job.placingAt!;
  // The network's clock counts whole seconds, and is not ours. What is known to be another's is left out.
  const since = began - 60_000;
  let listed: Listed[];
  try {
    listed = await (job.kind === 'call'
      ? network.listCalls(job.number, since)
      : network.listMessages(job.number, since));
  } catch (error) {
    log.warn({ job: job.id, err: (error as Error).message }, 'could not be looked for');
    return settle(deps, job, (held, now) =>
      held.sid === null && now - began > GIVE_UP_MS[job.kind]
        ? endJob(held, 'unknown', now)
        : { job: { ...held, nextAt: held.sid === null ? now + LOOK_MS : held.nextAt }, news: [] },
    );
  }
  const others = await knownSids(
    db,
    listed.map(({ sid }) => sid),
    job.id,
  );
  const text = 'text' in job.detail ? job.detail.text : '';
  const ours = listed.filter(({ sid, body }) => !others.has(sid) && body === text);
  // The oldest: a later one of the same kind would be somebody's whose turn had not come.
  const found = ours.at(-1);
  if (found !== undefined) {
    log.info({ job: job.id }, 'found again on the network');
    return keepSid(deps, job, found.sid);
  }
  return settle(deps, job, (held, now) => {
    if (held.sid !== null) return { job: held, news: [] };
    if (now - began < SETTLE_MS) return { job: { ...held, nextAt: now + LOOK_MS }, news: [] };
    if (now - held.orderedAt > GIVE_UP_MS[held.kind]) return endJob(held, 'failed', now);
    return { job: { ...held, state: 'ordered', placingAt: null, tries: held.tries + 1, nextAt: now }, news: [] };
  });
}

/** Writes down the network's id whoever holds the row now: it is a fact. What is there twice is ended. */
async function keepSid(deps: MoverDeps, job: Job, sid: string): Promise<void> {
  const stranger = await deps.db.tx(async (tx) => {
    const held = await lockJob(tx, { id: job.id });
    if (held === null) return true;
    const adopted = adopt(held, sid, deps.clock.now());
    await tellAndSave(tx, adopted.job, [], deps.onReport, deps.clock.now());
    return adopted.stranger;
  });
  if (stranger && job.kind === 'call') {
    deps.log.warn({ job: job.id }, 'a call that is not wanted any more is ended');
    await deps.network.endCall(sid);
  }
}

/** Gives who sits in the seat that he is to have; where that can't be done now, it is tried again. */
async function seat(deps: MoverDeps, job: Job): Promise<void> {
  const wanted = callOf(job).seat!;
  const given = await giveSeat(deps, job, wanted).catch((error: Error) => {
    deps.log.warn({ job: job.id, err: error.message }, 'a seat could not be given');
    return false;
  });
  await settle(deps, job, (held, now) =>
    given ? hearSeated(held, wanted, now) : { job: { ...held, nextAt: now + LOOK_MS }, news: [] },
  );
}

/** Asks what became of it: its callbacks never came, or it is over and nobody said so. */
async function askAbout(deps: MoverDeps, job: Job): Promise<void> {
  const every = job.kind === 'call' ? CHECK_MS : MESSAGE_CHECK_MS;
  let one: Listed | null;
  let joined = false;
  try {
    one = await (job.kind === 'call' ? deps.network.getCall(job.sid!) : deps.network.getMessage(job.sid!));
    if (one?.status === 'in-progress' && job.joiningAt !== null && job.joinedAt === null && job.incidentId !== null)
      joined = job.direction === 'out' && (await deps.network.isInConference(conferenceOf(job.incidentId), job.sid!));
  } catch (error) {
    deps.log.warn({ job: job.id, err: (error as Error).message }, 'could not be asked about');
    return settle(deps, job, (held, now) =>
      now - (held.answeredAt ?? held.placedAt ?? held.orderedAt) > 2 * GIVE_UP_MS.message
        ? endJob(held, 'unknown', now)
        : { job: { ...held, nextAt: now + every }, news: [] },
    );
  }
  await settle(deps, job, (held, now) => {
    // It has no such call, or says nothing of a message for an hour: that is all there will ever be.
    if (one === null) return endJob(held, 'unknown', now);
    if (held.kind === 'message') return heardMessage(held, one.status, now);
    const machine = one.answeredBy?.startsWith('machine') === true;
    const turn = hearStatus({ ...held, machine: held.machine || machine }, one.status, null, now);
    const news = [...turn.news];
    let next = turn.job;
    if (joined) {
      const arrived = hearJoined(next, now);
      next = arrived.job;
      news.push(...arrived.news);
    }
    if (next.state !== 'ended' && next.final === null)
      next = {
        ...next,
        nextAt: lacksSeat(next) ? now : now + (next.answeredAt === null || waitsToJoin(next) ? every : 60_000),
      };
    return { job: next, news };
  });
}

function waitsToJoin(job: Job): boolean {
  return callOf(job).join && job.joinedAt === null;
}

function heardMessage(job: Job, status: string, now: number): Turn {
  const turn = hearDelivery(job, status, now);
  if (turn.job.state === 'ended') return turn;
  if (now - job.orderedAt > GIVE_UP_MS.message) return endJob(job, 'unknown', now);
  return { job: { ...job, nextAt: now + MESSAGE_CHECK_MS }, news: [] };
}

/** Writes what came of an errand, unless the row has passed to another attempt or ended meanwhile. */
async function settle(deps: MoverDeps, job: Job, decide: (held: Job, now: number) => Turn): Promise<void> {
  const { db, clock, onReport } = deps;
  await db.tx(async (tx: Tx) => {
    const held = await lockJob(tx, { id: job.id });
    if (held === null || held.state === 'ended' || held.attempt !== job.attempt) return;
    const now = clock.now();
    const turn = decide(held, now);
    await tellAndSave(tx, turn.job, turn.news, onReport, now);
  });
}
