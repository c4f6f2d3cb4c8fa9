import { strict as assert } from 'node:assert';
import type { Page } from 'playwright-core';
import { button, card, fact, fits, sees, signIn, sawSignInForm } from './page-parts.ts';
import { tabsOf, type Scene } from './scene.ts';
import { until } from './stage.ts';

const endNotice = (page: Page, reason: string, timeout = 20_000): Promise<void> =>
  page.locator(`[data-reason="${reason}"]`).waitFor({ timeout });

/** Offline, signing out, the keyboard, and being away. */
export const leaving: Record<string, Scene> = {
  async 'Pull the plug'(stage, album) {
    const [page, other] = tabsOf(stage);
    await page.getByRole('switch', { name: /Unplug all tabs/ }).check();
    await sees(fact(page, 'Connection'), 'Offline', 30_000);
    await sees(fact(page, 'Access token'), 'Expired', 30_000);
    await sees(fact(page, 'Who'), 'Ada Lovelace');
    await album.take(
      page,
      'offline',
      'Unplugged for longer than the token lives: offline, expired, and still signed in.',
    );
    await other.reload();
    await sees(fact(other, 'Who'), 'Ada Lovelace');
    assert.equal(await sawSignInForm(other), false, 'Offline is not signed out.');
    await album.take(other, 'offline-reload', 'Reloaded without a network: still signed in.', { window: true });
  },

  async 'Sign out offline'(stage, album) {
    const tabs = tabsOf(stage);
    const [, second, third] = tabs;
    await card(second, 'Signed in as Ada Lovelace').getByRole('button', { name: 'Sign out', exact: true }).click();
    for (const tab of tabs) {
      await endNotice(tab, 'signed_out');
      await sees(tab.locator('.notice'), 'Waiting to tell the server');
    }
    assert.equal((await stage.journal()).requests['POST /revoke'] ?? 0, 0, 'The server cannot know yet.');
    await album.take(third, 'signed-out-offline', 'Signed out in another tab, offline: all tabs are out at once.');
  },

  async 'Back online'(stage, album) {
    const [page, second, third] = tabsOf(stage);
    await page.getByRole('switch', { name: /Unplug all tabs/ }).uncheck();
    for (const tab of [page, second, third]) await sees(tab.locator('.notice'), 'The server knows', 10_000);
    const told = (await stage.journal()).requests['POST /revoke'] ?? 0;
    assert.ok(told >= 1 && told <= 3, 'The server was told, by each tab once at most.');
    await album.take(third, 'server-knows', 'Plugged in again: the server was told.', { window: true });
    await page.reload();
    await endNotice(page, 'signed_out');
  },

  async 'By keyboard'(stage, album) {
    const [page] = tabsOf(stage);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('Tab');
    await sees(page.locator(':focus'), 'Skip to the session');
    await page.keyboard.press('Enter');
    await tabTo(page, /Grace Hopper/);
    await album.take(page, 'keyboard', 'Without a mouse: the focus is always to be seen.', { window: true });
    await page.keyboard.press('Enter');
    await sees(page.locator(':focus'), 'Sign in');
    await page.keyboard.press('Enter');
    await sees(fact(page, 'Who'), 'Grace Hopper');
    await tabTo(page, /^Sign out$/);
    await page.keyboard.press('Enter');
    await endNotice(page, 'signed_out');
    await sees(page.getByRole('status'), 'You signed out');
  },

  async 'Somebody else'(stage, album) {
    const [page, second] = tabsOf(stage);
    await signIn(page, 'Ada Lovelace');
    await sees(fact(second, 'Who'), 'Ada Lovelace');
    await second.getByText('Switch person').click();
    await button(second, 'Alan Turing').click();
    for (const tab of tabsOf(stage)) await sees(fact(tab, 'Who'), 'Alan Turing');
    await sees(page.locator('.log'), 'Ada Lovelace left, Alan Turing is here now');
    await album.take(page, 'somebody-else', 'Another person signed in in tab 2: every tab follows, and says so.');
  },

  async 'Nobody there'(stage, album) {
    const tabs = tabsOf(stage);
    const [page, second] = tabs;
    const question = (tab: Page) => tab.getByRole('alertdialog', { name: 'Still there?' });
    for (const tab of tabs) await question(tab).waitFor({ timeout: 60_000 });
    await sees(page.locator(':focus'), 'Stay signed in');
    assert.match(await page.title(), /still there\?/);
    await album.take(
      page,
      'idle',
      'Nobody was active: every tab asks, and the focus is on the answer that loses nothing.',
      {
        window: true,
      },
    );
    await album.take(page, 'idle-dark-narrow', 'The question in the dark, on a narrow screen.', {
      scheme: 'dark',
      width: 360,
      window: true,
    });
    await fits(page, 1280);
    await page.keyboard.press('Escape');
    for (const tab of tabs) await question(tab).waitFor({ state: 'detached' });
    for (const tab of tabs) await question(tab).waitFor({ timeout: 60_000 });
    await button(second, 'Stay signed in').click();
    for (const tab of tabs) await question(tab).waitFor({ state: 'detached' });
    await sees(fact(page, 'Who'), 'Alan Turing');
    for (const tab of tabs) await endNotice(tab, 'idle', 90_000);
    await album.take(page, 'idle-end', 'Nobody answered: signed out in every tab, with the reason.');
    await page.reload();
    await endNotice(page, 'idle');
    await until('the reason is the same in all tabs', async () => {
      const reasons = await Promise.all(tabs.map((tab) => tab.locator('.notice').getAttribute('data-reason')));
      return reasons.every((reason) => reason === 'idle');
    });
    await sees(card(page, 'Sign in'), 'Signed out because nobody was here');
  },
};

/** Presses Tab until the thing of that name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.locator(':focus').allInnerTexts();
    if (name.test(focused.join(' ').trim())) return;
  }
  throw new Error(`${String(name)} cannot be reached with the Tab key.`);
}
