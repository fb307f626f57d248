import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import type { Log } from '#platform/log.ts';
import { toRawPress } from './event.ts';

/** Presses committed together at most. */
const LARGEST = 128;
/** While a commit takes longer than this, another may start beside it (a row it needs is locked by somebody). */
const SLOW = 250;
const MOST_AT_A_TIME = 4;
/** So often a press is tried that others keep from being stored, before it is tried as a raw one. */
const PATIENCE = 10;
/** A press that is not committed by then goes back to the broker, which keeps it (protocol: never longer than 20 s). */
const GIVE_UP = 20_000;

export interface Batcher {
  /**
   * Resolves once the press is committed. Rejects when it could not be committed in time: then the connection it came
   * on has to be dropped, so that the broker delivers it again.
   */
  submit(press: IncomingPress): Promise<PressReceipt>;
  /** What still waits is rejected. */
  stop(): void;
  /** Presses handed in and not yet committed. */
  pending(): number;
}

interface Waiting {
  press: IncomingPress;
  since: number;
  settled: boolean;
  resolve(receipt: PressReceipt): void;
  reject(error: Error): void;
}

interface Commit {
  since: number;
  presses: Waiting[];
}

/**
 * Commits together what arrives while another commit is under way. A batch that the database refuses is tried press by
 * press, so that one bad row holds up no other; the bad one becomes a raw press of unknown kind, and so is not lost.
 * While the database is away a batch is tried again until its presses are `giveUpAfter` ms old. Presses of one device
 * stay in order.
 */
export function createBatcher(deps: {
  receive: (batch: IncomingPress[]) => Promise<PressReceipt[]>;
  log: Log;
  giveUpAfter?: number;
}): Batcher {
  const { receive, log } = deps;
  const giveUpAfter = deps.giveUpAfter ?? GIVE_UP;
  const waiting: Waiting[] = [];
  const commits = new Set<Commit>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  function submit(press: IncomingPress): Promise<PressReceipt> {
    if (stopped) return Promise.reject(new Error('stopping'));
    return new Promise((resolve, reject) => {
      waiting.push({ press, since: performance.now(), settled: false, resolve, reject });
      timer ??= setInterval(sweep, 100);
      commitNext();
    });
  }

  function commitNext(): void {
    const presses = mayStart() ? takeBatch() : [];
    if (presses.length === 0) return;
    const commit: Commit = { since: performance.now(), presses };
    commits.add(commit);
    void commitAll(presses).finally(() => {
      commits.delete(commit);
      commitNext();
    });
  }

  function mayStart(): boolean {
    const now = performance.now();
    return commits.size < MOST_AT_A_TIME && [...commits].every((commit) => now - commit.since > SLOW);
  }

  /** Devices with a press in a commit under way wait for it: their presses stay in order. */
  function takeBatch(): Waiting[] {
    const busy = new Set([...commits].flatMap((commit) => commit.presses.map((entry) => entry.press.device)));
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    for (const entry of waiting.splice(0)) {
      if (entry.settled) continue;
      if (batch.length < LARGEST && !busy.has(entry.press.device)) batch.push(entry);
      else left.push(entry);
    }
    waiting.push(...left);
    return batch;
  }

  async function commitAll(batch: Waiting[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const open = batch.filter((entry) => !entry.settled);
      if (open.length === 0) return;
      try {
        settle(open, await receive(open.map((entry) => entry.press)));
        return;
      } catch (error) {
        const kind = classify(error);
        log.warn(
          { presses: open.length, kind, err: (error as Error).message },
          'presses could not be committed, trying again',
        );
        if (kind !== 'away' && open.length > 1) break;
        if (kind === 'bad' || (kind === 'blocked' && attempt === PATIENCE)) {
          asRaw(open[0]!, error as Error);
          if (attempt === 0) continue;
        }
        await pause(attempt);
      }
    }
    for (const entry of batch) await commitAll([entry]);
  }

  function asRaw(entry: Waiting, error: Error): void {
    log.error({ device: entry.press.device, err: error.message }, 'a press can not be stored as it is, keeping it raw');
    entry.press = toRawPress(entry.press);
  }

  function settle(entries: Waiting[], receipts: PressReceipt[]): void {
    if (receipts.length !== entries.length) throw new Error(`${entries.length} presses, ${receipts.length} receipts`);
    entries.forEach((entry, i) => {
      // Committed, though too late for the connection it came on: the broker's redelivery will find a known press.
      if (entry.settled) return;
      entry.settled = true;
      entry.resolve(receipts[i]!);
    });
  }

  /** Also ends what hangs in a call that never returns. */
  function sweep(): void {
    const old = performance.now() - giveUpAfter;
    for (const entry of [...waiting, ...[...commits].flatMap((commit) => commit.presses)]) {
      if (entry.settled || entry.since > old) continue;
      entry.settled = true;
      entry.reject(new Error('not committed in time'));
    }
    for (const commit of commits) if (commit.presses.every((entry) => entry.settled)) commits.delete(commit);
    commitNext();
    if (waiting.length === 0 && commits.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  return {
    submit,
    stop() {
      stopped = true;
      for (const entry of [...waiting.splice(0), ...[...commits].flatMap((commit) => commit.presses)]) {
        if (entry.settled) continue;
        entry.settled = true;
        entry.reject(new Error('stopping'));
      }
      clearInterval(timer);
      timer = undefined;
    },
    pending: () => waiting.length + [...commits].reduce((sum, commit) => sum + commit.presses.length, 0),
  };
}

/**
 * Why a commit failed. `away`: nothing wrong with the presses, the database can't be reached or has no room. `blocked`:
 * one of them needs what somebody else holds. `bad`: the database refuses what is in one of them (or our code does).
 * SQLSTATE classes: PostgreSQL manual, appendix A.
 */
export function classify(error: unknown): 'away' | 'blocked' | 'bad' {
  const given = (error as { code?: unknown }).code;
  const code = typeof given === 'string' ? given : '';
  if (/^(?=.*\d)[0-9A-Z]{5}$/.test(code)) {
    if (/^(08|25|53|57P|58)/.test(code)) return 'away';
    // 23505: two commits made the same row at the same moment; the second finds it when it tries again.
    return /^(40|55|57014|23505)/.test(code) ? 'blocked' : 'bad';
  }
  // Node's own codes, and what pg says of a lost connection, which carries none.
  const lost =
    /^E[A-Z_]+$/.test(code) ||
    code === 'unavailable' ||
    /connection|terminated|timeout|the pool/i.test((error as Error).message);
  return lost ? 'away' : 'bad';
}

function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 50 * 2 ** attempt)));
}
