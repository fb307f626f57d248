import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInDemo } from '#test/harness/api.ts';
import { fillDesk, type BusyDesk } from '#test/harness/busy-desk.ts';
import { keepScreen, launchChromium } from '#test/harness/chromium.ts';
import { openDesk, openSignIn, pictureFailures, type Seat } from '#test/harness/console.ts';
import { seriousFaults } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

const SIZES = { 1920: { width: 1920, height: 1080 }, 1366: { width: 1366, height: 768 } } as const;

let home: PlatformHome;
let platform: RunningProcess;
let browser: Browser;
let seat: Seat;
let busy: BusyDesk;

beforeAll(async () => {
  home = await createPlatformHome();
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
});
pictureFailures(() => browser);
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

/** Both sizes, with the map drawn. */
async function keep(page: Page, name: string, sizes: readonly (keyof typeof SIZES)[] = [1920, 1366]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(SIZES[size]);
    await settled(page);
    await keepScreen(page, name.replace('SIZE', String(size)));
  }
}

/** Nothing is being fetched or drawn any more: no waiting text, the map idle. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('.waiting-text') === null && document.fonts.status === 'loaded',
  );
  await page.evaluate(() => new Promise((done) => setTimeout(done, 400)));
}

/** The theme by its key in the header: auto → light → dark. */
async function chooseTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  while ((await page.evaluate(() => document.documentElement.dataset['theme'])) !== theme)
    await page.locator('.preferences button').first().click();
}

async function open(id: string): Promise<void> {
  await seat.page.evaluate((which) => document.getElementById(`case-${which}`)?.scrollIntoView(), id);
  const row = seat.page.locator(`#case-${id}`);
  // Only what can be seen of a long list is drawn: walk down to it.
  for (let n = 0; n < 60 && (await row.count()) === 0; n += 1) await seat.keys('j');
  await row.click();
  await seat.page.mouse.move(960, 5);
}

test('sign-in and an empty desk, in both themes and sizes', async () => {
  for (const theme of ['light', 'dark'] as const) {
    const { page, context, problems } = await openSignIn(browser, home.url, { theme });
    await keep(page, `sign-in-SIZE-${theme}`);
    expect(await seriousFaults(page), `sign-in ${theme}`).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  }
  seat = await openDesk(browser, home.url, home.demo(), 'op1');
  await seat.page.locator('.map canvas').waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await chooseTheme(seat.page, theme);
    await keep(seat.page, `console-SIZE-${theme}-empty`);
    expect(await seriousFaults(seat.page), `empty ${theme}`).toEqual([]);
  }
  await chooseTheme(seat.page, 'light');
  await seat.page.setViewportSize(SIZES[1920]);
});

test('forty calls in every state, in both themes and sizes', async () => {
  busy = await fillDesk(home, await signInDemo(home.url, home.demo(), 'op1'));
  expect(busy.total).toBeGreaterThanOrEqual(40);
  await seat.keys('Escape');
  await open(busy.ids.red);
  await seat.page.locator('.candidates li').first().waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await chooseTheme(seat.page, theme);
    await keep(seat.page, `console-SIZE-${theme}-busy`);
    expect(await seriousFaults(seat.page), `busy ${theme}`).toEqual([]);
  }
  await chooseTheme(seat.page, 'light');
  await seat.page.setViewportSize(SIZES[1366]);
  await seat.keys('m');
  await keep(seat.page, 'console-SIZE-light-map', [1366]);
  await seat.keys('m');
  await seat.page.setViewportSize(SIZES[1920]);
});

test('every kind of call that needs its own words', async () => {
  for (const kind of [
    'area',
    'several',
    'unknown',
    'unreadable',
    'drill',
    'late',
    'quiet',
    'handedOff',
    'another',
    'coming',
    'resolved',
    'long',
  ] as const) {
    await open(busy.ids[kind]);
    await seat.page.locator('.timeline li').first().waitFor();
    await keep(seat.page, `case-${kind}-SIZE`, kind === 'long' || kind === 'several' ? [1920, 1366] : [1920]);
    expect(await seriousFaults(seat.page), kind).toEqual([]);
    await seat.page.setViewportSize(SIZES[1920]);
  }
});

test('sheets and windows', async () => {
  await open(busy.ids.long);
  await seat.page.locator('.candidates li').first().waitFor();
  const sheets = [
    ['f', 'resolve'],
    ['h', 'handoff'],
    ['x', 'cancel'],
    ['l', 'release'],
    ['r', 'assign'],
    ['i', 'identify'],
  ] as const;
  for (const [key, name] of sheets) {
    await seat.keys(key);
    await keep(seat.page, `sheet-${name}-SIZE`, [1920, 1366]);
    expect(await seriousFaults(seat.page), name).toEqual([]);
    if (name === 'handoff') {
      await seat.keys('1');
      await keep(seat.page, 'sheet-handoff-120-SIZE', [1920]);
    }
    await seat.keys('Escape');
  }
  await open(busy.ids.another);
  await seat.keys('t');
  await keep(seat.page, 'sheet-takeover-SIZE', [1920]);
  await seat.keys('Escape');
  await open(busy.ids.resolved);
  await seat.keys('f');
  await keep(seat.page, 'sheet-close-SIZE', [1920]);
  await seat.keys('Escape');
  await seat.keys('?');
  await seat.page.locator('.help-keys').waitFor();
  await keep(seat.page, 'window-help-SIZE');
  expect(await seriousFaults(seat.page), 'help').toEqual([]);
  await seat.keys('Escape');
  await seat.page.locator('.help-keys').waitFor({ state: 'detached' });
  await seat.keys('o');
  await seat.page.locator('.window-form').waitFor();
  await keep(seat.page, 'window-open-SIZE', [1920]);
  await seat.keys('Escape');
  expect(seat.problems).toEqual([]);
});
