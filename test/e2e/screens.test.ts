import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInDemo } from '#test/harness/api.ts';
import { fillDesk, type BusyDesk } from '#test/harness/busy-desk.ts';
import { keepScreen, launchChromium } from '#test/harness/chromium.ts';
import { openDesk, openSignIn, pictureFailures, type Seat } from '#test/harness/console.ts';
import { seriousFaults } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

/** What opens over the page, by key, and what is in it. */
const WINDOWS = [
  ['help', '?', '.help-keys'],
  ['open', 'o', '.window-form'],
] as const;
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

/** At these sizes; the map is drawn, and costs the most, only on the large one. */
async function keep(page: Page, name: string, sizes: readonly (keyof typeof SIZES)[] = [1366]): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(SIZES[size]);
    await page.waitForFunction(
      () => document.querySelector('.waiting-text') === null && document.fonts.status === 'loaded',
    );
    // What opens fades in over a few frames, the map draws in its own time.
    await page.evaluate(() => new Promise((done) => setTimeout(done, 250)));
    await keepScreen(page, name.replace('SIZE', String(size)));
  }
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

test('sign-in and an empty desk, in both themes', async () => {
  for (const theme of ['light', 'dark'] as const) {
    const { page, context, problems } = await openSignIn(browser, home.url, { theme });
    await keep(page, `sign-in-SIZE-${theme}`, [1366, 1920]);
    expect(await seriousFaults(page), `sign-in ${theme}`).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  }
  seat = await openDesk(browser, home.url, home.demo(), 'op1');
  await seat.page.locator('.map canvas').waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await chooseTheme(seat.page, theme);
    await keep(seat.page, `console-SIZE-${theme}-empty`, [1920, 1366]);
    expect(await seriousFaults(seat.page), `empty ${theme}`).toEqual([]);
  }
});

test('forty calls in every state, in both themes', async () => {
  busy = await fillDesk(home, await signInDemo(home.url, home.demo(), 'op1'));
  expect(busy.total).toBeGreaterThanOrEqual(40);
  await seat.keys('Escape');
  await open(busy.ids.red);
  await seat.page.locator('.timeline li').first().waitFor();
  for (const theme of ['dark', 'light'] as const) {
    await chooseTheme(seat.page, theme);
    await keep(seat.page, `console-SIZE-${theme}-busy`, [1366, 1920]);
    expect(await seriousFaults(seat.page), `busy ${theme}`).toEqual([]);
  }
  await seat.page.setViewportSize(SIZES[1366]);
  await seat.keys('m');
  await keep(seat.page, 'console-SIZE-light-map');
  await seat.keys('m');
});

test('every kind of call that needs its own words', async () => {
  for (const [kind, id] of Object.entries(busy.ids)) {
    await open(id);
    await seat.page.locator('.timeline li').first().waitFor();
    await keep(seat.page, `case-${kind}-SIZE`);
    if (kind === 'unknown' || kind === 'handedOff') expect(await seriousFaults(seat.page), kind).toEqual([]);
  }
  expect(seat.problems).toEqual([]);
});

test('sheets and windows', async () => {
  const sheets = [
    ['resolve', busy.ids.long, 'f'],
    ['handoff', busy.ids.long, 'h'],
    ['handoff-120', busy.ids.long, 'h1'],
    ['cancel', busy.ids.long, 'x'],
    ['assign', busy.ids.long, 'r'],
    ['identify', busy.ids.long, 'i'],
    ['takeover', busy.ids.another, 't'],
    ['close', busy.ids.resolved, 'f'],
  ] as const;
  for (const [name, id, keys] of sheets) {
    await open(id);
    await seat.page.locator('.timeline li').first().waitFor();
    await seat.keys(...keys);
    await seat.page.locator(name === 'assign' ? '.candidates.is-armed' : '.sheet').waitFor();
    await keep(seat.page, `sheet-${name}-SIZE`);
    if (name === 'resolve' || name === 'assign') expect(await seriousFaults(seat.page), name).toEqual([]);
    await seat.keys('Escape');
  }
  for (const [name, key, inside] of WINDOWS) {
    await seat.keys(key);
    await seat.page.locator(inside).waitFor();
    await keep(seat.page, `window-${name}-SIZE`);
    expect(await seriousFaults(seat.page), name).toEqual([]);
    await seat.keys('Escape');
    await seat.page.locator(inside).waitFor({ state: 'detached' });
  }
  expect(seat.problems).toEqual([]);
});

test('in English nothing of the page itself stays Chinese, and the other way round', async () => {
  await open(busy.ids.coming);
  await seat.page.locator('.timeline li').first().waitFor();
  expect(await wordsOfThePage(/[A-Za-z]{3,}/)).toEqual([]);
  await seat.page.getByRole('button', { name: 'English' }).click();
  await seat.page.locator('html[lang="en"]').waitFor();
  await seat.page.locator('.timeline').getByText('Taken').first().waitFor();
  await keep(seat.page, 'console-SIZE-en', [1920, 1366]);
  expect(await wordsOfThePage(/[\u4e00-\u9fff]/)).toEqual([]);
  for (const [name, key, inside] of WINDOWS) {
    await seat.keys(key);
    await seat.page.locator(inside).waitFor();
    await keep(seat.page, `window-${name}-SIZE-en`);
    expect(await wordsOfThePage(/[\u4e00-\u9fff]/)).toEqual([]);
    await seat.keys('Escape');
    await seat.page.locator(inside).waitFor({ state: 'detached' });
  }
  // The foot has more keys than room: the desk is as wide as its screen all the same, and all keys stay in reach.
  await open(busy.ids.long);
  await seat.page.locator('.bottom-keys button').first().waitFor();
  await seat.page.setViewportSize({ width: 1280, height: 768 });
  expect(await seat.page.locator('.desk').evaluate((desk) => desk.scrollWidth)).toBe(1280);
  expect(await seat.page.locator('.next-step').evaluate((key) => key.getBoundingClientRect().right)).toBeLessThan(1280);
  await seat.page.getByRole('button', { name: 'All keys' }).click();
  await seat.page.locator('.help-keys').waitFor();
  await seat.keys('Escape');
  // Nor are words squeezed by the fields beside them.
  await open(busy.ids.handedOff);
  await seat.page.locator('.timeline li').first().waitFor();
  const heights = await seat.page
    .locator('.help-text')
    .evaluateAll((all) => all.map((words) => words.getBoundingClientRect().height));
  expect(Math.max(0, ...heights)).toBeLessThan(72);
  // Nothing hangs out of its column, however long the words.
  expect(await seat.page.evaluate(() => document.querySelector('.list')!.scrollWidth <= 360)).toBe(true);
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
