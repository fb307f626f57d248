import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInDemo, type Api } from '#test/harness/api.ts';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { pictureFailures } from '#test/harness/console.ts';
import { seriousFaults } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1366, height: 768 };
const soon = { timeout: 20_000, interval: 200 };

let home: PlatformHome;
let platform: RunningProcess;
let browser: Browser;
let api: Api;

beforeAll(async () => {
  home = await createPlatformHome();
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
  api = await signInDemo(home.url, home.demo(), 'op1');
});
pictureFailures(() => browser);
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

async function openPhones(
  viewport: { width: number; height: number },
  theme: 'light' | 'dark',
): Promise<{ page: Page; context: BrowserContext; problems: string[] }> {
  const context = await browser.newContext({ viewport, locale: 'zh-CN' });
  await context.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await page.goto(`${home.url}/phones`);
  await page.getByRole('heading', { name: '从老人家里打 12349' }).waitFor();
  return { page, context, problems };
}

async function look(page: Page, name: string): Promise<void> {
  await keepScreen(page, name);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect([name, await seriousFaults(page)]).toEqual([name, []]);
}

test('an elder calls 12349, becomes a case, and talks with her daughter; the page says each step', async () => {
  const { page, context, problems } = await openPhones(PHONE, 'light');
  await look(page, 'phones-390-light-empty');
  const elder = page.locator('.phones-handy li').filter({ hasText: '王桂兰' });
  await elder.getByRole('button', { name: '打 12349' }).click();
  const hers = page.getByRole('article', { name: /王桂兰/ });
  await hers.getByText('您好,这里是12349一键通').waitFor();
  await hers.getByText('您是第一位').waitFor(soon);
  const { body } = await api.get('/api/incidents?state=open');
  const found = (body.items as { id: string; kind: string; resident: { name: string } | null }[]).find(
    ({ kind }) => kind === 'phone',
  );
  expect(found?.resident?.name).toBe('王桂兰');

  const claimed = await api.send('POST', `/api/incidents/${found!.id}/claim`, {});
  expect(claimed.status).toBe(200);
  const detail = (await api.get(`/api/incidents/${found!.id}`)).body;
  const contact = (detail.contacts as { id: string; name: string }[])[0]!;
  const dialled = await api.send('POST', `/api/incidents/${found!.id}/dial`, {
    to: contact.id,
    version: detail.incident?.version ?? detail.version,
  });
  expect([dialled.status, dialled.text.slice(0, 300)]).toEqual([200, expect.anything()]);
  const theirs = page.getByRole('article', { name: new RegExp(contact.name) });
  await theirs.getByText('正在响').waitFor(soon);
  await look(page, 'phones-390-light-ringing');
  await theirs.getByRole('button', { name: '接听' }).click();
  await theirs.getByText('通话中').waitFor(soon);
  await theirs.getByText('线上还有').waitFor({ timeout: 30_000 });
  await look(page, 'phones-390-light-talking');
  const wide = await openPhones(DESKTOP, 'dark');
  await wide.page.getByText('通话中').first().waitFor();
  await look(wide.page, 'phones-1366-dark-talking');
  // She stays on the line when the daughter hangs up.
  await theirs.getByRole('button', { name: '挂断' }).click();
  await theirs.getByText('通话结束').waitFor(soon);
  await hers.getByText('通话中').waitFor();
  await hers.getByRole('button', { name: '挂断' }).click();
  await hers.getByText('通话结束').waitFor(soon);
  await expect
    .poll(async () => (await api.get(`/api/incidents/${found!.id}`)).text, soon)
    .toContain('打进来的电话挂断了');
  expect([...problems, ...wide.problems]).toEqual([]);
  await wide.context.close();
  await context.close();
});

test('in English, and cut off it refuses to act', async () => {
  const { page, context } = await openPhones(PHONE, 'dark');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Demo telephones' }).waitFor();
  await look(page, 'phones-390-dark-english');
  await page.route('**/api/demo/phones**', (route) => route.abort());
  await page.getByText('Cut off from the server').waitFor({ timeout: 10_000 });
  expect(await page.getByRole('button', { name: 'Call 12349' }).first().isDisabled()).toBe(true);
  await look(page, 'phones-390-dark-cut-off');
  await context.close();
});
