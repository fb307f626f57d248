import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInDemo, type Api } from '#test/harness/api.ts';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { openBoxPage, openDesk, pictureFailures, type Seat } from '#test/harness/console.ts';
import { sentencesOf, seriousFaults } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

const soon = { timeout: 30_000, interval: 200 };

let home: PlatformHome;
let platform: RunningProcess;
let browser: Browser;
let api: Api;
let operator: Seat;
let phones: { page: Page; context: BrowserContext; problems: string[] };

beforeAll(async () => {
  home = await createPlatformHome();
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
  api = await signInDemo(home.url, home.demo(), 'op3');
  operator = await openDesk(browser, home.url, home.demo(), 'op1', { sound: 'without' });
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' });
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await page.goto(`${home.url}/phones`);
  await page.getByRole('heading', { name: '从老人家里打 12349' }).waitFor();
  phones = { page, context, problems };
});
pictureFailures(() => browser);
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

const phoneOf = (name: string | RegExp) => phones.page.getByRole('article', { name }).first();

/** Picks up and presses keys, each when the line waits for one. */
async function answer(name: string | RegExp, ...keys: string[]): Promise<void> {
  const phone = phoneOf(name);
  await phone.getByText('正在响').waitFor({ timeout: 60_000 });
  await phone.getByRole('button', { name: '接听' }).click();
  for (const key of keys) {
    const pad = phone.locator('.phone-keys[data-asks]');
    await pad.waitFor({ timeout: 60_000 });
    for (const digit of key) await pad.getByRole('button', { name: digit, exact: true }).click();
  }
}

test('alone: red press, no voice, the family’s telephone, 120 by voice, the ambulance at the door; the box says each step', async () => {
  const box = await openBoxPage(browser, home.url, 'demo-0001');
  const said = (sentence: RegExp) =>
    expect
      .poll(() => sentencesOf(box.page), { ...soon, timeout: 90_000 })
      .toContainEqual(expect.stringMatching(sentence));
  await box.page.getByRole('button', { name: '呼救' }).dispatchEvent('pointerdown', { button: 0, isPrimary: true });
  await operator.row('王桂兰').first().waitFor();
  await said(/^收到了,您别急/);
  await operator.keys('Enter');
  await operator.step('受理').waitFor();
  await said(/接到了,这就跟您说话/);

  // The line is open and nobody speaks: taken as one who can not, and help is asked for.
  await operator.page.getByText(/20 秒没有声音/).waitFor({ timeout: 60_000 });

  // Her daughter is far away and knows; the neighbour goes, in five minutes.
  await answer(/陈静/, '1');
  await keepScreen(phones.page, 'phones-1366-family');
  await answer(/张嫂/, '1', '5#');
  await said(/^您邻居接到电话了,大约五分钟到/);
  await operator.page
    .locator('.contacts li', { hasText: '张嫂' })
    .locator('.call-state', { hasText: '5分钟' })
    .waitFor();

  // All of it is before the operator: nothing to scroll for but the history.
  const hidden = await operator.page
    .locator('.case-facts-side')
    .evaluate((side) => side.scrollHeight - side.clientHeight);
  expect(hidden).toBeLessThanOrEqual(0);

  // Her daughter follows it on the bus, by the link in the message that came at the press.
  const message = await phones.page
    .getByText(/\/family\//)
    .first()
    .innerText();
  const [link] = /https?:\/\/\S+\/family\/\S+/.exec(message)!;
  const bus = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' });
  const follow = await bus.newPage();
  const followed = watchPage(follow);
  // The telephones' clock is Xiangyang's, as every other page's, wherever the browser stands.
  const sent = await phones.page.locator('.phones-messages time').first().innerText();
  const hourOf = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(11, 13);
  expect([hourOf(Date.now()), hourOf(Date.now() - 3_600_000)]).toContain(sent.slice(0, 2));
  await follow.goto(link);
  await follow.getByRole('heading', { name: '王奶奶' }).waitFor();
  await follow.getByText('您邻居接到电话了').waitFor();
  await keepScreen(follow, 'family-390-light');
  expect(await follow.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await seriousFaults(follow)).toEqual([]);

  // 120: the first sentence before her, both telephones in one line, the numbers read back.
  await operator.keys('h', '1');
  await operator.page.getByRole('button', { name: /确认转 120/ }).click();
  await operator.page.locator('.call-first').waitFor();
  await operator.page.getByRole('button', { name: '打给 120' }).click();
  await answer(/李敏/);
  await answer(/120/);
  await phoneOf(/120/).getByText('线上还有').waitFor(soon);
  await keepScreen(operator.page, 'console-calling-120');
  await keepScreen(phones.page, 'phones-1366-with-120');
  await operator.page.getByLabel('对方坐席号').last().fill('3');
  await operator.page.getByLabel('案件号', { exact: true }).last().fill('20261122-0017');
  await operator.page.locator('.call-back').getByRole('button', { name: '对方已接下' }).click();
  await operator.page.getByText('坐席 3 · 案件号 20261122-0017').first().waitFor();

  const incident = ((await api.get('/api/incidents?state=open')).body.items as { id: string }[])[0]!;
  const centre = await signInDemo(home.url, home.demo(), 'desk120');
  const [handoff] = (await api.get(`/api/incidents/${incident.id}`)).body.handoffs as { id: string }[];
  for (const step of ['dispatch', 'arrive']) {
    const done = await centre.send('POST', `/api/partner/handoffs/${handoff!.id}/${step}`, {});
    expect([step, done.status]).toEqual([step, 200]);
  }
  await operator.page.getByText('120 到场').first().waitFor();
  await said(/到门口了/);

  await operator.keys('f');
  await operator.page.getByRole('dialog', { name: '办结' }).waitFor();
  await operator.keys('7');
  await operator.step('办结').waitFor();
  await said(/^这回的事办好了/);
  await follow.getByText('已经办好了').waitFor();
  expect(followed.problems).toEqual([]);
  await bus.close();
  await operator.keys('f');
  await operator.page.getByRole('dialog', { name: '回访' }).waitFor();
  await operator.keys('1');
  await operator.row('王桂兰').waitFor({ state: 'detached' });

  const { calls, timeline } = (await api.get(`/api/incidents/${incident.id}`)).body as {
    calls: { purpose: string; name: string; state: string }[];
    timeline: { kind: string }[];
  };
  // Each of the family once: who was reached is not called again.
  const rung = calls.filter((call) => call.purpose === 'family' && call.state !== 'cancelled');
  expect(rung.map(({ name, state }) => [name, state])).toEqual([
    ['女儿(广州) 陈静', 'declined'],
    ['邻居 张嫂', 'accepted'],
  ]);
  expect(timeline.map((line) => line.kind)).toEqual(
    expect.arrayContaining([
      'silent',
      'call_told',
      'call_accepted',
      'call_connected',
      'handoff_accepted',
      'handoff_on_scene',
    ]),
  );
  expect([...operator.problems, ...box.problems, ...phones.problems]).toEqual([]);
  await box.close();
});
