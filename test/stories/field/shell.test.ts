import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '#test/harness/chromium.ts';
import { repositoryFolder } from '#test/harness/process.ts';

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** The built pages, deployed anew whenever a test says so; behind them a server that knows nobody. */
const folder = mkdtempSync(join(tmpdir(), 'yijiantong-shell-'));
const asked: string[] = [];
let server: Server;
let browser: Browser;
let url = '';
beforeAll(async () => {
  cpSync(join(repositoryFolder, 'dispatcher-ui/dist'), folder, { recursive: true });
  server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://x').pathname;
    asked.push(path);
    if (path.startsWith('/api') || path.startsWith('/socket.io')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"needed":false,"signedIn":false}');
      return;
    }
    const type = TYPES[extname(path)];
    response.writeHead(200, { 'content-type': type ?? 'text/html', 'cache-control': 'no-cache' });
    response.end(readFileSync(join(folder, type === undefined ? 'index.html' : path)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/field`;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Another build: a page that says which, and a list of files with one more. */
function deploy(name: string): void {
  const change = (file: string, from: RegExp, to: string): void => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toMatch(from);
    writeFileSync(join(folder, file), text.replace(from, to));
  };
  change('index.html', /<html lang="zh-CN"[^>]*>/, `<html lang="zh-CN" data-build="${name}">`);
  writeFileSync(join(folder, 'assets', `${name}.js`), '');
  change('sw.js', /"version":"[^"]+","files":\[/, `"version":"${name}","files":["/assets/${name}.js",`);
}

test('a new deployment is taken at the next opening, kept in the place of the old one, and opens without a network', async () => {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  const kept = (): Promise<string[]> => page.evaluate(() => caches.keys());
  const build = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset['build']);
  await page.goto(url);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  expect(await kept()).toHaveLength(1);
  const [first] = await kept();

  deploy('second');
  await page.reload();
  expect(await build()).toBe('second');
  await expect.poll(kept).toEqual(['field-second']);
  expect(first).not.toBe('field-second');

  await context.setOffline(true);
  asked.length = 0;
  await page.reload();
  expect([await build(), asked]).toEqual(['second', []]);
  await page.getByText('服务器').first().waitFor();
  await context.setOffline(false);

  // No answer of the server is kept, whatever page asks for it.
  await page.reload();
  await page.locator('input[name="username"]').waitFor();
  const files = await page.evaluate(async () => {
    const requests = await (await caches.open('field-second')).keys();
    return requests.map((one) => new URL(one.url).pathname);
  });
  expect(files).toEqual(expect.arrayContaining(['/field', '/assets/second.js']));
  expect(files.filter((path) => /^\/(?:api|socket)/.test(path))).toEqual([]);
  await context.close();
});
