import { createHash, randomBytes } from 'node:crypto';
import type { setupAnswerSchema, setupSchema } from '#contracts/account.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import type { Database, Db } from '#platform/database.ts';
import type { Sealing } from '#platform/sealing.ts';
import { loadQueries } from '#platform/sql.ts';
import type { z } from 'zod';
import { insertAccount } from './accounts.ts';
import { recordAudit } from './audit.ts';
import { EVERYWHERE } from './directory.ts';
import { hashPassword, weaknessOf } from './passwords.ts';
import { describeSecondFactor, newSecondFactor, stepOfCode } from './second-factor.ts';
import { normalizeUsername } from './sign-in.ts';

const q = loadQueries(import.meta.url, 'identity', [
  'has_accounts',
  'lock_accounts',
  'add_setup_code',
  'find_setup_code',
  'drop_setup_codes',
  'use_code_step',
]);

/** A code that was not used within a week is void; a restart prints a new one. */
const CODE_MS = 7 * 24 * 3_600_000;

/** True while nobody has an account. */
export async function isSetupNeeded(db: Db): Promise<boolean> {
  const [row] = await db.query<{ hasAccounts: boolean }>(q.has_accounts);
  return !row?.hasAccounts;
}

const hashOf = (code: string): string =>
  createHash('sha256').update(code.replace(/[\s-]/g, '').toLowerCase()).digest('hex');

/**
 * While nobody has an account: a new one-time code (80 bits, in fours) to be printed where the platform was started, so
 * that only who can read that makes the first account. Each process may print its own; all are good. Null otherwise.
 */
export async function issueSetupCode(db: Db, now: number): Promise<string | null> {
  if (!(await isSetupNeeded(db))) return null;
  const code = (randomBytes(10).toString('hex').match(/.{4}/g) ?? []).join('-');
  await db.query(q.add_setup_code, [hashOf(code), new Date(now)]);
  return code;
}

/**
 * Makes the first account, an administrator of everything, for who knows a printed code. Two at once: one wins, the
 * other is told `not_allowed_in_state`. The shape of the two calls: contracts/account.ts.
 */
export async function setUp(
  deps: { db: Database; clock: Clock; sealing: Sealing },
  input: z.output<typeof setupSchema>,
  address: string | null,
): Promise<z.input<typeof setupAnswerSchema>> {
  const { db, clock } = deps;
  if (!(await isSetupNeeded(db)))
    throw new Problem('not_allowed_in_state', { detail: '已经有管理员了 | There is an administrator already' });
  const known = await db.query(q.find_setup_code, [hashOf(input.code), new Date(clock.now() - CODE_MS)]);
  if (known.length === 0) {
    await recordAudit(db, { at: clock.now(), by: null, what: 'setup.refuse', address });
    throw new Problem('bad_credentials', {
      detail: '启动时打印的一次性代码不对 | Not the one-time code printed at start',
    });
  }
  const username = normalizeUsername(input.username);
  const weakness = weaknessOf(input.password, username);
  if (weakness !== null) throw new Problem('invalid_fields', { fields: [{ field: 'password', expected: weakness }] });
  if (input.totp === undefined) {
    return {
      done: false,
      totp: input.secret === undefined ? newSecondFactor(username) : describeSecondFactor(input.secret, username),
    };
  }
  const { secret } = input;
  const step = secret === undefined ? null : stepOfCode(secret, input.totp, clock.now());
  if (secret === undefined || step === null) {
    throw new Problem('invalid_fields', {
      fields: [{ field: 'totp', expected: '验证器上现在显示的六位数字 | the six digits the authenticator shows now' }],
    });
  }
  const passwordHash = await hashPassword(input.password);
  await db.tx(async (tx) => {
    await tx.query(q.lock_accounts);
    if (!(await isSetupNeeded(tx)))
      throw new Problem('not_allowed_in_state', { detail: '已经有管理员了 | There is an administrator already' });
    const now = clock.now();
    const id = newId(now);
    await insertAccount(
      { db: tx, sealing: deps.sealing },
      {
        id,
        username,
        passwordHash,
        role: 'admin',
        name: input.name,
        staffId: null,
        totpSecret: secret,
        regions: [EVERYWHERE],
      },
      now,
    );
    await tx.query(q.use_code_step, [id, step]);
    await tx.query(q.drop_setup_codes);
    await recordAudit(tx, {
      at: now,
      by: { accountId: id, name: input.name },
      what: 'setup.done',
      subject: id,
      address,
    });
  });
  return { done: true, totp: describeSecondFactor(secret, username) };
}
