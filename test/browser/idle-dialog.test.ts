import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { button, signIn } from '../../scripts/tour/page-parts.ts';
import { openStage } from '../../scripts/tour/stage.ts';
import { expectConsole } from '../support/expect-console.ts';

/** What axe finds wrong on the page as it is, by all its rules for WCAG 2.2, level AA. */
async function barriers(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() => {
    const { axe: checker } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    return checker.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  });
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' ')}`,
  );
}

test('J9: the demo asks in a dialog that keyboards and screen readers can use, and the answer puts the focus back', async () => {
  expectConsole('log', /Chromium/i);
  const stage = await openStage('20s');
  try {
    const page = await stage.context.newPage();
    await page.goto(stage.url);
    await page.addScriptTag({ content: axe.source });
    expect(await barriers(page)).toEqual([]);
    await signIn(page, 'Ada Lovelace');
    expect(await barriers(page)).toEqual([]);
    const before = button(page, 'Open another tab');
    await before.focus();

    const question = page.getByRole('alertdialog', { name: 'Still there?' });
    await question.waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await barriers(page)).toEqual([]);
    }
    expect(await page.locator(':focus').innerText()).toBe('Stay signed in');
    expect(await question.evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
    const description = await question.getAttribute('aria-describedby');
    expect(await page.locator(`#${description}`).innerText()).toContain('you will be signed out');
    expect(await question.locator('[aria-live=assertive]').textContent()).toMatch(/signed out in \d+ seconds or less/);
    for (let presses = 0; presses < 5; presses++) {
      await page.keyboard.press('Tab');
      const isOutside = await page.evaluate(() => {
        const { activeElement, body } = document;
        return activeElement !== body && activeElement?.closest('dialog') === null;
      });
      expect(isOutside).toBe(false);
    }

    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(await before.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.locator('.fact').first().innerText()).toContain('Ada Lovelace');
    await question.waitFor();
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    expect(stage.complaints).toEqual([]);
  } finally {
    await stage.close();
  }
});
