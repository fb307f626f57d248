import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readConfig } from '#platform/config.ts';
import { createLog } from '#platform/log.ts';
import { createScreens, NAMESPACE_NAMES } from './screens.ts';

const read = readConfig({});
if ('errors' in read) throw new Error(read.errors.join());

describe('nothing leaves by a socket but the events that are listed', () => {
  const screens = createScreens({ config: read.config, log: createLog('silent'), authenticate: async () => null });

  test.each(NAMESPACE_NAMES)('%s refuses to send another', (name) => {
    expect(() => screens.sendHere(name, 'residents' as 'beat', { at: '' })).toThrow('list it in namespaceEvents');
    expect(() => screens.send(name, { rooms: ['x'] }, 'constructor' as 'beat', { at: '' })).toThrow(
      'list it in namespaceEvents',
    );
    expect(() => screens.send(name, { rooms: [] }, 'beat', { at: '' })).not.toThrow();
  });

  test('Socket.IO is held by one file alone', () => {
    const services = fileURLToPath(new URL('../', import.meta.url));
    const files = readdirSync(services, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const holders = files.filter((file) =>
      /from '(socket\.io|@socket\.io\/[^']+)'/.test(readFileSync(`${services}${file}`, 'utf8')),
    );
    expect(holders.map((file) => file.split('\\').join('/'))).toEqual(['console/screens.ts']);
  });
});
