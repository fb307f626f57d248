import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The list that is open. */
const openList = (page: Page): Locator => page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)');

/** Takes an option of the list that is open, once it is there: regions are asked for when the form opens. */
export const chooseOption = (page: Page, title: string): Promise<void> =>
  openList(page).getByTitle(title, { exact: true }).click();

/**
 * On the page of rules that are being changed: the first holds from then on in the nights of the weekend and in one
 * street. That it would never hold is said on the way, and keeps it from being saved.
 */
export async function limitFirstRule(page: Page, street: string): Promise<void> {
  const rule = page.locator('.admin-rules > li').first();
  const pick = async (label: string, ...titles: string[]): Promise<void> => {
    await rule.getByLabel(label).click();
    for (const title of titles) await chooseOption(page, title);
    await page.keyboard.press('Escape');
    // It fades out: the next list must be the only one.
    await openList(page).waitFor({ state: 'hidden' });
  };
  await rule.getByText('只在几点之间').click();
  await pick('到几点', '8 点');
  await page.getByText('第 1 条:从几点到几点不能是同一个钟点').waitFor();
  expect(await page.getByRole('button', { name: '保存' }).isDisabled()).toBe(true);
  await pick('从几点', '18 点');
  await pick('哪几天', '周日', '周六');
  await rule.getByLabel('哪一片').click();
  await page.keyboard.type(street);
  await chooseOption(page, street);
  await rule.getByText(`18 点到次日 8 点 · 周六、周日 · 只在${street}`).waitFor();
  await page.mouse.move(5, 5);
}
