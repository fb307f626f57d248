import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { probe, silentFor } from '#test/harness/page-probes.ts';
import { goingClock, NOON, openField, type FieldWorld, type Responder } from './street.ts';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1366, height: 768 };
const METRE = 1 / 111_320;
/** As long as a page may go on looking live after the line is gone (P5). */
const CUT_MS = 5_000;

const AXE = readFileSync(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let world: FieldWorld;
let browser: Browser;
let worker: Responder;
let second: Responder;
beforeAll(async () => {
  world = await openField(NOON, goingClock(NOON));
  worker = await world.hire('周芳', { metres: 600, key: true });
  second = await world.hire('刘强', { metres: 700 });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await world.stop();
});

interface Phone {
  page: Page;
  context: BrowserContext;
  problems: string[];
}

async function openPhone(
  who: Responder,
  options: { size?: typeof PHONE; theme?: 'light' | 'dark'; language?: 'zh-CN' | 'en'; clockOff?: number } = {},
): Promise<Phone> {
  const context = await browser.newContext({
    viewport: options.size ?? PHONE,
    hasTouch: options.size === undefined,
    locale: 'zh-CN',
    permissions: ['geolocation'],
    geolocation: { latitude: world.home.lat + 600 * METRE, longitude: world.home.lon, accuracy: 15 },
  });
  await context.addInitScript(
    ([theme, language]) => {
      localStorage.setItem('theme', theme!);
      localStorage.setItem('language', language!);
    },
    [options.theme ?? 'light', options.language ?? 'zh-CN'],
  );
  if (options.clockOff !== undefined)
    await context.addInitScript((off) => {
      const real = Date.now.bind(Date);
      Date.now = () => real() + off;
    }, options.clockOff);
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await probe(page);
  await page.goto(`${world.running.url}/field`);
  await page.locator('input[name="username"]').fill(who.username);
  await page.locator('input[name="password"]').fill(who.password);
  await page.keyboard.press('Enter');
  await page.locator('.head-link[data-link="live"]').waitFor();
  return { page, context, problems };
}

const open: Phone[] = [];
const phone = async (...args: Parameters<typeof openPhone>): Promise<Phone> => {
  const made = await openPhone(...args);
  open.push(made);
  return made;
};
let id = '';
afterEach(async ({ task }) => {
  for (const [place, one] of open.entries())
    if (task.result?.state === 'fail') await keepScreen(one.page, `failed-field-${place}-${task.id}`);
  for (const one of open.splice(0)) await one.context.close();
  if (id !== '') await world.end(id);
  id = '';
});

/** A red press that nobody answers, up to the step at which somebody near is asked. */
async function ask(): Promise<void> {
  id = await world.press();
  world.clock.advance(45_000);
  await world.settle();
}

async function fits(page: Page): Promise<void> {
  // What it shows is there, not only its frame.
  await page.locator('h1').first().waitFor();
  const hanging = await page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    return [...document.querySelectorAll<HTMLElement>('#root *')]
      .filter((one) => {
        const box = one.getBoundingClientRect();
        return (
          box.width > 1 && box.height > 1 && (box.right > wide + 1 || box.left < -1) && !one.closest('.hidden-text')
        );
      })
      .map((one) => one.className || one.tagName);
  });
  expect(hanging).toEqual([]);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('#root *')]
      .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== ''))
      .filter((one) => Number.parseFloat(getComputedStyle(one).fontSize) < 13)
      .map((one) => one.textContent),
  );
  expect(small).toEqual([]);
  await page.evaluate(AXE);
  const wrong = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
  });
  expect(wrong).toEqual([]);
}

describe('an offer and what follows', () => {
  test('fills the screen, rings, says who, where, how far and why; yes, then one step at a time to the end', async () => {
    const { page, context, problems } = await phone(worker);
    await page.getByText('值班中').first().waitFor();
    await fits(page);
    await keepScreen(page, 'field-idle-phone-light');
    await page.touchscreen.tap(200, 200);
    await ask();
    const offer = page.locator('.offer');
    await offer.waitFor();
    await expect.poll(() => silentFor(page)).toBeLessThan(2_000);
    expect(await offer.boundingBox()).toMatchObject({ width: 390, height: 844 });
    const { resident } = await world.detail(id);
    await expect.poll(() => offer.innerText()).toContain(resident!.name);
    expect(await offer.innerText()).toMatch(new RegExp(`${resident!.address}[\\s\\S]*约 \\d+ 分钟[\\s\\S]*有钥匙`));
    await fits(page);
    await keepScreen(page, 'field-offer-phone-light');
    const yes = page.getByRole('button', { name: '接单' });
    const no = page.getByRole('button', { name: '不行' });
    const [yesBox, noBox] = [(await yes.boundingBox())!, (await no.boundingBox())!];
    expect(yesBox.y).toBeGreaterThan((844 * 2) / 3);
    expect(yesBox.x + yesBox.width).toBeGreaterThan(340);
    expect(noBox.x + noBox.width).toBeLessThan(390 / 2);

    await yes.tap();
    await page.getByText('已接单').waitFor();
    await page.getByText('怎么进门').waitFor();
    expect(await page.locator('a', { hasText: '导航' }).getAttribute('href')).toMatch(/^https:\/\/uri\.amap\.com\//);
    expect(await page.locator('a.reach-key', { hasText: '打电话' }).getAttribute('href')).toMatch(/^tel:\d+/);
    await fits(page);
    await keepScreen(page, 'field-job-phone-light');
    await page.getByRole('button', { name: '出发' }).tap();
    await page.getByText('在路上').waitFor();

    // He says that he is there, and his position says otherwise: refused in words.
    await page.getByRole('button', { name: '到达' }).tap();
    await page.getByText(/定位显示离她家还有 \d{3} 米/).waitFor();
    await keepScreen(page, 'field-not-there-phone-light');
    await page.getByRole('button', { name: '知道了' }).tap();
    // A position too vague to say anything: his word is taken as such, until a better one shows it.
    const far = { latitude: world.home.lat + 600 * METRE, longitude: world.home.lon };
    await context.setGeolocation({ ...far, accuracy: 400 });
    const unproven = page.locator('.job-unproven');
    await expect
      .poll(
        async () => {
          for (const key of ['知道了', '到达']) {
            const button = page.getByRole('button', { name: key, exact: true });
            if ((await button.count()) > 0) await button.first().tap();
          }
          return unproven.count();
        },
        { timeout: 25_000, interval: 500 },
      )
      .toBe(1);
    await fits(page);
    await keepScreen(page, 'field-unproven-phone-light');
    expect((await world.detail(id)).state).toBe('responding');
    await context.setGeolocation({ latitude: world.home.lat + 30 * METRE, longitude: world.home.lon, accuracy: 12 });
    await unproven.waitFor({ state: 'detached', timeout: 25_000 });
    await page.getByText('已到场').waitFor();
    const line = (await world.history(id)).find((one) => one.kind === 'arrival_proven')!;
    expect(line.data).toMatchObject({ proof: 'position' });
    // Refused or too late, what he tapped on the way is read by now.
    for (const read of await page.getByRole('button', { name: '知道了' }).all()) await read.tap();

    await page.getByRole('button', { name: '进不去' }).tap();
    await page.getByText('谁能同意破门').waitFor();
    await fits(page);
    await keepScreen(page, 'field-door-phone-light');
    await page.getByRole('button', { name: '用钥匙' }).tap();
    await page.getByRole('button', { name: '记下怎么进的' }).tap();
    await expect.poll(() => page.locator('.door').count()).toBe(0);
    await page.getByLabel('记一句').fill('坐在地上,扶起来了');
    await page.getByRole('button', { name: '记下' }).tap();
    await page.getByRole('button', { name: '完成' }).tap();
    await page.getByText('值班中').first().waitFor();
    await expect.poll(() => page.locator('.job').count()).toBe(0);
    // What is done for him may still wait for the server's word.
    await expect.poll(() => page.locator('.waiting-steps').count(), { timeout: 15_000 }).toBe(0);
    const kinds = (await world.history(id)).map((one) => one.kind);
    expect(kinds).toEqual(expect.arrayContaining(['no_entry', 'entered', 'note', 'assignment_done']));
    expect(problems).toEqual([]);
  });

  test('in the dark theme and on a desktop it reads as well; no has three reasons', async () => {
    await ask();
    const dark = await phone(worker, { theme: 'dark' });
    await dark.page.locator('.offer').waitFor();
    await fits(dark.page);
    await keepScreen(dark.page, 'field-offer-phone-dark');
    const wide = await phone(worker, { size: DESKTOP, language: 'en' });
    await wide.page.locator('.offer').waitFor();
    await fits(wide.page);
    await keepScreen(wide.page, 'field-offer-desktop-light');
    await dark.page.getByRole('button', { name: '不行' }).tap();
    await fits(dark.page);
    await keepScreen(dark.page, 'field-reasons-phone-dark');
    await dark.page.getByRole('button', { name: '身体不行' }).tap();
    await expect.poll(() => dark.page.locator('.offer').count()).toBe(0);
    await fits(dark.page);
    await keepScreen(dark.page, 'field-idle-phone-dark');
    const wideDark = await phone(worker, { size: DESKTOP, theme: 'dark' });
    await fits(wideDark.page);
    await keepScreen(wideDark.page, 'field-idle-desktop-dark');
    const declined = (await world.history(id)).find((one) => one.kind === 'assignment_declined')!;
    expect(declined.data).toMatchObject({ reason: '身体不行' });
    expect([...dark.problems, ...wide.problems, ...wideDark.problems]).toEqual([]);
  });

  test('the countdown goes by the server’s clock, whatever the phone’s own says', async () => {
    // Asked first: the page takes the server's word when it opens, a clock that a test moves later only with the next beat.
    await ask();
    const { page } = await phone(worker, { clockOff: 3 * 3_600_000 });
    await page.locator('.offer').waitFor();
    const { assignments } = await world.detail(id);
    const expires = Date.parse(assignments.find((one) => one.responder.name === '周芳')!.expiresAt!);
    await expect
      .poll(async () => {
        const shown = Number(await page.locator('.offer-ring b').innerText());
        return Math.abs(shown - (expires - world.clock.now()) / 1_000);
      })
      .toBeLessThan(2);
  });

  test('who was asked in vain reads who has it', async () => {
    id = await world.press('fall');
    world.clock.advance(45_000);
    await world.settle();
    await world.running.db.pool.query('update incident set needs = 1 where id = $1', [id]);
    const { page } = await phone(second);
    await page.locator('.offer').waitFor();
    const offer = (await worker.api.get('/api/assignments')).body.items[0];
    expect((await worker.api.send('POST', `/api/assignments/${offer.id}/accept`, {})).status).toBe(200);
    await page.getByText(/周芳 已经接下了,谢谢您/).waitFor();
    expect(await page.locator('.offer').count()).toBe(0);
    await keepScreen(page, 'field-gone-phone-light');
  });
});

describe('without a network', () => {
  beforeEach(async () => {
    await ask();
  });

  test('the page says so within 5 s; what is tapped waits in sight, over a reload, and is confirmed on return, once', async () => {
    const { page, context } = await phone(worker);
    await page.locator('.offer').waitFor();
    await page.getByRole('button', { name: '接单' }).tap();
    await page.getByText('已接单').waitFor();
    await context.setOffline(true);
    const since = Date.now();
    await page.locator('.field-head .head-cut').waitFor({ timeout: CUT_MS });
    expect(Date.now() - since).toBeLessThan(CUT_MS);
    await page.getByRole('button', { name: '出发' }).tap();
    await page.getByText('1 步待确认').waitFor();
    expect(await page.locator('.job').getAttribute('data-state')).toBe('under_way');
    await fits(page);
    await keepScreen(page, 'field-offline-phone-light');
    expect((await world.detail(id)).assignments.find((one) => one.responder.name === '周芳')!.state).toBe('accepted');
    await context.setOffline(false);
    await expect
      .poll(async () => (await world.detail(id)).assignments.find((one) => one.responder.name === '周芳')!.state, {
        timeout: 10_000,
      })
      .toBe('under_way');
    await expect.poll(() => page.locator('.pending').count()).toBe(0);
    await page.reload();
    await page.getByText('在路上').waitFor();
    expect((await world.history(id)).filter((one) => one.kind === 'assignment_under_way')).toHaveLength(1);
  });

  test('the page opens without one: who it is for, what waits; back on line it is sent, and signing out leaves nothing', async () => {
    const { page, context, problems } = await phone(worker);
    await page.locator('.offer').waitFor();
    await page.getByRole('button', { name: '接单' }).tap();
    await page.getByText('已接单').waitFor();
    // Once the browser keeps the page, every way into it works without a network.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await context.setOffline(true);
    await page.locator('.field-head .head-cut').waitFor({ timeout: 10_000 });
    await page.getByRole('button', { name: '出发' }).tap();
    await page.getByText('1 步待确认').waitFor();
    await page.reload();
    const { resident } = await world.detail(id);
    await page.getByRole('heading', { name: resident!.name }).waitFor();
    await page.getByText('1 步待确认').waitFor();
    await page.getByText(resident!.address).waitFor();
    await page.locator('.field-head .head-cut').waitFor({ timeout: 10_000 });
    await fits(page);
    await keepScreen(page, 'field-opened-offline-phone-light');
    const kept = await page.evaluate(async () => ({
      phone: JSON.stringify(localStorage),
      files: (await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()))).flatMap(
        (requests) => requests.map((one) => new URL(one.url).pathname),
      ),
    }));
    expect(kept.files).toContain('/field');
    expect(kept.files.filter((path) => !/^\/(?:field$|favicon|assets\/)/.test(path))).toEqual([]);
    expect(kept.phone).toContain(resident!.name);
    const { marks } = (await worker.api.get('/api/assignments')).body.items[0].incident.resident;
    expect(marks.length).toBeGreaterThan(0);
    for (const mark of marks) expect(kept.phone).not.toContain(mark);
    await context.setOffline(false);
    await expect
      .poll(async () => (await world.detail(id)).assignments.find((one) => one.responder.name === '周芳')!.state)
      .toBe('under_way');
    await page.locator('.head-link[data-link="live"]').waitFor();
    await page.locator('.head-name').tap();
    await page.getByRole('button', { name: '退出' }).tap();
    await page.locator('input[name="username"]').waitFor();
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(resident!.name);
    expect(problems.filter((one) => !/ERR_INTERNET_DISCONNECTED|Failed to fetch|WebSocket/.test(one))).toEqual([]);
  });

  test('a yes that comes too late is refused in words on return', async () => {
    const { page, context } = await phone(worker);
    await page.locator('.offer').waitFor();
    await context.setOffline(true);
    await page.locator('.offer .head-cut').waitFor({ timeout: CUT_MS });
    await page.getByRole('button', { name: '接单' }).tap();
    await page.getByText('待确认').first().waitFor();
    await keepScreen(page, 'field-accept-offline-phone-light');
    world.clock.advance(61_000);
    await world.settle();
    const offer = (await second.api.get('/api/assignments')).body.items[0];
    expect((await second.api.send('POST', `/api/assignments/${offer.id}/accept`, {})).status).toBe(200);
    await context.setOffline(false);
    await page.getByText(/接单 · 没有办成:.*刘强 已经接下/).waitFor({ timeout: 10_000 });
    await keepScreen(page, 'field-refused-phone-light');
    await page.getByRole('button', { name: '知道了' }).first().tap();
  });
});
