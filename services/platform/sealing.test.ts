import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createSealing, isSealed } from './sealing.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealing-'));
afterAll(() => rmSync(folder, { recursive: true }));
const dataDir = join(folder, 'data');

describe('a sealed secret', () => {
  test('opens with the same key for what it belongs to, and for nothing else', () => {
    const sealed = createSealing({ secretKey: undefined, dataDir }).seal('whsec_abc', 'partner/1');
    expect([isSealed(sealed), sealed.includes('whsec')]).toEqual([true, false]);
    const again = createSealing({ secretKey: undefined, dataDir });
    expect(again.open(sealed, 'partner/1')).toBe('whsec_abc');
    expect(again.open(sealed, 'partner/2')).toBeNull();
    expect(again.open(`${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`, 'partner/1')).toBeNull();
    expect(again.open('whsec_abc', 'partner/1')).toBeNull();
    expect(createSealing({ secretKey: 'another, of one’s own', dataDir }).open(sealed, 'partner/1')).toBeNull();
    expect(again.seal('whsec_abc', 'partner/1')).not.toBe(sealed);
  });

  test('its key is a file that nobody else reads, made once', () => {
    const file = join(dataDir, 'secret.key');
    const before = readFileSync(file, 'utf8');
    createSealing({ secretKey: undefined, dataDir }).seal('x', 'y');
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([before, 0o600]);
  });
});
