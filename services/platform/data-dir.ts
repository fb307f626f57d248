import { accessSync, constants, existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Where nothing else is said, below the working directory. */
export const DEFAULT_DATA_DIR = '.data';

/**
 * Makes the folder and those above it that are missing, one by one: Node's own `recursive` never returns where a file
 * system answers ENOENT below a folder that exists (/proc). Others may pass through a folder of root's, where the
 * database server runs as somebody else; what lies inside is closed by its own mode. Throws what the system said.
 */
export function makeDataDir(dataDir: string): void {
  for (const folder of missingFolders(dataDir)) makeFolder(folder);
}

/**
 * Why the platform can't keep its files in that folder, with what to do; null when it can, or keeps none (engines of
 * one's own, no demo). A folder that had to be made stays only where `keep`: a start that is refused for another
 * mistake leaves nothing behind.
 */
export function dataDirProblem(environment: Record<string, string | undefined>, keep: boolean): string | null {
  const { DATABASE_URL, MQTT_URL, DEMO } = environment;
  if (DATABASE_URL && MQTT_URL && DEMO !== '1') return null;
  const dataDir = environment['DATA_DIR'] || DEFAULT_DATA_DIR;
  const missing = missingFolders(dataDir);
  try {
    makeDataDir(dataDir);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    if (!statSync(dataDir).isDirectory()) throw new Error('a file has that name');
    return null;
  } catch (error) {
    return `DATA_DIR: expected a folder that this user can make and write, not ${path.resolve(dataDir)} (${(error as Error).message}). Give another, such as DATA_DIR=$HOME/12349 npm start, or make it and give it to this user`;
  } finally {
    if (!keep) for (const folder of missing.toReversed()) removeEmpty(folder);
  }
}

/** From the outermost to `dataDir` itself. */
function missingFolders(dataDir: string): string[] {
  const missing: string[] = [];
  for (let folder = path.resolve(dataDir); !existsSync(folder); folder = path.dirname(folder)) missing.unshift(folder);
  return missing;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  } catch (error) {
    // Another process of the platform was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Never made, or somebody keeps something in it by now.
  }
}
