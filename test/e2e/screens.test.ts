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
  await page.evaluate(() => new Promise((done) => setTimeout(done, 250)));
}

/** The theme by its key in the header: auto → light → dark. */
async function chooseTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  while ((await page.evaluate(() => document.documentElement.dataset['theme'])) !== theme)
    await page.locator('.preferences button').first().click();
}

/** Opens a call by a click on its row, wherever in the list it stands: only what can be seen of the list is drawn. */
async function open(id: string): Promise<void> {
  await seat.page.evaluate(async (row) => {
    const list = document.querySelector('.list-scroll')!;
    for (let top = 0; document.getElementById(row) === null && top < list.scrollHeight; top += 400) {
      list.scrollTop = top;
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    }
  }, `case-${id}`);
  await seat.page.locator(`#case-${id}`).click();
  await seat.page.mouse.move(700, 5);
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
  const kinds = [
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
  ] as const;
  for (const kind of kinds) {
    await open(busy.ids[kind]);
    await seat.page.locator('.timeline li').first().waitFor();
    expect(await seat.page.locator('.timeline li').count(), kind).toBeGreaterThan(0);
    await keep(seat.page, `case-${kind}-SIZE`, kind === 'long' || kind === 'handedOff' ? [1366, 1920] : [1920]);
    if (kind === 'unknown' || kind === 'handedOff') expect(await seriousFaults(seat.page), kind).toEqual([]);
  }
});

test('sheets and windows', async () => {
  await open(busy.ids.long);
  await seat.page.locator('.candidates li').first().waitFor();
  const sheets = [
    ['f', 'resolve'],
    ['h', 'handoff'],
    ['x', 'cancel'],
    ['r', 'assign'],
    ['i', 'identify'],
  ] as const;
  for (const [key, name] of sheets) {
    await seat.keys(key);
    await keep(seat.page, `sheet-${name}-SIZE`, name === 'resolve' || name === 'assign' ? [1366, 1920] : [1920]);
    if (name === 'resolve' || name === 'assign') expect(await seriousFaults(seat.page), name).toEqual([]);
    await seat.keys('Escape');
  }
  for (const [id, key, name] of [
    [busy.ids.long, 'h1', 'handoff-120'],
    [busy.ids.another, 't', 'takeover'],
    [busy.ids.resolved, 'f', 'close'],
  ] as const) {
    await open(id);
    await seat.keys(...key);
    await seat.page.getByRole('dialog').waitFor();
    await keep(seat.page, `sheet-${name}-SIZE`, [1920]);
    await seat.keys('Escape');
  }
  for (const [key, name, inside] of [
    ['?', 'help', '.help-keys'],
    ['o', 'open', '.window-form'],
  ] as const) {
    await seat.keys(key);
    await seat.page.locator(inside).waitFor();
    await keep(seat.page, `window-${name}-SIZE`, [1366, 1920]);
    expect(await seriousFaults(seat.page), name).toEqual([]);
    await seat.keys('Escape');
    await seat.page.locator(inside).waitFor({ state: 'detached' });
  }
  expect(seat.problems).toEqual([]);
});

test('in English nothing of the page itself stays Chinese, and the other way round', async () => {
  await open(busy.ids.coming);
  await seat.page.locator('.candidates li').first().waitFor();
  await keep(seat.page, 'console-SIZE-zh', [1920]);
  expect(await wordsOfThePage(/[A-Za-z]{3,}/)).toEqual([]);
  await seat.page.getByRole('button', { name: 'English' }).click();
  await seat.page.locator('html[lang="en"]').waitFor();
  await seat.page.locator('.timeline').getByText('Taken').first().waitFor();
  await keep(seat.page, 'console-SIZE-en');
  expect(await wordsOfThePage(/[\u4e00-\u9fff]/)).toEqual([]);
  for (const [key, name, inside] of [
    ['?', 'help', '.help-keys'],
    ['o', 'open', '.window-form'],
  ] as const) {
    await seat.keys(key);
    await seat.page.locator(inside).waitFor();
    await keep(seat.page, `window-${name}-SIZE-en`, [1920]);
    expect(await wordsOfThePage(/[\u4e00-\u9fff]/)).toEqual([]);
    await seat.keys('Escape');
    await seat.page.locator(inside).waitFor({ state: 'detached' });
  }
});

/** Texts in the wrong letters that are the page's own: not names, places, what people or policies said, or the other language's key. */
async function wordsOfThePage(wrong: RegExp): Promise<string[]> {
  return seat.page.evaluate((source) => {
    const data =
      '.case-who b, .case-where, .case-owner, .person h1, .address, .reason, .marks, .household, .fact > div, .contacts, .help-text b, .candidate-who, .map, .timeline li, .desk-key b, .owes, .next-step, .strip, .region, .my-cases, .toasts, [lang], kbd, svg';
    const found: string[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode.textContent!.trim();
      const parent = walk.currentNode.parentElement!;
      if (new RegExp(source).test(text) && !parent.closest(data) && !parent.closest('script, style')) found.push(text);
    }
    return [...new Set(found)];
  }, wrong.source);
}
