import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { movableClock } from '#kernel/clock.ts';
import { knownStaff } from '#vendors/demo/seed.ts';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { pictureFailures } from '#test/harness/console.ts';
import { signInTestPerson } from '#test/harness/identity.ts';
import { seriousFaults } from '#test/harness/page-probes.ts';
import { freePorts } from '#test/harness/ports.ts';
import { startTown, type Town } from '#test/stories/vendors/town.ts';

const PHONE = { width: 390, height: 844 };
const COUNTER = { width: 1366, height: 768 };

let town: Town;
let web: ViteDevServer;
let browser: Browser;
let address: string;

beforeAll(async () => {
  const [port] = await freePorts(1);
  [town, browser] = await Promise.all([startTown({ clock: movableClock(), orders: 40 }), launchChromium()]);
  web = await createServer({
    configFile: new URL('../../dispatcher-ui/vite.config.ts', import.meta.url).pathname,
    server: {
      port: port!,
      host: '127.0.0.1',
      strictPort: true,
      hmr: false,
      proxy: {
        '/api': { target: town.running.url, changeOrigin: false },
        '/socket.io': { target: town.running.url, changeOrigin: false, ws: true },
      },
    },
    cacheDir: `${town.running.config.dataDir}/vite`,
    logLevel: 'error',
  });
  await web.listen();
  address = `http://127.0.0.1:${port}/vendor`;
});
pictureFailures(() => browser);
afterAll(async () => {
  await browser?.close();
  await web?.close();
  await town?.stop();
});

/** The page of the n-th known shop, signed in by typing; `problems` is what went wrong in it. */
async function openShop(
  n: number,
  theme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; context: BrowserContext; problems: string[] }> {
  const { db } = town.running;
  const known = (await knownStaff(db))[n]!;
  // A colleague of the one whom the town has signed in.
  const { rows } = await db.pool.query<{ id: string }>(
    'select b.staff_id as id from shop_staff a join shop_staff b on b.shop_id = a.shop_id and b.ord = 1 where a.staff_id = $1',
    [known.staffId],
  );
  const person = await signInTestPerson(db, town.clock, 'vendor', { staffId: rows[0]!.id, name: known.shop });
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN' });
  await context.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await page.goto(address);
  await page.locator('input[name=username]').fill(person.username);
  await page.locator('input[name=password]').fill(person.password);
  await page.getByRole('button', { name: '登录' }).click();
  await page.locator('.v-page').waitFor();
  return { page, context, problems };
}

/** Nothing hangs out sideways, nothing is smaller than 13 px, axe finds nothing serious; a picture of it is kept. */
async function look(page: Page, name: string): Promise<void> {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const { documentElement: root } = document;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide`);
    for (const one of document.querySelectorAll<HTMLElement>('#root *')) {
      const text = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== '');
      // Names on the map lie where the places are.
      if (!text || one.closest('.hidden-text, .map')) continue;
      const box = one.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      if (Number.parseFloat(getComputedStyle(one).fontSize) < 13) found.push(`small: ${one.textContent}`);
      if (box.right > root.clientWidth + 1 || box.left < -1) found.push(`hangs out: ${one.textContent}`);
    }
    return found;
  });
  await keepScreen(page, name);
  expect(faults, name).toEqual([]);
  expect(await seriousFaults(page), name).toEqual([]);
}

test('an offer fills the screen, is declined with a reason, and the next shop goes the whole way', async () => {
  const first = await openShop(0, 'dark');
  const second = await openShop(1);
  await look(first.page, 'vendor-390-dark-empty');
  const incident = await town.press('service');
  await town.operator.send('POST', `/api/incidents/${incident}/claim`, {});
  const order = await town.open({ incident, urgency: 'today' });

  await first.page.locator('.v-offer').waitFor();
  await look(first.page, 'vendor-390-dark-offer');
  // 接单 lies in the lower right third, 不行 in the lower left.
  const yes = (await first.page.locator('.v-yes').boundingBox())!;
  const no = (await first.page.locator('.v-no').boundingBox())!;
  expect(yes.x + yes.width / 2).toBeGreaterThan(PHONE.width / 2);
  expect(yes.y).toBeGreaterThan((PHONE.height * 2) / 3);
  expect(no.x + no.width / 2).toBeLessThan(PHONE.width / 2);
  expect(await first.page.locator('.v-offer').textContent()).not.toMatch(/王桂兰|民主路/);
  await first.page.locator('.v-no').click();
  await look(first.page, 'vendor-390-dark-reasons');
  await first.page.getByRole('button', { name: '没人手' }).click();
  await first.page.locator('.v-tabs').waitFor();

  const { page, context } = second;
  await page.locator('.v-offer').waitFor();
  await look(page, 'vendor-390-light-offer');
  await page.locator('.v-yes').click();
  await page.locator('.v-order').waitFor();
  await look(page, 'vendor-390-light-accepted');
  expect(await page.locator('.v-home').textContent()).toContain('民主路27号院');
  const code = (await town.order(town.operator, order.id)).code!;
  expect(await page.locator('.v-code b').textContent()).toBe(code);

  // Without a network the step waits visibly, and goes out by itself when it is back.
  await context.setOffline(true);
  await page.getByRole('button', { name: '出发' }).click();
  await page.locator('.v-waits').waitFor();
  expect(await page.locator('.v-waits').textContent()).toBe('待确认:出发');
  await look(page, 'vendor-390-light-waiting');
  expect((await town.order(town.operator, order.id)).state).toBe('accepted');
  await context.setOffline(false);
  await page.getByRole('button', { name: '到达' }).waitFor({ timeout: 15_000 });
  expect((await town.order(town.operator, order.id)).state).toBe('under_way');
  await page.getByRole('button', { name: '到达' }).click();
  await page.getByRole('button', { name: '完成' }).waitFor();
  await look(page, 'vendor-390-light-on-scene');
  await page.getByRole('button', { name: '完成' }).click();
  await page.locator('input[type=file]').setInputFiles({ name: 'tap.png', mimeType: 'image/png', buffer: PNG });
  await page.getByText('1 张照片').waitFor();
  await look(page, 'vendor-390-light-complete');
  await page.locator('form').getByRole('button', { name: '完成' }).click();
  await page.getByText('报了完工').waitFor();
  await town.press('done');
  await page.getByText('现在手上没有活').waitFor();
  await page.getByRole('button', { name: '对账单' }).click();
  await page.locator('.v-sums').waitFor();
  expect(await page.locator('.v-statement').textContent()).toContain('水龙头漏水');
  await look(page, 'vendor-390-light-statement');
  await page.getByRole('button', { name: '记录' }).click();
  await page.setViewportSize(COUNTER);
  await look(page, 'vendor-1366-light-history');
  for (const one of [first, second]) {
    // A page that was cut off says so in the browser's own log, too.
    expect(one.problems.filter((problem) => !problem.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
    await one.context.close();
  }
});

test('the operator makes a green press a work order by a few keys and sees who was asked', async () => {
  const { db } = town.running;
  const person = await signInTestPerson(db, town.clock, 'operator', { name: '周婷' });
  const context = await browser.newContext({ viewport: COUNTER, locale: 'zh-CN' });
  await context.addInitScript(() => localStorage.setItem('theme', 'light'));
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await page.goto(new URL('/', address).href);
  await page.locator('input[name=username]').fill(person.username);
  await page.locator('input[name=password]').fill(person.password);
  await page.getByRole('button', { name: '登录' }).click();
  await page.locator('.arm-key').click();
  const incident = await town.press('service', 'demo-0006');
  await page.locator(`#case-${incident}`).click();
  await page.locator('.case').waitFor();
  await page.keyboard.press('Enter');
  await page
    .getByRole('button', { name: /派服务商/ })
    .first()
    .waitFor();
  // The taken case opens by itself once more, which puts away what lay over it.
  await page.locator('.timeline').getByText('我们的小周接到了').waitFor();
  await page.keyboard.press('g');
  await page.locator('.work-pick input').waitFor();
  await look(page, 'work-order-1366-pick');
  await page.keyboard.type('sl');
  await page.keyboard.press('1');
  await page.locator('.work-form').waitFor();
  await page.keyboard.type('厨房水龙头一直滴水');
  await look(page, 'work-order-1366-form');
  await page.keyboard.press('Enter');
  await page.locator('.work-order').waitFor();
  expect(await page.locator('.work-order').textContent()).toMatch(/水龙头漏水 正在找店/);
  const [order] = (await town.operator.get(`/api/work-orders?incident=${incident}`)).body.items;
  expect(order).toMatchObject({ state: 'offered', what: '厨房水龙头一直滴水', incident });
  await look(page, 'work-order-1366-offered');
  await page.setViewportSize({ width: 1920, height: 1080 });
  await look(page, 'work-order-1920-offered');
  expect(problems).toEqual([]);
  await context.close();
});

/** One grey point. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);
