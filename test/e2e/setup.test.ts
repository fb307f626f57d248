import { generateSync } from 'otplib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepScreen, launchChromium } from '#test/harness/chromium.ts';
import { openSignIn, pictureFailures } from '#test/harness/console.ts';
import { seriousFaults } from '#test/harness/page-probes.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

let home: PlatformHome;
let platform: RunningProcess;
let browser: Browser;

beforeAll(async () => {
  home = await createPlatformHome({ env: { DEMO: '0' } });
  [platform, browser] = await Promise.all([home.start(), launchChromium()]);
});
pictureFailures(() => browser);
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  home?.remove();
});

test('an empty platform asks for its first administrator, who then signs in with his second factor', async () => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto(home.url);
  await page.waitForURL('**/setup');
  await page.getByLabel('一次性代码').waitFor();
  await keepScreen(page, 'setup-1366');
  expect(await seriousFaults(page)).toEqual([]);

  const code = /设置码.*: (\S+)/.exec(platform.output())![1]!;
  await page.getByLabel('一次性代码').fill(code);
  await page.getByLabel('用户名').fill('chief');
  await page.getByLabel('您的姓名').fill('马晓东');
  await page.getByLabel('密码').fill('清河口的石榴树开花了');
  await page.keyboard.press('Enter');
  const secret = (await page.getByText(/^[A-Z2-7 ]{16,}$/).innerText()).replaceAll(/\s/g, '');
  await keepScreen(page, 'setup-1366-factor');
  await page.getByLabel('动态验证码').fill(generateSync({ secret }));
  await page.keyboard.press('Enter');
  await page.getByText('第一位管理员已建好').waitFor();
  await page.getByRole('link', { name: '去登录' }).click();
  await page.getByRole('button', { name: '登录' }).waitFor();
  await context.close();

  const entrance = await openSignIn(browser, home.url);
  await entrance.page.getByLabel('用户名').fill('chief');
  await entrance.page.getByLabel('密码').fill('不对的密码');
  await entrance.page.keyboard.press('Enter');
  await entrance.page.getByText('用户名或密码不对,请再试一次。').waitFor();
  await entrance.page.getByLabel('密码').fill('清河口的石榴树开花了');
  await entrance.page.keyboard.press('Enter');
  await entrance.page
    .getByLabel('动态验证码')
    .fill(generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 }));
  await entrance.page.keyboard.press('Enter');
  await entrance.page.getByText(/您的岗位是管理员/).waitFor();
  await keepScreen(entrance.page, 'sign-in-other-role');
  expect(entrance.problems).toEqual([]);
  await entrance.context.close();
});
