// What there is to see and to press on the demo's page.
import type { Locator, Page } from 'playwright-core';
import { until } from './stage.ts';

/** A card by its title. */
export function card(page: Page, title: string): Locator {
  return page.locator('section.card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
}

export function button(page: Page, name: string | RegExp): Locator {
  return page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
}

/** One of the four facts at the top. */
export function fact(page: Page, name: string): Locator {
  return page.locator('.fact').filter({ hasText: name }).locator('dd');
}

export async function sees(where: Locator, text: string | RegExp, withinMs?: number): Promise<void> {
  await until(
    `"${String(text)}" in ${where.toString()}`,
    async () => {
      const shown = (await where.allInnerTexts()).join('\n');
      return typeof text === 'string' ? shown.includes(text) : text.test(shown);
    },
    withinMs,
  );
}

export async function sawSignInForm(page: Page): Promise<boolean> {
  return page.evaluate(() => (globalThis as { sawSignInForm?: boolean }).sawSignInForm === true);
}

export async function signIn(page: Page, name: string): Promise<void> {
  await button(page, new RegExp(name)).click();
  await button(page, 'Sign in').click();
  await sees(fact(page, 'Who'), name);
}

/** Opens another tab by the demo's own button. */
export async function openTab(page: Page): Promise<Page> {
  const [opened] = await Promise.all([page.context().waitForEvent('page'), button(page, 'Open another tab').click()]);
  await opened.waitForLoadState();
  return opened;
}

/** Number of the token a tab has; -1 for none. */
export async function generation(page: Page): Promise<number> {
  const text = await page.locator('.token .tag').innerText();
  return Number(/number (\d+)/.exec(text)?.[1] ?? -1);
}

/** The whole page is there to be read, without scrolling sideways. */
export async function fits(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  const wanted = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wanted > width) throw new Error(`The page is ${wanted} px wide in a window of ${width} px.`);
}
