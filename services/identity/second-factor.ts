import { generateSecret, generateURI, verifySync } from 'otplib';
import { SECOND_FACTOR_ROLES, type Totp } from '#contracts/account.ts';
import type { Role } from '#contracts/session.ts';
import { Problem } from '#kernel/errors.ts';
import type { Db } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { isSealed, type Sealing } from '#platform/sealing.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'identity', ['list_second_factors', 'seal_second_factor']);

const ISSUER = '12349';
const STEP_S = 30;

/** Whether this role must give a one-time code besides the password. */
export function needsSecondFactor(role: Role): boolean {
  return (SECOND_FACTOR_ROLES as readonly Role[]).includes(role);
}

/** A new secret (160 bits, RFC 4226 §4) and its otpauth:// address for an authenticator. */
export function newSecondFactor(username: string): Totp {
  return describeSecondFactor(generateSecret({ length: 20 }), username);
}

/** The secret with its address, for showing it once. */
export function describeSecondFactor(secret: string, username: string): Totp {
  return { secret, uri: generateURI({ issuer: ISSUER, label: username, secret }) };
}

/**
 * The time step that `code` belongs to (RFC 6238: 30 s, SHA-1, six digits; one step either way), or null. The caller
 * must see to it that a step is used once, and no earlier one after it. `now` in ms.
 */
export function stepOfCode(secret: string, code: string, now: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const result = verifySync({ secret, token: code, epoch: Math.floor(now / 1000), epochTolerance: STEP_S });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

const aboutOf = (accountId: string): string => `second factor of ${accountId}`;

/** The secret as it lies in the table: it opens for this account only. */
export function sealSecondFactor(sealing: Sealing, accountId: string, secret: string): string {
  return sealing.seal(secret, aboutOf(accountId));
}

/**
 * The secret of a row, also of one that still lies in clear. Throws `unavailable`, with a sentence for who signs in,
 * when it was sealed with another key.
 */
export function openSecondFactor(sealing: Sealing, accountId: string, kept: string): string {
  const secret = isSealed(kept) ? sealing.open(kept, aboutOf(accountId)) : kept;
  if (secret !== null) return secret;
  throw new Problem('unavailable', {
    detail:
      '服务器换了密钥(SECRET_KEY),核对不了动态验证码。请通知系统管理员换回原来的密钥 | The server runs with another SECRET_KEY and cannot check one-time codes. Ask whoever runs it to set the former key',
  });
}

/** Seals the row of an account whose secret, `kept`, lies in clear; a row that was changed meanwhile stays as it is. */
export async function sealKept(deps: { db: Db; sealing: Sealing }, accountId: string, kept: string): Promise<void> {
  if (isSealed(kept)) return;
  await deps.db.query(q.seal_second_factor, [accountId, kept, sealSecondFactor(deps.sealing, accountId, kept)]);
}

/** At start: secrets of before there was a seal are sealed, and those that do not open are told to the log, in words. */
export async function sealSecondFactors(deps: { db: Db; sealing: Sealing; log: Log }): Promise<void> {
  const rows = await deps.db.query<{ id: string; kept: string }>(q.list_second_factors);
  for (const { id, kept } of rows) await sealKept(deps, id, kept);
  const shut = rows.filter(({ id, kept }) => isSealed(kept) && deps.sealing.open(kept, aboutOf(id)) === null).length;
  if (shut > 0)
    deps.log.error(
      { accounts: shut },
      'second factors were sealed with another SECRET_KEY: their accounts cannot sign in until the former key is set',
    );
}
