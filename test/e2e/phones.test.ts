import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInDemo, type Api } from '#test/harness/api.ts';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { openDesk, pictureFailures } from '#test/harness/console.ts';
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
  const hers = page.getByRole('article', { name: /^老人 王桂兰/ });
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
  expect((await api.act(found!.id, 'dial', { to: contact.id })).status).toBe(200);
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

interface Shown {
  number: string;
  name: string;
  kind: string;
  state: string;
}

const telephones = async (): Promise<{ phones: Shown[]; handy: Shown[] }> =>
  (await (await fetch(`${home.url}/api/demo/phones`)).json()) as never;

/** The telephone of that name which rings; waits until it does. */
async function ringing(name: string): Promise<string> {
  const found = async () => (await telephones()).phones.find((one) => one.name === name && one.state === 'ringing');
  await expect.poll(found, soon).toBeDefined();
  return (await found())!.number;
}
const act = (number: string, what: 'call' | 'pick-up' | 'hang-up') =>
  api.send('POST', `/api/demo/phones/${encodeURIComponent(number)}/${what}`, {});

test('a supervisor sits in on the line by a key, the operator sees it; the call is heard and scored in its case', async () => {
  // Not those of the story before, whose telephones may still ring.
  const operator = await signInDemo(home.url, home.demo(), 'op2');
  const { number: elder, name } = (await telephones()).handy.find(
    (one) => one.kind === 'resident' && one.name !== '王桂兰',
  )!;
  await act(elder, 'call');
  const cases = async (): Promise<
    { id: string; kind: string; version: number; resident: { id: string; name: string } }[]
  > => (await operator.get('/api/incidents?state=open')).body.items;
  const hers = async () => (await cases()).find(({ kind, resident }) => kind === 'phone' && resident?.name === name);
  await expect.poll(hers, soon).toBeDefined();
  const { id, resident } = (await hers())!;
  await operator.send('POST', `/api/incidents/${id}/claim`, {});
  expect((await operator.act(id, 'dial', { to: resident.id })).status).toBe(200);
  const desk = await ringing('周婷');
  await act(desk, 'pick-up');
  const [op, sup] = await Promise.all([
    openDesk(browser, home.url, home.demo(), 'op2', { sound: 'without', size: DESKTOP, theme: 'dark' }),
    openDesk(browser, home.url, home.demo(), 'sup1', { sound: 'without', size: DESKTOP }),
  ]);
  await Promise.all([op.row(name).click(), sup.row(name).click()]);
  const line = sup.page.getByRole('region', { name: '电话线路与录音' });
  await line.getByText('线上:周婷').waitFor();
  await sup.keys('s');
  await line.getByText('正在响您桌上的电话').waitFor();
  await act(await ringing('孙建华'), 'pick-up');
  await line.getByText('您在旁听,谁也听不见您').waitFor(soon);
  expect(await op.page.getByText('值班长 孙建华 在线上').count()).toBe(0);
  await sup.keys('w');
  await line.getByText('只有坐席听得见您').waitFor(soon);
  await op.page.getByText('值班长 孙建华 在线上,只有坐席听得见').waitFor(soon);
  await keepScreen(op.page, 'sit-in-1366-dark');
  await look(sup.page, 'sit-in-1366-light');
  await sup.keys('z');
  await op.page.getByText('值班长 孙建华 在线上').waitFor({ state: 'detached', ...soon });
  // She says that she does not want it: what was said so far stays in the case, the rest is not recorded.
  const consent = op.page.locator('.fact', { hasText: '通话录音' });
  await consent.getByText('同意', { exact: true }).waitFor();
  await consent.getByRole('button', { name: '改为不同意' }).click();
  await consent.getByText(/周婷 \d\d:\d\d 改/).waitFor();
  await op.page.locator('.timeline').getByText('老人不同意录音,录音已停').waitFor(soon);
  await op.page.getByText('老人不同意录音,没有在录').waitFor(soon);
  await look(op.page, 'consent-1366-dark');
  await Promise.all([act(desk, 'hang-up'), act(elder, 'hang-up')]);
  await line.getByRole('button', { name: '听录音' }).waitFor(soon);

  // Drawn by the calendar (its story is test/stories/telephone/supervision.test.ts); here it is only put on the list.
  const database = new pg.Client({ connectionString: home.databaseUrl() });
  await database.connect();
  await database.query(
    `insert into quality_sample (id, operator_id, operator_name, month, slot, incident_id, call_id, called_at, recording_id, drawn_at)
     select gen_random_uuid(), a.id, a.name, date '2026-01-01', 1, $1, gen_random_uuid(), now(), r.id, now()
     from account a, phone_recording r where a.username = 'op2' and r.incident_id = $1`,
    [id],
  );
  await sup.page.getByRole('button', { name: '孙建华' }).click();
  await sup.page.getByText('电话打分').click();
  await sup.page.getByText('1 通等着打分').waitFor();
  await keepScreen(sup.page, 'scoring-1366-light-list');
  await sup.page.getByRole('button', { name: '去听、打分' }).click();
  const form = sup.page.getByRole('dialog', { name: /给 周婷 .* 的这通电话打分/ });
  await form.getByRole('button', { name: '听录音' }).click();
  await form.locator('audio').waitFor();
  // However the browser fetches it, it is one listening.
  await sup.page.waitForFunction(() => (document.querySelector('audio')?.readyState ?? 0) >= 3);
  const { rows: heard } = await database.query(`select 1 from look where what = 'recording' and incident_id = $1`, [
    id,
  ]);
  expect(heard).toHaveLength(1);
  await database.end();
  for (const heading of await form.locator('.score-heading').all()) await heading.getByText('2 分').click();
  await form.getByPlaceholder('写一句给坐席的话').fill('先问了喘气,老人踏实多了。');
  await look(sup.page, 'scoring-1366-light-form');
  await form.getByRole('button', { name: '打分' }).click();
  await sup.page.getByText('10 / 10 分').waitFor();
  await op.page.getByRole('button', { name: '周婷' }).click();
  await op.page.getByText('我的分数').click();
  await op.page.getByText('先问了喘气,老人踏实多了。').waitFor();
  await look(op.page, 'my-scores-1366-dark');
  expect([...op.problems, ...sup.problems]).toEqual([]);
  await Promise.all([op.close(), sup.close()]);
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
