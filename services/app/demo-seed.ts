import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const secretsSchema = z.object({ seed: z.string().min(16) });

/** What the secrets of the demo's devices follow from: kept in `DATA_DIR/demo-seed.json` (mode 0600), made when there is none. */
export function readSecretSeed(dataDir: string): string {
  const file = path.join(dataDir, 'demo-seed.json');
  if (existsSync(file)) {
    const read = secretsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (read.success) return read.data.seed;
  }
  const seed = randomBytes(16).toString('hex');
  writePrivately(file, { seed });
  return seed;
}

/** In one step and for the owner only: a start that is killed leaves the old file or the new one. */
export function writePrivately(file: string, content: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}
