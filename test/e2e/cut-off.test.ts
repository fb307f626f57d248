import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WireIncident } from '#contracts/incident.ts';
import { zh } from '../../dispatcher-ui/src/i18n/zh.ts';
import { signInDemo, type Api } from '#test/harness/api.ts';
import { openBox, type Box } from '#test/harness/box.ts';
import { keepScreen, launchChromium } from '#test/harness/chromium.ts';
import { openBoxPage, openDesk, pictureFailures, type Seat } from '#test/harness/console.ts';
import { firstSeenAt, lookOutFor } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

/** Promised are 5 s to the banner and 1 s to an exact page; the rest is for a machine that does six other things. */
const BANNER_MS = 6_000;
const EXACT_MS = 4_000;
const soon = { timeout: 20_000, interval: 50 };
const CUT = '.banner.is-cut';
const LIVE = '.desk:not(:has(.banner.is-cut)) .link-state:not(.amber)';

declare global {
  interface Window {
    listed(): string[];
    rightSince(wanted: string): number | null;
  }
}

let home: PlatformHome;
let platform: RunningProcess;
let browser: Browser;
let seat: Seat;
let other: Api;
const presses: Box[] = [];

/** A press of the demo's box number `n`, sent once. */
async function press(n: number, type = 'sos'): Promise<void> {
  const { id, secret } = home.demo().devices[n]!;
  const box = await openBox(home.mqttUrl, id, { password: secret });
  presses.push(box);
  await box.press(type);
}

/** What the page's list says of each call: who has it. */
const listed = (): Promise<string[]> => seat.page.evaluate(() => window.listed());
/** What it should say by the server's own list. */
async function listOpen(): Promise<WireIncident[]> {
  return (await other.get('/api/incidents?state=open&limit=200')).body.items as WireIncident[];
}
async function expected(): Promise<string[]> {
  return (await listOpen()).map((one) => `${one.id} ${whoHasIt(one)}`).sort();
}
function whoHasIt(one: WireIncident): string {
  if (one.owner === null) return one.state === 'responding' ? zh['row.coming'] : zh[`state.${one.state}`];
  return `${one.owner.name === seat.name ? zh['row.me'] : one.owner.name} · ${zh[`state.${one.state}`]}`;
}

/** Writes down, with the time, everything the list says, so that it is known since when it says what it should. */
function recordList(): void {
  const records: [number, string][] = [];
  window.listed = () =>
    [...document.querySelectorAll('.case-row')]
      .map((row) => {
        const said = row.querySelector('.case-owner')!.cloneNode(true) as Element;
        said.querySelector('.countdown')?.remove();
        return `${row.id.slice('case-'.length)} ${said.textContent}`;
      })
      .sort();
  window.rightSince = (wanted) => {
    const last = records.findLastIndex(([, text]) => text !== wanted);
    return records[last + 1]?.[0] ?? null;
  };
  const note = (): void => {
    const text = window.listed().join('\n');
    if (records.at(-1)?.[1] !== text) records.push([Date.now(), text]);
  };
  note();
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** Since when the page's list has been what the server holds, ms since 1970. */
async function rightSince(): Promise<number> {
  await expect.poll(async () => (await listed()).join('\n') === (await expected()).join('\n'), soon).toBe(true);
  return (await seat.page.evaluate((wanted) => window.rightSince(wanted), (await expected()).join('\n')))!;
}

/** Polls `/readyz` until the server answers that it is ready; when that was, ms since 1970. */
async function readyAt(): Promise<number> {
  for (;;) {
    const answer = await fetch(`${home.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok) return Date.now();
    await pause(20);
  }
}

async function oneThatWaits(): Promise<WireIncident> {
  return (await listOpen()).find((one) => one.owner === null)!;
}
/** Another operator takes it, over HTTP. */
async function takeOne(id: string): Promise<WireIncident> {
  const { status, body } = await other.send('POST', `/api/incidents/${id}/claim`, {});
  expect(status).toBe(200);
  return body as WireIncident;
}

function report(what: string, { banner, live, right }: Record<'banner' | 'live' | 'right', number>): void {
  console.log(
    `${what}: banner after ${banner} ms (promised 5000); after /readyz banner gone ${live} ms, list as the server's ${right} ms (promised 1000)`,
  );
  expect(banner).toBeGreaterThanOrEqual(0);
  expect(banner).toBeLessThan(BANNER_MS);
  expect(live).toBeLessThan(EXACT_MS);
  expect(right).toBeLessThan(EXACT_MS);
}

/** Every key that acts, and the big button: none may reach the server. */
async function expectNothingCanBeDone(): Promise<void> {
  const sent: string[] = [];
  const note = (request: { method(): string; url(): string }): void => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${request.url()}`);
  };
  seat.page.on('request', note);
  expect(await seat.page.locator('.next-step').isDisabled()).toBe(true);
  await seat.keys(
    'Enter',
    'r',
    'Enter',
    'Escape',
    'h',
    '1',
    'Enter',
    'Escape',
    'f',
    '7',
    'Escape',
    'l',
    'Enter',
    'Escape',
    'x',
    'Enter',
    'Escape',
    'q',
    'c',
    '2',
    'Enter',
    'u',
  );
  expect(await seat.page.getByRole('dialog').count()).toBe(0);
  seat.page.off('request', note);
  expect(sent).toEqual([]);
}

beforeAll(async () => {
  home = await createPlatformHome();
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
  other = await signInDemo(home.url, home.demo(), 'op2');
  seat = await openDesk(browser, home.url, home.demo(), 'op1');
  for (const n of [20, 21, 22]) await press(n);
  await seat.page.locator('.case-row').nth(2).waitFor();
  await seat.page.locator('.case').waitFor();
  await seat.keys('Enter');
  await seat.step('受理').waitFor();
  await seat.page.evaluate(recordList);
});
pictureFailures(() => browser);
afterAll(async () => {
  for (const box of presses) box.client.end(true);
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

test('a server killed under an open page: banner, nothing can be done, exact again after its return', async () => {
  const box = await openBoxPage(browser, home.url, 'demo-0031');
  await seat.page.locator(LIVE).waitFor();
  await lookOutFor(seat.page, CUT);
  const killedAt = Date.now();
  await platform.kill();
  const banner = (await firstSeenAt(seat.page, CUT)) - killedAt;
  await keepScreen(seat.page, 'console-1920-light-cut-off');
  await expectNothingCanBeDone();
  // Pressed while there is no server: the box keeps it and sends it as soon as there is one.
  await box.page.getByRole('button', { name: '呼救' }).tap();
  await box.page.getByText('您按的已经记下').waitFor();

  await lookOutFor(seat.page, LIVE);
  const starting = home.start();
  const ready = await readyAt();
  // The first that is done after its return is another's.
  const claimed = await takeOne((await oneThatWaits()).id);
  const live = (await firstSeenAt(seat.page, LIVE)) - ready;
  const right = (await rightSince()) - ready;
  platform = await starting;
  report('killed', { banner, live, right });
  await seat.page.locator(`#case-${claimed.id}`).getByText(`${claimed.owner!.name} · 已受理`).waitFor();

  // What was pressed meanwhile is there.
  await expect.poll(() => seat.page.locator('.case-row').count(), soon).toBe(4);
  await box.page.getByText(/^收到了/).waitFor();
  await rightSince();
  await box.close();
});

test('a frozen server: banner, nothing can be done, exact again after its return', async () => {
  const box = await openBoxPage(browser, home.url, 'demo-0032');
  const rows = await seat.page.locator('.case-row').count();
  const waiting = await oneThatWaits();
  await seat.page.locator(LIVE).waitFor();
  await seat.page.locator('.preferences button').first().click();
  await lookOutFor(seat.page, CUT);
  const frozenAt = Date.now();
  platform.freeze();
  // Another operator takes one, and somebody presses, while nothing answers.
  const taking = takeOne(waiting.id);
  taking.catch(() => undefined);
  await box.page.getByRole('button', { name: '呼救' }).tap();
  const banner = (await firstSeenAt(seat.page, CUT)) - frozenAt;
  await keepScreen(seat.page, 'console-1920-dark-cut-off');
  await expectNothingCanBeDone();

  await lookOutFor(seat.page, LIVE);
  platform.thaw();
  const ready = await readyAt();
  const live = (await firstSeenAt(seat.page, LIVE)) - ready;
  const right = (await rightSince()) - ready;
  report('frozen', { banner, live, right });

  const claimed = await taking;
  await seat.page.locator(`#case-${claimed.id}`).getByText(`${claimed.owner!.name} · 已受理`).waitFor();
  await expect.poll(() => seat.page.locator('.case-row').count(), soon).toBe(rows + 1);
  await rightSince();
  // And it can be worked with.
  await seat.keys('n');
  await seat.page.keyboard.type('又连上了');
  await seat.keys('Enter');
  await seat.page.locator('.timeline').getByText('又连上了').waitFor();
  await box.close();
});
