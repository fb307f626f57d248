import { generateSync } from 'otplib';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { keepScreen, watchPage } from './chromium.ts';
import { noteSentences, probe } from './page-probes.ts';
import type { DemoFile } from './platform.ts';

/** One operator before her screen. */
export interface Seat {
  name: string;
  page: Page;
  context: BrowserContext;
  /** What went wrong in the page so far: see `watchPage`. */
  problems: string[];
  /** Presses keys, one after the other, as `page.keyboard.press` names them. */
  keys(...keys: string[]): Promise<void>;
  /** The line of a call in the list. */
  row(who: string): Locator;
  /** Which of the five steps the opened incident has reached, in words. */
  step(words: string): Locator;
  close(): Promise<void>;
}

export interface SeatOptions {
  size?: { width: number; height: number };
  theme?: 'light' | 'dark';
  /** `without` enters without sound, `no` stays before the step that switches it on. */
  sound?: 'with' | 'without' | 'no';
  language?: 'zh-CN' | 'en';
}

const WORDS = {
  'zh-CN': { username: '用户名', password: '密码', code: '动态验证码', without: '先不开声音' },
  en: { username: 'User name', password: 'Password', code: 'One-time code', without: 'Go on without sound' },
} as const;

/** Opens the console in a browser of its own (no shared cookies) and stops before signing in. */
export async function openSignIn(
  browser: Browser,
  url: string,
  options: SeatOptions = {},
): Promise<Pick<Seat, 'page' | 'context' | 'problems'>> {
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1920, height: 1080 },
    locale: options.language ?? 'zh-CN',
  });
  await context.addInitScript(
    ([theme, language]) => {
      localStorage.setItem('theme', theme!);
      localStorage.setItem('language', language!);
    },
    [options.theme ?? 'light', options.language ?? 'zh-CN'],
  );
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await probe(page);
  await page.goto(url);
  await page.getByLabel(WORDS[options.language ?? 'zh-CN'].username).waitFor();
  return { page, context, problems };
}

/** Signs in an account of demo.json by keyboard alone, switches the sound on, and waits until the desk is live. */
export async function openDesk(
  browser: Browser,
  url: string,
  demo: DemoFile,
  username: string,
  options: SeatOptions = {},
): Promise<Seat> {
  const account = demo.accounts.find((one) => one.username === username)!;
  const words = WORDS[options.language ?? 'zh-CN'];
  const { page, context, problems } = await openSignIn(browser, url, options);
  await page.keyboard.type(username);
  await page.keyboard.press('Tab');
  await page.keyboard.type(account.password);
  await page.keyboard.press('Enter');
  if (account.totpSecret !== undefined) {
    await page.getByLabel(words.code).waitFor();
    await page.keyboard.type(generateSync({ secret: account.totpSecret }));
    await page.keyboard.press('Enter');
  }
  await page.locator('.arm-key:focus').waitFor();
  if (options.sound === 'without') await page.getByRole('button', { name: words.without }).click();
  else if (options.sound !== 'no') await page.keyboard.press('Enter');
  if (options.sound !== 'no')
    await page
      .locator('.link-state:not(.amber)')
      .waitFor()
      .catch(async (error: Error) => {
        await keepScreen(page, `failed-desk-of-${username}`);
        throw error;
      });
  return {
    name: account.name,
    page,
    context,
    problems,
    async keys(...keys) {
      for (const key of keys) await page.keyboard.press(key);
    },
    row: (who) => page.locator('.case-row', { hasText: who }),
    step: (words_) => page.locator('.path-step[aria-current="step"]', { hasText: words_ }),
    close: () => context.close(),
  };
}

/** The page that is a box, connected as one of the demo's devices; its sentences are written down. */
export async function openBoxPage(
  browser: Browser,
  url: string,
  id: string,
): Promise<{ page: Page; problems: string[]; close(): Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, locale: 'zh-CN' });
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await probe(page);
  await page.goto(`${url}/device?id=${id}`);
  await page.locator('.box-line[data-line="up"]').waitFor();
  await noteSentences(page, '.box-says');
  return { page, problems, close: () => context.close() };
}

/** After a test that failed, keeps a picture of every page that was open: test/e2e/screens/failed-….png. */
export function pictureFailures(browser: () => Browser | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const pages =
      browser()
        ?.contexts()
        .flatMap((context) => context.pages()) ?? [];
    for (const [place, page] of pages.entries())
      await keepScreen(page, `failed-${task.name.replaceAll(/\W+/g, '-').slice(0, 40)}-${place}`);
  });
}
