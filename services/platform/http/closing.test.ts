import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { serveThings } from '#test/harness/http.ts';

test('what is being answered is answered; a connection on which nothing was asked, or nothing more, holds up nobody', async () => {
  const { serve, stop } = await serveThings();
  const { app } = await serve({});
  let begun = (): void => undefined;
  let end = (): void => undefined;
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const mayEnd = new Promise<void>((resolve) => (end = resolve));
  app.get('/api/slow', { config: { access: 'public' } }, async () => {
    begun();
    await mayEnd;
    return 'answered';
  });
  app.get('/api/never', { config: { access: 'public' } }, () => new Promise(() => undefined));
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const unused = connect(Number(url.port), '127.0.0.1');
  await once(unused, 'connect');
  const slow = fetch(new URL('/api/slow', url));
  await isBegun;
  const never = fetch(new URL('/api/never', url)).catch((error: Error) => error.message);
  const closing = app.close();
  end();
  const answer = await slow;
  expect([answer.status, await answer.text()]).toEqual([200, 'answered']);
  await closing;
  expect(await never).toBe('fetch failed');
  unused.destroy();
  await stop();
});
