import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signInDemo, type Api } from '#test/harness/api.ts';
import { openBox, type Box } from '#test/harness/box.ts';
import { chooseOption, limitFirstRule } from '#test/harness/admin-page.ts';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { openDesk, pictureFailures, type Seat } from '#test/harness/console.ts';
import { seriousFaults } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };

let home: PlatformHome;
let platform: RunningProcess;
let browser: Browser;
let operator: Seat;
let api: Api;
const boxes: Box[] = [];

beforeAll(async () => {
  home = await createPlatformHome();
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
  operator = await openDesk(browser, home.url, home.demo(), 'op1', { size: { width: 1366, height: 768 } });
  api = await signInDemo(home.url, home.demo(), 'op2');
});
pictureFailures(() => browser);
afterAll(async () => {
  await Promise.all(boxes.map((box) => box.client.endAsync()));
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

interface Side {
  page: Page;
  context: BrowserContext;
  problems: string[];
}

/** `/desk`, signed in. */
async function openSide(
  username: string,
  size: { width: number; height: number },
  theme: 'light' | 'dark' = 'light',
): Promise<Side> {
  const account = home.demo().accounts.find((one) => one.username === username)!;
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', hasTouch: size.width < 500 });
  await context.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await page.goto(`${home.url}/desk`);
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码').fill(account.password);
  await page.getByRole('button', { name: '登录' }).click();
  await page.locator('.hand-top').waitFor();
  return { page, context, problems };
}

/** Nothing wider than the screen, nothing that axe calls serious. */
async function expectTidy(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await keepScreen(page, name);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
    `${name} is too wide`,
  ).toBe(true);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter(
        (one) =>
          one.childNodes.length > 0 &&
          [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== ''),
      )
      .filter((one) => Number.parseFloat(getComputedStyle(one).fontSize) < 13)
      .map((one) => one.outerHTML.slice(0, 80)),
  );
  expect([name, small]).toEqual([name, []]);
  expect(await seriousFaults(page), name).toEqual([]);
}

async function press(place: number, type: string): Promise<string> {
  const device = home.demo().devices[place]!;
  const box = await openBox(home.mqttUrl, device.id, { password: device.secret });
  boxes.push(box);
  await box.press(type);
  for (;;) {
    const { items } = (await api.get('/api/incidents?limit=200')).body as {
      items: { id: string; device: { id: string } | null }[];
    };
    const found = items.find((one) => one.device?.id === device.id);
    if (found) return found.id;
    await new Promise((again) => setTimeout(again, 200));
  }
}

/** Without the network the page says so within 5 s and nothing can be done on it; back on line it goes on. */
async function cutOff({ page, context, problems }: Side): Promise<void> {
  const before = problems.length;
  await context.setOffline(true);
  await page.getByText('服务器没有回应').waitFor({ timeout: 8_000 });
  expect(await page.getByRole('button', { name: '不接' }).isDisabled()).toBe(true);
  await keepScreen(page, 'desk-1440-dark-cut-off');
  await context.setOffline(false);
  await page.getByText('服务器没有回应').waitFor({ state: 'hidden', timeout: 20_000 });
  // That requests failed while there was no network is no fault of the page.
  problems.splice(before);
}

let admins: Promise<Api> | undefined;
/** Signed in once: a one-time code is good for one sign-in. */
function administrator(): Promise<Api> {
  return (admins ??= signInDemo(home.url, home.demo(), 'admin'));
}

/** The first of the demo's devices, after those that were pressed, that stands in a region of that name. */
async function deviceIn(region: string): Promise<number> {
  const admin = await administrator();
  const { devices } = home.demo();
  for (let place = 2; place < devices.length; place++) {
    const { body } = await admin.get(`/api/devices/${devices[place]!.id}`);
    if ((body.region as { name: string }[]).some((one) => one.name === region)) return place;
  }
  throw new Error(`no device in ${region}`);
}

test('120 is called by voice: the script, the numbers read back; its side follows on a phone', async () => {
  const centre = await openSide('desk120', PHONE);
  await centre.page.getByText('现在没有转来的').waitFor();
  await expectTidy(centre.page, 'desk-390-light-empty');

  const id = await press(0, 'sos');
  const { page } = operator;
  await page.locator('.case-row', { hasText: '王桂兰' }).first().click();
  await operator.keys('Enter');
  await operator.step('受理').waitFor();
  // Conscious: no; breathing: yes; the others are not known.
  await page.getByText('清醒:没问').waitFor();
  await operator.keys('e', '2');
  await page.getByText('清醒:没有').waitFor();
  await operator.keys('1');
  await page.getByText('有呼吸:是').waitFor();
  await operator.keys('Escape', 'h', '1');
  await page.getByRole('button', { name: /确认转 120/ }).click();
  await page.locator('.call-first').waitFor();
  expect(await page.locator('.call-first').innerText()).toMatch(
    /^按键求救(、叫了没应声)?,神志不清、呼吸有,樊城区?.*民主路27号院2栋1单元302/,
  );
  await page.getByText('打 120 指挥中心:120').waitFor();
  await expectTidy(page, 'console-1366-light-handoff-call');

  // The centre's page has it by now, with the wait, and opens it.
  const row = centre.page.locator('.hand-row', { hasText: '等您接下' });
  await row.waitFor();
  await expectTidy(centre.page, 'desk-390-light-queue');
  await row.tap();
  await centre.page.locator('.packet-first').waitFor();
  await centre.page.getByText('青霉素').first().waitFor();
  await expectTidy(centre.page, 'desk-390-light-offered');

  await page.getByLabel('对方坐席号').last().fill('3');
  await page.getByLabel('案件号', { exact: true }).last().fill('20261122-0017');
  await page.locator('.call-back').getByRole('button', { name: '对方已接下' }).click();
  await page.getByText('坐席 3 · 案件号 20261122-0017').first().waitFor();

  await centre.page.getByRole('button', { name: '已派车,10 分钟到' }).tap();
  await centre.page.getByRole('button', { name: '已到场' }).waitFor();
  await expectTidy(centre.page, 'desk-390-light-dispatched');
  await centre.page.getByRole('button', { name: '已到场' }).tap();
  await centre.page.getByRole('button', { name: '结束' }).waitFor();
  await page.getByText('120 到场').first().waitFor();
  await centre.page.getByRole('button', { name: '结束' }).tap();
  await centre.page.getByText('这一件已经完了').waitFor();
  const told = boxes[0]!.acks.map((ack) => (ack as { stage: string }).stage);
  expect(told).toEqual(expect.arrayContaining(['dispatched', 'arrived']));
  const { timeline } = (await api.get(`/api/incidents/${id}`)).body as { timeline: { kind: string }[] };
  const kinds = timeline.map((line) => line.kind).filter((kind) => kind.startsWith('handoff_'));
  expect(kinds).toEqual([
    'handoff_offered',
    'handoff_accepted',
    'handoff_dispatched',
    'handoff_on_scene',
    'handoff_closed',
  ]);
  expect([centre.problems, operator.problems]).toEqual([[], []]);
  await centre.context.close();
});

test('the centre accepts on its own page, at a desk in the dark; refusing says why', async () => {
  const id = await press(1, 'sos');
  await api.send('POST', `/api/incidents/${id}/claim`, {});
  await api.act(id, 'handoff', { to: '120' });
  for (const theme of ['dark', 'light'] as const) {
    const centre = await openSide('desk120', WIDE, theme);
    await centre.page.locator('.hand-row', { hasText: '等您接下' }).first().click();
    await centre.page.locator('.packet-first').waitFor();
    await expectTidy(centre.page, `desk-1440-${theme}-offered`);
    await centre.page.getByRole('button', { name: '不接' }).click();
    await expectTidy(centre.page, `desk-1440-${theme}-refusing`);
    await centre.page.getByRole('button', { name: '返回' }).click();
    if (theme === 'dark') await cutOff(centre);
    if (theme === 'light') {
      await centre.page.getByLabel('你们的坐席号').fill('8');
      await centre.page.getByLabel('你们的案件号').fill('A-991');
      await centre.page.getByRole('button', { name: '接下', exact: true }).click();
      await centre.page.getByRole('button', { name: '已派车,5 分钟到' }).waitFor();
      const { handoffs } = (await api.get(`/api/incidents/${id}`)).body;
      expect(handoffs[0]).toMatchObject({ state: 'accepted', caseNumber: 'A-991', seat: '8' });
    }
    expect(centre.problems).toEqual([]);
    await centre.context.close();
  }
});

test('the link of the message opens the packet once, for whoever says who he is', async () => {
  const id = await press(3, 'sos');
  await api.send('POST', `/api/incidents/${id}/claim`, {});
  await api.act(id, 'handoff', { to: '120' });
  const { reference } = (
    (await api.get(`/api/incidents/${id}/packet?to=120`)).body as { packet: { reference: string } }
  ).packet;
  const text = async (): Promise<string> => {
    const { messages } = (await api.get('/api/demo/phones')).body as { messages: { text: string }[] };
    return messages.find((one) => one.text.includes(reference) && one.text.includes('/packet#'))?.text ?? '';
  };
  await expect.poll(text, { timeout: 20_000 }).not.toBe('');
  const link = /https?:\S+$/.exec(await text())![0];
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', hasTouch: true });
  const open = async (): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(link);
    await page.getByLabel('您的单位、坐席号或姓名').fill('120 三号席 赵刚');
    return page;
  };
  const page = await open();
  const { problems } = watchPage(page);
  await expectTidy(page, 'packet-390-ask');
  await page.getByRole('button', { name: '打开案情' }).tap();
  await page.locator('.packet-first').waitFor();
  await expectTidy(page, 'packet-390-open');
  await page.setViewportSize(WIDE);
  await expectTidy(page, 'packet-1440-open');
  const again = await open();
  await again.getByRole('button', { name: '打开案情' }).tap();
  await again.getByText(/由“120 三号席 赵刚”打开过了,只能打开一次/).waitFor();
  await expectTidy(again, 'packet-390-used');
  expect(problems).toEqual([]);
  await context.close();
});

test('the administrator enters a partner whose secret is shown once, a dial-only line, and a ladder that is checked first', async () => {
  const context = await browser.newContext({ viewport: WIDE, locale: 'zh-CN' });
  await context.addInitScript(() => localStorage.setItem('theme', 'light'));
  const signedInAs = async (person: Api): Promise<void> => {
    const [name, value] = person.cookie.split('=') as [string, string];
    await context.addCookies([{ name, value, url: home.url }]);
  };
  await signedInAs(await administrator());
  const page = await context.newPage();
  const { problems } = watchPage(page);
  await page.goto(`${home.url}/admin`);
  await page
    .locator('.admin-row', { hasText: '120 指挥中心' })
    .getByText(/短信链接、自动电话/)
    .waitFor();
  await expectTidy(page, 'admin-1440-light-partners');
  await page.getByRole('button', { name: '新增合作中心' }).click();
  await page.getByLabel('管哪一片').click();
  await page.keyboard.type('樊城');
  await chooseOption(page, '樊城区');
  await page.getByLabel('名称').fill('襄阳急救中心二号');
  await page.getByLabel('电话', { exact: true }).fill('0710-3511234');
  await page.getByLabel('系统接口地址').fill('ftp://nowhere');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('http(s) 地址').waitFor();
  await page.getByLabel('系统接口地址').fill('https://ems.example/hook');
  await expectTidy(page, 'admin-1440-light-new-partner');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText(/^whsec_/).waitFor();
  await expectTidy(page, 'admin-1440-light-secret');
  await page.getByRole('button', { name: '抄好了' }).click();
  await page
    .locator('.admin-row', { hasText: '襄阳急救中心二号' })
    .getByText(/系统接口/)
    .waitFor();
  expect(await page.getByText(/whsec_/).count()).toBe(0);

  await page.getByRole('button', { name: '拨号线路' }).click();
  await page.getByLabel('被叫号码').fill('0710-3511 888');
  await page.getByRole('button', { name: '加上' }).click();
  await page.locator('.admin-row', { hasText: '+867103511888' }).getByText('红键').waitFor();
  await expectTidy(page, 'admin-1440-light-lines');

  await page.getByRole('button', { name: '升级策略' }).click();
  await page.getByText('出厂设置').first().waitFor();
  await expectTidy(page, 'admin-1440-light-ladders');
  await page.getByRole('button', { name: '修改' }).click();
  const second = page.getByLabel('急救 110/120 2 秒后找');
  await second.fill('25');
  await page.getByText('急救 110/120:后一步不能早于前一步').waitFor();
  expect(await page.getByRole('button', { name: '保存' }).isDisabled()).toBe(true);
  await second.fill('12');
  await page.getByText('急救 110/120:后一步不能早于前一步').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: '日间' }).click();
  await keepScreen(page, 'admin-1440-dark-ladders-changing');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('button', { name: '保存并生效' }).click();
  await page.getByText(/第 1 版 · /).waitFor();
  const { ladder } = (await (await administrator()).get('/api/policies')).body;
  expect(ladder.ladders[0].steps[1]).toEqual({ afterS: 12, who: 'supervisors' });

  // A rule of the weekend's nights in one street; that it would never hold is said before it is saved.
  await page.getByRole('button', { name: '分流规则' }).click();
  await page.getByText('其余的都走这条').waitFor();
  await page.getByRole('button', { name: '修改' }).click();
  await limitFirstRule(page, '清河口街道');
  await expectTidy(page, 'admin-1440-dark-routing-changing');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('button', { name: '保存并生效' }).click();
  await page.getByRole('button', { name: '修改' }).waitFor();
  const { routing } = (await (await administrator()).get('/api/policies')).body;
  expect(routing.rules[0]).toMatchObject({
    hours: { from: 18, to: 8 },
    days: [6, 7],
    region: expect.stringMatching(/^42\/.*\/$/),
  });
  for (const wrong of [{ region: '99/' }, { hours: { from: 8, to: 8 } }, { days: [8] }]) {
    const rules = [{ ...routing.rules[0], ...wrong }, ...routing.rules.slice(1)];
    expect((await (await administrator()).send('POST', '/api/policies/routing', { rules })).status).toBe(422);
  }

  await page.setViewportSize(PHONE);
  await expectTidy(page, 'admin-390-dark-routing');

  // A supervisor reads it; the numbers of units and all changes are the administrator's.
  await signedInAs(await signInDemo(home.url, home.demo(), 'sup1'));
  await page.setViewportSize(WIDE);
  await page.reload();
  await page.getByText('只看,不能改').waitFor();
  await page.locator('.admin-row', { hasText: '襄阳急救中心二号' }).waitFor();
  for (const name of ['新增合作中心', '修改', '拨号线路'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Ladders' }).click();
  await page.getByText('version 1').first().waitFor();
  await expectTidy(page, 'admin-1440-light-supervisor-english');
  // That an address of the wrong kind was refused is what was wanted.
  expect(problems.filter((one) => !one.includes('422'))).toEqual([]);
  await context.close();
});

test('the hospital’s own system takes a handoff by a signed webhook, when the operator chooses it', async () => {
  const id = await press(0, 'sos');
  await api.send('POST', `/api/incidents/${id}/claim`, { takeOver: '换人' });
  expect((await api.act(id, 'handoff', { to: 'hospital' })).status).toBe(200);
  const hospital = async (): Promise<{ state: string; seat: string }> =>
    (await api.get(`/api/incidents/${id}`)).body.handoffs.find((one: { to: string }) => one.to === 'hospital');
  await expect.poll(async () => (await hospital()).seat, { timeout: 30_000 }).toBe('急诊分诊台');
  expect((await hospital()).state).toMatch(/^(?:accepted|dispatched)$/);
});

test('the medical desk sees card and presses, advises, sends a medic, hands to 120', async () => {
  const medic = home.demo().accounts.find((one) => one.role === 'medic')!;
  const id = await press(await deviceIn(medic.region), 'medical');
  await api.send('POST', `/api/incidents/${id}/claim`, {});
  const desk = await openSide(medic.username, PHONE, 'dark');
  const row = desk.page.locator('.hand-row').first();
  await row.waitFor();
  await expectTidy(desk.page, 'medical-390-dark-queue');
  await row.tap();
  await desk.page.locator('.packet-first').waitFor();
  await expectTidy(desk.page, 'medical-390-dark-open');
  await desk.page.getByLabel('给医嘱').fill('让她平躺,别自己起来');
  await desk.page.getByRole('button', { name: '给医嘱' }).tap();
  await desk.page.getByText('坐席看到了').waitFor();
  const { timeline } = (await api.get(`/api/incidents/${id}`)).body as { timeline: { text: string }[] };
  expect(timeline.some((line) => line.text.includes('医嘱:让她平躺,别自己起来'))).toBe(true);
  await desk.page.getByRole('button', { name: '转 120' }).tap();
  await desk.page.getByRole('button', { name: '确认转 120' }).tap();
  await desk.page.getByText('120 已通知').waitFor();
  expect((await api.get(`/api/incidents/${id}`)).body).toMatchObject({
    state: 'claimed',
    handoffs: [{ to: '120', state: 'offered' }],
  });
  await desk.page.setViewportSize(WIDE);
  await expectTidy(desk.page, 'medical-1440-dark-open');
  expect(desk.problems).toEqual([]);
  await desk.context.close();
});
