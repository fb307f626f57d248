import { generateSync } from 'otplib';
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInDemo, type Api } from '#test/harness/api.ts';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { openBoxPage, openDesk, pictureFailures, type Seat } from '#test/harness/console.ts';
import { sentencesOf, seriousFaults } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

const PHONE = { width: 390, height: 844 };
const COUNTER = { width: 1366, height: 768 };

let home: PlatformHome;
let platform: RunningProcess;
let browser: Browser;
let api: Api;
let operator: Seat;

beforeAll(async () => {
  home = await createPlatformHome();
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
  api = await signInDemo(home.url, home.demo(), 'op3');
  operator = await openDesk(browser, home.url, home.demo(), 'op1', { sound: 'without', size: COUNTER });
  // Nor does the console look again by itself.
  await operator.page.evaluate(() => {
    const every = window.setInterval.bind(window);
    window.setInterval = ((call: () => void, ms = 0) => (ms < 10_000 ? every(call, ms) : 0)) as typeof setInterval;
  });
});
pictureFailures(() => browser);
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

interface Opened {
  page: Page;
  context: BrowserContext;
  problems: string[];
}

/** A page of its own, signed in by typing; `problems` is what went wrong in it. */
async function open(
  path: string,
  username: string,
  theme: 'light' | 'dark' = 'light',
  viewport = PHONE,
): Promise<Opened> {
  const account = home.demo().accounts.find((one) => one.username === username)!;
  const context = await browser.newContext({ viewport, locale: 'zh-CN' });
  await context.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
  const page = await context.newPage();
  const { problems } = watchPage(page);
  // No page looks again by itself: what it shows, the server has told it to look at.
  await page.addInitScript(() => {
    const later = window.setTimeout.bind(window);
    window.setTimeout = ((call: () => void, ms = 0) => (ms < 10_000 ? later(call, ms) : 0)) as typeof setTimeout;
  });
  await page.goto(`${home.url}${path}`);
  await page.locator('input[name=username]').fill(account.username);
  await page.locator('input[name=password]').fill(account.password);
  await page.getByRole('button', { name: '登录' }).click();
  if (account.totpSecret !== undefined) {
    await page.getByLabel('动态验证码').fill(generateSync({ secret: account.totpSecret }));
    await page.keyboard.press('Enter');
  }
  await page.locator('.v-page, .office').waitFor();
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

/** The shop that does the work, and its order. */
let second: Opened;
let order: { id: string; number: string };
/** What went wrong in its page by being cut off. */
let seen = 0;

/** What the big button of the console says. */
const next = (words: RegExp) => operator.page.locator('.next-step').filter({ hasText: words });

const DIGITS = '零一二三四五六七八九';

test('green press → plumber offered, declines → next accepts → arrives → the key for done → rating → in the month’s statement; the box says each step', async () => {
  const box = await openBoxPage(browser, home.url, 'demo-0001');
  const said = (sentence: RegExp | string) =>
    expect
      .poll(() => sentencesOf(box.page), { timeout: 60_000 })
      .toContainEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  const first = await open('/vendor', 'shop1', 'dark');
  second = await open('/vendor', 'shop2');
  await first.page.getByText('已连接').waitFor();
  await look(first.page, 'vendor-390-dark-empty');

  await box.page.getByRole('button', { name: '要服务' }).dispatchEvent('pointerdown', { button: 0, isPrimary: true });
  await operator.row('王桂兰').first().waitFor();
  await said(/^收到了/);
  await operator.row('王桂兰').first().click();
  await operator.page.locator('.case').waitFor();
  await operator.keys('Enter');
  await operator.step('受理').waitFor();
  await said(/接到了,这就跟您说话/);
  const [incident] = (await api.get('/api/incidents?state=open')).body.items as { id: string }[];

  // The operator names the item, what is wrong, how urgent it is and who pays.
  await operator.page
    .getByRole('button', { name: /派服务商/ })
    .first()
    .waitFor();
  // The taken case opens by itself once more, which puts away what lay over it.
  await operator.page.locator('.timeline').getByText('接到了').first().waitFor();
  await operator.keys('g');
  await operator.page.locator('.work-pick input').waitFor();
  await look(operator.page, 'work-order-1366-pick');
  await operator.page.keyboard.type('sl');
  await operator.keys('1');
  const form = operator.page.locator('.work-form');
  await form.waitFor();
  await operator.page.keyboard.type('厨房水龙头一直滴水');
  await form.getByLabel('今天').check();
  await form.getByLabel('老人自己').check();
  await look(operator.page, 'work-order-1366-form');
  await form.getByRole('button', { name: /找店/ }).click();
  await operator.page.locator('.work-order').waitFor();
  expect(await operator.page.locator('.work-order').textContent()).toMatch(/水龙头漏水 正在找店/);
  // Shops are asked: nothing to press, and no second one is offered.
  await next(/^等店里答复$/).waitFor();
  expect(await next(/./).isDisabled()).toBe(true);
  [order] = (await api.get(`/api/work-orders?incident=${incident!.id}`)).body.items;
  expect(order).toMatchObject({ state: 'offered', what: '厨房水龙头一直滴水', urgency: 'today' });

  // It fills the screen of the nearest shop, with nobody's name or door.
  await first.page.locator('.v-offer').waitFor();
  await look(first.page, 'vendor-390-dark-offer');
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
  const shown = () => api.get(`/api/work-orders/${order.id}`).then((answer) => answer.body);
  const { code } = (await shown()) as { code: string };
  expect(await page.locator('.v-code b').textContent()).toBe(code);
  const spoken = [...code].map((digit) => DIGITS[Number(digit)]).join(' ');
  await said(new RegExp(`^.师傅接了这活,出门的时候再跟您说。门口暗号${spoken},说对了再开门。`));
  await operator.page.locator('.work-offers').getByText('没人手').waitFor();
  await next(/^等.+出门$/).waitFor();

  // Without a network the step waits visibly, and goes out by itself when it is back.
  await context.setOffline(true);
  await page.getByRole('button', { name: '出发' }).click();
  await page.locator('.v-waits').waitFor();
  expect(await page.locator('.v-waits').textContent()).toBe('待确认:出发');
  await look(page, 'vendor-390-light-waiting');
  expect((await shown()).state).toBe('accepted');
  await context.setOffline(false);
  await page.getByRole('button', { name: '到达' }).waitFor();
  expect((await shown()).state).toBe('under_way');
  await said(new RegExp(`^.师傅出门了,大约.+分钟到您家。我们一直陪着您。门口暗号${spoken}`));

  await next(/已到场/).waitFor();

  // The four digits that the box has said are typed; others are refused, and he is not there.
  const arrive = async (digits: string): Promise<void> => {
    await page.getByRole('button', { name: '到达' }).click();
    await page.keyboard.type(digits);
    await page.locator('form').getByRole('button', { name: '到达' }).click();
  };
  await arrive(code === '1234' ? '4321' : '1234');
  await page.getByText('暗号不对').waitFor();
  expect((await shown()).state).toBe('under_way');
  await page.getByRole('button', { name: '到达' }).click();
  await look(page, 'vendor-390-light-door');
  await page.locator('form').getByRole('button', { name: '返回' }).click();
  await arrive(code);
  await page.getByRole('button', { name: '完成' }).waitFor();
  await said(/^.师傅到门口了。先对暗号,再开门。$/);
  await look(page, 'vendor-390-light-on-scene');
  await next(/正在做$/).waitFor();

  await page.getByRole('button', { name: '完成' }).click();
  await page.locator('input[type=file]').setInputFiles({ name: 'tap.png', mimeType: 'image/png', buffer: PNG });
  await page.getByText('1 张照片').waitFor();
  await look(page, 'vendor-390-light-complete');
  await page.locator('form').getByRole('button', { name: '完成' }).click();
  await page.getByText('报了完工').waitFor();
  await said(/^.师傅说做好了,您看好了就按“做好了”。$/);
  await next(/满意/).waitFor();

  await box.page.getByRole('button', { name: '做好了' }).dispatchEvent('pointerdown', { button: 0, isPrimary: true });
  await page.getByText('现在手上没有活').waitFor();
  await expect.poll(async () => (await shown()).confirmedBy).toBe('家里的按键');

  await next(/办结/).waitFor();
  await operator.page.getByRole('button', { name: '5 星' }).click();
  await expect.poll(async () => (await shown()).rating).toBe(5);
  await look(operator.page, 'work-order-1366-rated');
  await operator.page.setViewportSize({ width: 1920, height: 1080 });
  await keepScreen(operator.page, 'work-order-1920-rated');

  await page.getByRole('button', { name: '对账单' }).click();
  const line = page.locator('.v-statement li', { hasText: order.number });
  await line.waitFor();
  expect(await line.textContent()).toMatch(/水龙头漏水.*50 元.*5 星/);
  await look(page, 'vendor-390-light-statement');
  await page.getByRole('button', { name: '记录' }).click();
  await page.setViewportSize(COUNTER);
  await look(page, 'vendor-1366-light-history');

  // The case ends as every other, and the box says so.
  await operator.keys('f');
  await operator.page.getByRole('dialog', { name: '办结' }).waitFor();
  await operator.keys('6');
  await operator.step('办结').waitFor();
  await said(/^这回的事办好了/);
  for (const one of [first, second]) {
    // A page that was cut off says so in the browser's own log, too; a code that does not fit is an answer.
    const expected = /ERR_INTERNET_DISCONNECTED|status of 422/;
    expect(one.problems.filter((problem) => !expected.test(problem))).toEqual([]);
  }
  expect([...operator.problems, ...box.problems]).toEqual([]);
  await box.close();

  // A server that says nothing more, though its sockets stay open: the page says so, and is live again when it is.
  platform.signal('SIGSTOP');
  await second.page.getByText('连不上服务器,正在重试').waitFor();
  await look(second.page, 'vendor-1366-light-cut-off');
  platform.signal('SIGCONT');
  await second.page.getByText('已连接').waitFor();
  seen = second.problems.length;
});

test('the office: a call-back is asked, a complaint recorded, a deduction appealed and lifted, a payer’s workbook fetched; unsatisfied comes back to the shop', async () => {
  const database = new pg.Client({ connectionString: home.databaseUrl() });
  await database.connect();
  // As if it had been drawn, like every fifth subsidised one.
  await database.query(
    `update work_order set body = jsonb_set(body, '{callback}', jsonb_build_object('dueAt', $2::bigint, 'outcome', null, 'note', null)) where id = $1`,
    [order.id, Date.now() - 60_000],
  );
  await database.end();
  const { page, problems, context } = await open('/orders', 'sup1', 'light', COUNTER);
  await page.getByRole('button', { name: new RegExp(order.number) }).click();
  await page.getByText('15400000302').waitFor();
  await look(page, 'orders-1366-light-callback');

  await page.getByLabel('老人怎么说的').fill('地上的水没有擦');
  await page.getByRole('button', { name: '记投诉' }).click();
  await page.getByText('投诉:地上的水没有擦').first().waitFor();
  const deduct = page.getByRole('form', { name: '扣款' });
  await deduct.getByLabel('金额(元)').fill('10');
  await deduct.getByLabel('为什么扣').fill('地上的水没有擦');
  await deduct.getByRole('button', { name: '扣款' }).click();
  await page.getByText('扣了,店里能看到').waitFor();

  // The shop sees it at once, and appeals.
  const shop = second.page;
  await shop.setViewportSize(PHONE);
  await shop.getByRole('button', { name: '对账单' }).click();
  await shop.getByLabel('为什么不该扣').fill('走的时候擦过');
  await look(shop, 'vendor-390-light-deduction');
  await shop.getByRole('button', { name: '申诉' }).click();
  await shop.getByText('已申诉,等答复').waitFor();

  await page.getByRole('button', { name: '对账' }).click();
  await page.getByRole('button', { name: /老周水电维修.*1 件申诉/ }).click();
  await page.getByLabel('怎么答复店里').fill('问过老人,擦过了');
  await look(page, 'orders-1366-light-appeal');
  await page.getByRole('button', { name: '撤销扣款' }).click();
  await page.getByText('申诉成立,不扣了').waitFor();
  await shop.getByText('申诉成立,不扣了').waitFor();

  await page.getByRole('button', { name: '付款方' }).click();
  await page.getByRole('button', { name: /老人自己/ }).click();
  await page.locator('.office-bill li', { hasText: order.number }).waitFor();
  await look(page, 'orders-1366-light-payer');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载表格' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^对账单 \d{4}-\d\d 老人自己\.xlsx$/);

  await page.getByRole('button', { name: '回访' }).click();
  await page.setViewportSize(PHONE);
  await look(page, 'orders-390-light-callbacks');
  await page.getByRole('button', { name: new RegExp(order.number) }).click();
  await page.getByLabel('记一句').fill('还在滴');
  await look(page, 'orders-390-light-callback');
  await page.getByRole('button', { name: '不满意' }).click();
  await page.getByText('要返工').waitFor();
  await shop.getByRole('button', { name: '在手' }).click();
  await shop.getByText('老人不满意,请再去一趟').waitFor();
  // Its case was over: another waits in the console.
  await expect.poll(() => operator.row('王桂兰').count()).toBe(2);
  await operator.row('王桂兰').first().click();
  await operator.page.locator('.work-order', { hasText: '要返工' }).waitFor();
  await keepScreen(operator.page, 'work-order-1920-back');
  expect([...problems, ...second.problems.slice(seen)]).toEqual([]);
  await context.close();

  const admin = await open('/orders?tab=points', 'admin', 'dark', COUNTER);
  await admin.page.getByText('0 平').waitFor();
  await look(admin.page, 'orders-1366-dark-points');
  expect(admin.problems).toEqual([]);
});

/** One grey point. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);
