import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import mqtt, { type MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceEvent } from '#contracts/device.ts';
import { keepScreen, launchChromium, watchPage } from '#test/harness/chromium.ts';
import { startMosquitto, type Mosquitto } from '#test/harness/mosquitto.ts';
import { freePorts } from '#test/harness/ports.ts';

const ID = 'demo-0001';
const SAY = {
  received: '收到了,您别急,正给您叫人呢。',
  claimed: '我们的小李接到了,这就跟您说话。说不了也不要紧,我们会想法子。',
  arrived: '王师傅到门口了,起不来别硬撑,他会想法子进来。',
  resolved: '这回的事办好了,您歇着。白天黑夜,有事就按红键。',
};

describe('the page that is a box', () => {
  let broker: Mosquitto;
  let web: ViteDevServer;
  let browser: Browser;
  let platform: MqttClient;
  let address: string;
  let events: DeviceEvent[] = [];
  let online: boolean | undefined;
  const lanes = new Map<string, string>();

  beforeAll(async () => {
    broker = await startMosquitto({ persistent: true });
    platform = await mqtt.connectAsync(broker.url, { clientId: 'bridge-0', clean: false, reconnectPeriod: 100 });
    platform.on('message', (topic, payload) => {
      const body: unknown = JSON.parse(payload.toString());
      const [, , lane, device] = topic.split('/');
      lanes.set(device!, lane!);
      if (topic.endsWith('/event')) events.push(body as DeviceEvent);
      if (topic.endsWith('/status')) online = (body as { online: boolean }).online;
    });
    await platform.subscribeAsync('12349/v1/+/+/up/#', { qos: 1 });
    const [port] = await freePorts(1);
    web = await createServer({
      configFile: new URL('../../dispatcher-ui/vite.config.ts', import.meta.url).pathname,
      server: { port: port!, host: '127.0.0.1', strictPort: true, hmr: false },
      logLevel: 'error',
      // Stands in for the demo's answer; the page knows nothing else of the platform but the broker.
      plugins: [
        {
          name: 'demo-box',
          configureServer: (server) => {
            server.middlewares.use('/api/demo/box', (_request, response) => {
              response.setHeader('content-type', 'application/json');
              response.end(
                JSON.stringify({ id: ID, secret: 'x', lane: '7', mqttWsUrl: broker.wsUrl, resident: '王桂兰' }),
              );
            });
          },
        },
      ],
    });
    await web.listen();
    address = `http://127.0.0.1:${port}/device`;
    browser = await launchChromium();
    // The development server bundles the page's packages at the first look.
    const first = await browser.newPage();
    await first.goto(address);
    await first.getByRole('button', { name: '呼救' }).waitFor({ timeout: 90_000 });
    await first.close();
  });
  afterAll(async () => {
    await browser.close();
    await web.close();
    await platform.endAsync(true);
    await broker.remove();
  });
  beforeEach(() => {
    events = [];
  });

  async function openBox(
    options: Parameters<Browser['newContext']>[0] = { viewport: { width: 390, height: 844 }, hasTouch: true },
    query = '',
  ): Promise<Page> {
    const context = await browser.newContext({ locale: 'zh-CN', ...options });
    const page = await context.newPage();
    await page.goto(`${address}${query}`);
    await page.locator('.box-line[data-line="up"]').waitFor();
    return page;
  }
  const pressed = (type: string): DeviceEvent[] => [
    ...new Map(events.filter((event) => event.type === type).map((event) => [event.id, event])).values(),
  ];
  const tell = (stage: string, say: string, event: DeviceEvent, more: object = {}): Promise<unknown> =>
    platform.publishAsync(
      `12349/v1/7/${ID}/down/ack`,
      JSON.stringify({
        event: event.id,
        incident: 'i-1',
        stage,
        at: new Date().toISOString(),
        say,
        eta_s: null,
        who: null,
        ...more,
      }),
      { qos: 1 },
    );
  const command = (name: string, more: object = {}): Promise<unknown> =>
    platform.publishAsync(
      `12349/v1/7/${ID}/down/command`,
      JSON.stringify({
        id: `${name}-${Math.random()}`,
        command: name,
        at: new Date().toISOString(),
        incident: 'i-1',
        ...more,
      }),
      { qos: 1 },
    );
  async function until(what: () => boolean, ms = 20_000): Promise<void> {
    for (const end = Date.now() + ms; !what();) {
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('one touch calls, each step is shown as it becomes true', async () => {
    const page = await openBox();
    const { problems } = watchPage(page);
    await keepScreen(page, 'device-390-idle');
    const red = page.getByRole('button', { name: '呼救' });
    await red.dispatchEvent('pointerdown', { button: 0, isPrimary: true });
    await page.getByText('正在呼叫…').waitFor();
    expect(await red.getAttribute('data-sunk')).toBe('true');
    await keepScreen(page, 'device-390-calling');
    await until(() => pressed('sos').length === 1);
    const [call] = pressed('sos');
    expect(call).toMatchObject({ type: 'sos', key: 'red' });
    for (const [stage, say] of Object.entries(SAY)) {
      await tell(stage, say, call!);
      await page.getByText(say).waitFor();
      await keepScreen(page, `device-390-${stage}`);
    }
    expect(problems).toEqual([]);
    await page.context().close();
    await until(() => online === false);
  });

  test('a trembling finger is one press, keys of one press never two; a deliberate second press is a new event', async () => {
    const page = await openBox();
    const red = page.getByRole('button', { name: '呼救' });
    for (let n = 0; n < 4; n += 1) {
      await red.tap();
      await page.waitForTimeout(120);
    }
    await page.getByRole('button', { name: '我没事' }).tap();
    await page.waitForTimeout(700);
    await red.tap();
    await until(() => pressed('sos').length === 2);
    expect(pressed('cancel')).toEqual([]);
    await page.waitForTimeout(600);
    await page.getByRole('button', { name: '要服务' }).tap();
    await page.getByRole('button', { name: '找家人' }).tap();
    await page.getByRole('button', { name: '我没事' }).focus();
    await page.keyboard.press('Enter');
    await until(
      () => pressed('cancel').length === 1 && pressed('family').length === 1 && pressed('service').length === 1,
    );
    await page.context().close();
  });

  test('cut off it says so, keeps presses over a reload and sends them when the line is back', async () => {
    const page = await openBox();
    await broker.stop();
    await page.getByText('线路断了,一直在重连').waitFor();
    await page.getByRole('button', { name: '找家人' }).tap();
    await page.waitForTimeout(700);
    await page.getByRole('button', { name: '呼救' }).tap();
    await page.getByText('您按的已经记下').waitFor();
    await keepScreen(page, 'device-390-cut-off');
    await page.reload();
    await page.getByText('您按的已经记下').waitFor();
    await broker.start();
    await page.locator('.box-line[data-line="up"]').waitFor();
    await until(() => pressed('sos').length === 1 && pressed('family').length === 1);
    expect(events.findIndex((event) => event.type === 'sos')).toBeGreaterThanOrEqual(0);
    for (const event of [...pressed('sos'), ...pressed('family')]) await tell('received', SAY.received, event);
    await page.getByText(SAY.received).waitFor();
    expect(
      await page.evaluate(
        (key) => (JSON.parse(localStorage.getItem(key)!) as { unsent: unknown[] }).unsent,
        `box/${ID}`,
      ),
    ).toEqual([]);
    await page.context().close();
  });

  test('after 20 s without an answer it offers the telephone', async () => {
    const page = await openBox();
    await page.clock.install();
    await page.getByRole('button', { name: '呼救' }).tap();
    await page.clock.fastForward(21_000);
    const phone = page.getByRole('link', { name: '打电话 12349' });
    await phone.waitFor();
    expect(await phone.getAttribute('href')).toBe('tel:12349');
    await keepScreen(page, 'device-390-phone');
    await until(() => pressed('sos').length === 1);
    await tell('received', SAY.received, pressed('sos')[0]!);
    await phone.waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('an open line is answered with one touch, or with silence', async () => {
    const page = await openBox();
    await command('talk');
    await page.getByText('请说话').waitFor();
    await until(() => events.some((event) => event.detail?.['talk'] === 'opened'));
    await page.waitForTimeout(300);
    expect(events.some((event) => event.detail?.['talk'] === 'speech')).toBe(false);
    await page.getByRole('button', { name: '我听见了' }).tap();
    await until(() => events.some((event) => event.detail?.['talk'] === 'speech'));
    await command('hang_up');
    await page.getByRole('button', { name: '找家人' }).waitFor();
    await page.context().close();
  });

  test('quiet mode is dark: an empty sentence shows nothing and the keys still work', async () => {
    const page = await openBox();
    await page.getByRole('button', { name: '呼救' }).tap();
    await until(() => pressed('sos').length === 1);
    await tell('received', '', pressed('sos')[0]!);
    await page.locator('.box[data-dark="true"]').waitFor();
    expect(await page.locator('.box-says').innerText()).toBe('');
    await keepScreen(page, 'device-390-quiet');
    await page.waitForTimeout(600);
    await page.getByRole('button', { name: '呼救' }).tap();
    await until(() => pressed('sos').length === 2);
    expect(await page.locator('.box-says').innerText()).toBe('');
    await tell('resolved', '', pressed('sos')[0]!);
    await page.locator('.box[data-dark="false"]').waitFor();
    await page.context().close();
  });

  test('a second window of the same box waits for the first', async () => {
    const page = await openBox();
    const second = await page.context().newPage();
    await second.goto(address);
    await second.getByText('另一个窗口').waitFor();
    await page.close();
    await second.locator('.box-line[data-line="up"]').waitFor();
    expect(await second.getByText('另一个窗口').count()).toBe(0);
    await second.context().close();
  });

  test('at every size nothing scrolls or overlaps, text is at least 24 px and targets at least 60 px', async () => {
    const page = await openBox();
    await page.getByRole('button', { name: '呼救' }).tap();
    await until(() => pressed('sos').length === 1);
    await tell('received', SAY.received, pressed('sos')[0]!);
    await tell('claimed', SAY.claimed, pressed('sos')[0]!);
    await page.getByText(SAY.claimed).waitFor();
    for (const [width, height] of [
      [390, 844],
      [844, 390],
      [360, 640],
      [1280, 800],
      [800, 1280],
      [320, 568],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(100);
      await keepScreen(page, `device-${width}x${height}`);
      expect(await page.evaluate(measureFace), `${width}×${height}`).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect((await page.locator('.box-red').boundingBox())!.width).toBeCloseTo(0.6 * 390, 0);
    await page.context().close();
  });

  test('asks who it is where no demo answers, in English too, and finds its lane', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    await page.route('**/api/demo/box*', (route) => route.fulfill({ status: 404, body: '{}' }));
    await page.goto(`${address}?lang=en`);
    await page.getByLabel('Device id').fill('bridge-3');
    await page.getByLabel('Secret').fill('x');
    await page.getByLabel('Address of the line').fill(broker.wsUrl);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('Not an id or a topic').waitFor();
    await keepScreen(page, 'device-390-form');
    await page.getByLabel('Device id').fill('box-01');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.locator('.box-line[data-line="up"]').waitFor();
    await page.getByRole('button', { name: 'HELP' }).click();
    await until(() => pressed('sos').length === 1);
    expect(lanes.get('box-01')).toBe(createHash('sha256').update('box-01').digest('hex').charAt(0));
    await context.close();
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`axe finds nothing serious (${theme})`, async () => {
      const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
      await context.addInitScript((choice) => localStorage.setItem('theme', choice), theme);
      const page = await context.newPage();
      await page.goto(address);
      await page.locator('.box-line[data-line="up"]').waitFor();
      await keepScreen(page, `device-390-${theme}`);
      await page.addScriptTag({
        content: readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'),
      });
      const serious = await page.evaluate(async () => {
        const axe = (
          globalThis as unknown as {
            axe: { run(): Promise<{ violations: { impact: string; id: string; nodes: { html: string }[] }[] }> };
          }
        ).axe;
        const { violations } = await axe.run();
        return violations
          .filter((one) => ['serious', 'critical'].includes(one.impact))
          .map((one) => `${one.id}: ${one.nodes[0]?.html}`);
      });
      expect(serious).toEqual([]);
      await context.close();
    });
  }
});

/** Runs in the page: everything about the box's face that is not as screens.md wants it. */
function measureFace(): string[] {
  const wrong: string[] = [];
  const root = document.querySelector('.box')!;
  if (root.scrollHeight > root.clientHeight + 1 || root.scrollWidth > root.clientWidth + 1)
    wrong.push(`scrolls ${root.scrollWidth}×${root.scrollHeight}`);
  const says = document.querySelector('.box-says')!;
  if (says.scrollHeight > says.clientHeight + 1)
    wrong.push(`the sentence is cut: ${says.scrollHeight} > ${says.clientHeight}`);
  const keys = [...document.querySelectorAll('.box button, .box a')].map((key) => ({
    name: key.textContent,
    box: key.getBoundingClientRect(),
  }));
  for (const { name, box } of keys) {
    if (box.width < 60 || box.height < 60) wrong.push(`${name} is ${box.width}×${box.height}`);
    if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight)
      wrong.push(`${name} is outside`);
    const over = keys.find(
      (other) =>
        other.name !== name &&
        other.box.left < box.right &&
        box.left < other.box.right &&
        other.box.top < box.bottom &&
        box.top < other.box.bottom,
    );
    if (over) wrong.push(`${name} overlaps ${over.name}`);
  }
  const red = document.querySelector('.box-red')!.getBoundingClientRect();
  if (Math.abs(red.width - red.height) > 1) wrong.push('the red key is not round');
  for (const text of document.querySelectorAll('.box *')) {
    if (
      text.childElementCount === 0 &&
      text.textContent !== '' &&
      Number.parseFloat(getComputedStyle(text).fontSize) < 24
    )
      wrong.push(`small: ${text.textContent}`);
  }
  return wrong;
}
