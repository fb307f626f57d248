import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { findProgram } from './engine.ts';
import { repositoryFolder } from './process.ts';

/**
 * Debian’s Chromium, headless, with software WebGL2 for the map alone (drawing the pages by it costs a third more) and
 * nothing that calls home. Close it in `afterAll`.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findProgram(
    ['chromium', 'chromium-browser', 'google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    'chromium fonts-noto-cjk',
  );
  return chromium.launch({
    executablePath,
    // Chromium's sandbox refuses root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--disable-sync',
      '--no-default-browser-check',
      '--no-pings',
      '--disable-dev-shm-usage',
      '--enable-unsafe-swiftshader',
      '--font-render-hinting=none',
    ],
  });
}

/** What went wrong in a page since it was opened: errors thrown, errors logged, requests that failed outright. */
export function watchPage(page: Page): { problems: string[] } {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`threw ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // That somebody else was faster, or that a code is asked for too, are answers, which browsers log as errors.
    if (message.type() === 'error' && !/status of (401|409) /.test(message.text()))
      problems.push(`logged ${message.text()} (${message.location().url})`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // What the page itself no longer wants it gives up.
    if (why !== 'net::ERR_ABORTED') problems.push(`request failed: ${request.method()} ${request.url()} ${why}`);
  });
  return { problems };
}

/** Keeps a picture of the page as test/e2e/screens/`name`.png (ignored by git, looked at by people). */
export async function keepScreen(page: Page, name: string): Promise<void> {
  const folder = join(repositoryFolder, 'test/e2e/screens');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
