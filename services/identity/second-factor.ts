import { generateSecret, generateURI, verifySync } from 'otplib';
import { SECOND_FACTOR_ROLES, type Totp } from '#contracts/account.ts';
import type { Role } from '#contracts/session.ts';

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
