import type { Me, Role } from '#contracts/session.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Database, Db } from '#platform/database.ts';
import type { Sealing } from '#platform/sealing.ts';
import { loadQueries } from '#platform/sql.ts';
import { recordAudit } from './audit.ts';
import { describeRegions, type Directory } from './directory.ts';
import { verifyNothing, verifyPassword } from './passwords.ts';
import { needsSecondFactor, openSecondFactor, sealKept, stepOfCode } from './second-factor.ts';
import { endSession, openSession, type LiveSession } from './sessions.ts';
import { forgiveAttempt, settleAttempt, takeAttempt } from './throttle.ts';

const q = loadQueries(import.meta.url, 'identity', ['find_account_by_username', 'use_code_step']);

export interface Credentials {
  username: string;
  password: string;
  totp?: string | undefined;
}

interface AccountRow {
  id: string;
  username: string;
  passwordHash: string;
  role: Role;
  name: string;
  totpSecret: string | null;
  disabled: boolean;
}

/** One way to write a user name, whatever the keyboard. */
export function normalizeUsername(username: string): string {
  return username.trim().normalize('NFKC');
}

/**
 * Signs in: slowed down where it failed before, the same time for a name that exists and one that does not, the second
 * factor where the role needs it, each step in the audit trail. Throws `bad_credentials` (whatever was wrong),
 * `second_factor_required` (all is right but the code is missing), `too_many_requests`, `unavailable` (his second
 * factor was sealed with another key).
 */
export async function signIn(
  deps: { db: Database; clock: Clock; sealing: Sealing },
  credentials: Credentials,
  client: { address: string | null; agent: string | null; replaces: string | null },
): Promise<{ accountId: string; token: string; ended: string[] }> {
  const { db, clock } = deps;
  const username = normalizeUsername(credentials.username);
  const attempt = await takeAttempt(db, { username, address: client.address }, clock.now());
  const [account] = await db.query<AccountRow>(q.find_account_by_username, [username]);
  const isRight = account
    ? await verifyPassword(credentials.password, account.passwordHash)
    : await verifyNothing(credentials.password);
  const refuse = async (why: string): Promise<never> => {
    const by = account ? { accountId: account.id, name: account.name } : null;
    await recordAudit(db, { at: clock.now(), by, what: 'session.refuse', data: { why }, address: client.address });
    throw new Problem('bad_credentials');
  };
  if (!account) return refuse('username');
  if (!isRight) return refuse('password');
  if (account.disabled) return refuse('disabled');
  if (needsSecondFactor(account.role)) {
    if (credentials.totp === undefined) {
      await forgiveAttempt(db, attempt);
      throw new Problem('second_factor_required');
    }
    if (!(await useCode(deps, account, credentials.totp))) return refuse('code');
  }
  const now = clock.now();
  return db.tx(async (tx) => {
    const ended = client.replaces === null ? [] : await endSession(tx, client.replaces, now);
    const session = await openSession(tx, { accountId: account.id, address: client.address, agent: client.agent, now });
    await settleAttempt(tx, attempt);
    await recordAudit(tx, {
      at: now,
      by: { accountId: account.id, name: account.name },
      what: 'session.open',
      address: client.address,
    });
    return { accountId: account.id, token: session.token, ended };
  });
}

async function useCode(
  deps: { db: Db; clock: Clock; sealing: Sealing },
  { id, totpSecret }: AccountRow,
  code: string,
): Promise<boolean> {
  if (totpSecret === null) return false;
  const step = stepOfCode(openSecondFactor(deps.sealing, id, totpSecret), code, deps.clock.now());
  if (step === null) return false;
  const isFirst = (await deps.db.query(q.use_code_step, [id, step])).length > 0;
  if (isFirst) await sealKept(deps, id, totpSecret);
  return isFirst;
}

/** Who a live session is, as `GET /api/session` answers it. */
export async function describeMe(directory: Directory, db: Db, session: LiveSession): Promise<Me> {
  const regions = await describeRegions(directory, db, session.regions);
  return {
    id: session.accountId,
    username: session.username,
    name: session.name,
    role: session.role,
    regions: session.regions.flatMap((path) => regions.get(path) ?? []),
    expiresAt: session.expiresAt.toISOString(),
  };
}
