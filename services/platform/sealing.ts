import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { makeDataDir } from './data-dir.ts';

/** Secrets that must be known in clear to be used, as they lie in the database: a stolen dump opens none of them. */
export interface Sealing {
  /** `about`: what it belongs to; moved to another row it does not open. */
  seal(secret: string, about: string): string;
  /** Null: sealed with another key, for something else, or changed since. */
  open(sealed: string, about: string): string | null;
}

const PREFIX = 'sealed1.';
const IV = 12;
const TAG = 16;

/** Whether `text` is a sealed secret, and not one of before there was a seal. */
export function isSealed(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * AES-256-GCM (NIST SP 800-38D) under a key that HKDF derives from the platform's own: `SECRET_KEY`, or a file of
 * DATA_DIR that is made at its first use and read by nobody else. Construction does nothing.
 */
export function createSealing(config: Pick<Config, 'secretKey' | 'dataDir'>): Sealing {
  let key: Buffer | undefined;
  const derived = (): Buffer => (key ??= Buffer.from(hkdfSync('sha256', ownKey(config), '', '12349 sealing', 32)));
  return {
    seal(secret, about) {
      const iv = randomBytes(IV);
      const cipher = createCipheriv('aes-256-gcm', derived(), iv).setAAD(Buffer.from(about));
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed, about) {
      if (!isSealed(sealed)) return null;
      const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
      if (bytes.length < IV + TAG) return null;
      const cipher = createDecipheriv('aes-256-gcm', derived(), bytes.subarray(0, IV)).setAAD(Buffer.from(about));
      cipher.setAuthTag(bytes.subarray(IV, IV + TAG));
      try {
        return Buffer.concat([cipher.update(bytes.subarray(IV + TAG)), cipher.final()]).toString('utf8');
      } catch {
        // The tag does not fit: that is the answer, whatever the reason.
        return null;
      }
    },
  };
}

function ownKey({ secretKey, dataDir }: Pick<Config, 'secretKey' | 'dataDir'>): Buffer {
  if (secretKey !== undefined) return createHash('sha256').update(secretKey).digest();
  const file = join(dataDir, 'secret.key');
  makeDataDir(dataDir);
  try {
    // Whoever comes second finds the first one's.
    writeFileSync(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from(readFileSync(file, 'utf8'), 'base64');
}
