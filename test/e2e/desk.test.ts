import type { Browser, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACTIONS } from '../../dispatcher-ui/src/console/incident/actions.ts';
import { signInDemo, type Api } from '#test/harness/api.ts';
import { callOf, sendFromBox } from '#test/harness/busy-desk.ts';
import { keepScreen, launchChromium } from '#test/harness/chromium.ts';
import { openDesk, pictureFailures, type Seat } from '#test/harness/console.ts';
import { shiftsOf, silentFor, watchShifts } from '#test/harness/page-probes.ts';
import { createPlatformHome, type DemoFile, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

const soon = { timeout: 20_000, interval: 50 };

let home: PlatformHome;
let demo: DemoFile;
let platform: RunningProcess;
let browser: Browser;
let api: Api;
let first: Seat;
let second: Seat;

beforeAll(async () => {
  home = await createPlatformHome();
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
  demo = home.demo();
  api = await signInDemo(home.url, demo, 'op3');
  first = await openDesk(browser, home.url, demo, 'op1');
  second = await openDesk(browser, home.url, demo, 'op2', { sound: 'without', size: { width: 1366, height: 768 } });
});
pictureFailures(() => browser);
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

/** A call from the demo's box `n`; the name that stands in the list. */
async function call(n: number, type = 'sos'): Promise<{ id: string; name: string }> {
  const device = await sendFromBox(home, demo.devices[n - 1]!, { type });
  const { id, resident, residents } = await callOf(api, device);
  return { id, name: (resident ?? residents[0]!).name };
}
const row = (seat: Seat, id: string) => seat.page.locator(`#case-${id}`);
const openNow = (seat: Seat, id: string) => seat.page.locator(`#case-${id}.is-open`).waitFor();

/** Whatever the page asks the server to change, while `act` runs. */
async function changesDuring(seat: Seat, act: () => Promise<void>): Promise<string[]> {
  const sent: string[] = [];
  const note = (request: Request): void => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${request.url()}`);
  };
  seat.page.on('request', note);
  await act();
  seat.page.off('request', note);
  return sent;
}

test('without sound it is said, and one key mends it; a red call opens by itself, but never under typing hands', async () => {
  await second.page.getByText('声音没开').first().waitFor();
  await second.keys('/');
  await second.page.locator('.list-search input:focus').waitFor();
  const { id } = await call(40);
  await row(second, id).waitFor();
  await second.page.getByText('声音没开:有红色呼叫没人接').waitFor();
  await keepScreen(second.page, 'console-1366-light-without-sound');
  expect(await second.page.locator('.case').count()).toBe(0);
  await openNow(first, id);
  // Letters are letters in a field, whatever they mean elsewhere.
  const sent = await changesDuring(second, () => second.keys('r', 'f', '7', 'h', 'x', 'q', '?'));
  expect(sent).toEqual([]);
  expect(await second.page.locator('.list-search input').inputValue()).toBe('rf7hxq?');
  expect(await second.page.getByRole('dialog').count()).toBe(0);
  await second.keys('Escape');
  await openNow(second, id);
  await second.page.locator('.sound-key').click();
  await expect.poll(() => silentFor(second.page), soon).toBeLessThan(1_200);
  expect(await second.page.getByText('声音没开').count()).toBe(0);

  // Another red one does not push away what is open.
  const other = await call(41);
  await row(first, other.id).waitFor();
  expect(await row(first, id).getAttribute('class')).toContain('is-open');
  await first.keys('Enter');
  await row(second, id).getByText(`${first.name} · 已受理`).waitFor();
  // On the desk where it had opened by itself it makes room for the one that still waits.
  await openNow(second, other.id);
  await second.keys('Enter');
  await row(first, other.id).getByText(`${second.name} · 已受理`).waitFor();
});

test('taking can be undone with one key; every key is listed', async () => {
  const { id } = await call(42, 'medical');
  await row(first, id).click();
  await first.step('等待').waitFor();
  await first.keys('Enter');
  await first.step('受理').waitFor();
  await first.page.locator('.toast', { hasText: '您已受理' }).waitFor();
  await first.keys('u');
  await first.step('等待').waitFor();
  await row(second, id).locator('.countdown').waitFor();
  expect((await api.get(`/api/incidents/${id}`)).body.owner).toBeNull();

  await first.keys('n');
  await first.page.locator('#note-field:focus').waitFor();
  await first.page.keyboard.type('frhx?1');
  expect(await first.page.getByRole('dialog').count()).toBe(0);
  await first.keys('Enter');
  await first.page.locator('.timeline').getByText('frhx?1').waitFor();
  await first.keys('Escape');

  await first.keys('?');
  const listed = first.page.locator('.help-keys kbd');
  await listed.first().waitFor();
  const caps = await listed.allInnerTexts();
  for (const { cap } of Object.values(ACTIONS)) expect(caps).toContain(cap);
  for (const cap of ['Esc', '/', 'M', 'O', 'U', '?']) expect(caps).toContain(cap);
  await first.keys('Escape');
  await listed.first().waitFor({ state: 'detached' });
});

test('two take the same call: one has it, the other is told who', async () => {
  const { id } = await call(43, 'medical');
  for (const seat of [first, second]) {
    await row(seat, id).click();
    await seat.step('等待').waitFor();
  }
  // The second one's claim is on its way while the first one's arrives.
  const onItsWay = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  await second.page.route(`**/api/incidents/${id}/claim`, async (route) => {
    onItsWay.resolve();
    await held.promise;
    await route.continue();
  });
  await second.keys('Enter');
  await onItsWay.promise;
  await first.keys('Enter');
  await first.step('受理').waitFor();
  held.resolve();
  await second.page.locator('.toast', { hasText: `${first.name} 刚刚受理了` }).waitFor();
  await second.page.getByText(`${first.name} 正在处理`).waitFor();
  expect((await api.get(`/api/incidents/${id}`)).body.owner.name).toBe(first.name);

  // Taken over with a reason, which the other one sees.
  await second.keys('t');
  await second.page.getByRole('dialog').waitFor();
  await second.keys('1');
  await row(first, id).getByText(`${second.name} · 已受理`).waitFor();
});

test('a shift is handed over with every open case and signed by both', async () => {
  const mine = await first.page
    .locator('.case-row', { hasText: '您 · ' })
    .evaluateAll((rows) => rows.map((one) => one.id));
  expect(mine.length).toBeGreaterThan(0);
  await first.page.locator('.desk-key').click();
  await first.page.getByRole('menuitem', { name: '交接班' }).click();
  await first.page.locator('.handover').waitFor();
  expect(await first.page.locator('.handover-cases li').count()).toBe(mine.length);
  await first.page.locator('.handover textarea').fill('王家的钥匙在门卫');
  await first.page.evaluate(() => new Promise((drawn) => setTimeout(drawn, 250)));
  await keepScreen(first.page, 'window-handover-1920');
  await first.page.getByRole('button', { name: '签字交班' }).click();
  await first.page.getByText(/已签字交班,等接班的人签字/).waitFor();

  await second.page.getByText('1 份交班待签').waitFor({ timeout: 60_000 });
  await second.page.locator('.desk-key').click();
  await second.page.getByRole('menuitem', { name: /交接班/ }).click();
  await second.page.getByText('王家的钥匙在门卫').waitFor();
  await second.page.evaluate(() => new Promise((drawn) => setTimeout(drawn, 250)));
  await keepScreen(second.page, 'window-handover-sign-1366');
  await second.page.getByRole('button', { name: `签字接班,接下 ${mine.length} 件` }).click();
  for (const id of mine) await first.page.locator(`#${id}`).getByText(`${second.name} · `).waitFor();
  await first.keys('Escape');
  await second.keys('Escape');
});

test('nothing moves when a press comes in while the pointer is over the list', async () => {
  await first.page.locator('.handover').waitFor({ state: 'detached' });
  await first.keys('Escape');
  for (const n of [44, 45, 46, 47]) await call(n, 'service');
  const rows = first.page.locator('.list-scroll .case-row');
  await expect.poll(() => rows.count(), soon).toBeGreaterThanOrEqual(6);
  const place = (await rows.nth(3).boundingBox())!;
  const under = () =>
    first.page.evaluate(
      ([x, y]) => document.elementFromPoint(x!, y!)?.closest('.case-row')?.id,
      [place.x + 80, place.y + 30],
    );
  await first.page.mouse.move(place.x + 70, place.y + 30);
  await first.page.mouse.move(place.x + 80, place.y + 30);
  const before = await under();
  await watchShifts(first.page);
  const service = await call(48, 'service');
  await first.page.getByText(/有 1 个新呼叫/).waitFor();
  expect(await under()).toBe(before);
  const red = await call(49);
  await row(first, red.id).waitFor();
  expect(await under()).toBe(before);
  expect(await row(first, service.id).count()).toBe(0);
  expect(await shiftsOf(first.page)).toEqual([]);
  await first.page.mouse.move(960, 5);
  await row(first, service.id).waitFor();
  await first.keys('Enter');
  await first.step('受理').waitFor();
});

test('a supervisor signs in with her second factor and sees the hours in which nobody could come', async () => {
  const supervisor = await openDesk(browser, home.url, demo, 'sup1', { sound: 'without' });
  await supervisor.page.locator('.desk-key').click();
  await supervisor.page.getByRole('menuitem', { name: '值班台与空班' }).click();
  await supervisor.page.locator('.floor').getByText(first.name).waitFor();
  const gaps = (await supervisor.page.context().request.get(`${home.url}/api/coverage`)).json() as Promise<{
    items: unknown[];
  }>;
  const { items } = await gaps;
  await supervisor.page
    .locator(items.length === 0 ? ':text("每个网格都有人值班")' : '.gaps li')
    .first()
    .waitFor();
  await supervisor.page.evaluate(() => new Promise((drawn) => setTimeout(drawn, 250)));
  await keepScreen(supervisor.page, 'window-floor-1920');
  expect(supervisor.problems).toEqual([]);
  await supervisor.close();
  expect(first.problems).toEqual([]);
  expect(second.problems).toEqual([]);
});
