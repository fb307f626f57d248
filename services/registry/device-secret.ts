import { createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Mosquitto's own defaults for `$7$` (src/password_mosq.h, 2.0): iterations, salt and key length in bytes. */
const ITERATIONS = 101;
const SALT_BYTES = 12;
const KEY_BYTES = 64;
/** A stored hash is read from the database: refuse to spend minutes on a broken one. */
const MAX_ITERATIONS = 1_000_000;
const HASH = /^\$7\$(\d{1,8})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

/** A new device secret: 128 random bits as 32 hex digits. */
export function newDeviceSecret(): string {
  return randomBytes(16).toString('hex');
}

/**
 * The secret as Mosquitto's password file keeps it, `$7$<iterations>$<salt b64>$<hash b64>` (PBKDF2-HMAC-SHA512).
 * `salt` is random unless given (seeds that must be the same each time).
 */
export function hashDeviceSecret(secret: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const key = pbkdf2Sync(secret, salt, ITERATIONS, KEY_BYTES, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** Whether `secret` belongs to `hash`; takes equally long for every wrong secret. A hash of another form fits nothing. */
export function verifyDeviceSecret(secret: string, hash: string): boolean {
  const parts = HASH.exec(hash);
  if (parts === null) return false;
  const iterations = Number(parts[1]);
  const expected = Buffer.from(parts[3]!, 'base64');
  if (iterations < 1 || iterations > MAX_ITERATIONS || expected.length !== KEY_BYTES) return false;
  const key = pbkdf2Sync(secret, Buffer.from(parts[2]!, 'base64'), iterations, expected.length, 'sha512');
  return timingSafeEqual(key, expected);
}

/** The lane of a device: the first hex digit of the SHA-256 of its id (`0`–`f`), so that bridges share the load. */
export function laneOf(deviceId: string): string {
  return createHash('sha256').update(deviceId).digest('hex').charAt(0);
}
