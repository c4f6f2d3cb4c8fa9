import { strict as assert } from 'node:assert';
import { button, card, fact, fits, generation, openTab, sawSignInForm, sees, signIn } from './page-parts.ts';
import { tabsOf, type Scene } from './scene.ts';
import { until } from './stage.ts';

/** The first visit, signing in, and one refresh for all. */
export const arriving: Record<string, Scene> = {
  async 'Signed out'({ context, url }, album) {
    const page = await context.newPage();
    await page.goto(url);
    await sees(fact(page, 'Who'), 'Nobody');
    await sees(page.locator('.tab-name'), 'Tab 1');
    await album.take(page, 'signed-out', 'The first visit: three people to sign in as, and five things to try.');
    await album.take(page, 'signed-out-dark', 'The same in the dark.', { scheme: 'dark' });
    await fits(page, 360);
    await album.take(page, 'signed-out-narrow', 'The same on a narrow screen.', { width: 360 });
    await button(page, /Ada Lovelace/).click();
    await button(page, 'Sign in').and(page.locator(':focus')).waitFor();
    await page.getByLabel('Password').fill('wrong');
    await button(page, 'Sign in').click();
    await sees(page.getByRole('alert'), 'that name and password do not belong together');
    await album.take(page, 'wrong-password', 'A wrong password is said in plain words.', { window: true });
  },

  async 'Signed in'({ pages }, album) {
    const [page] = pages();
    assert(page);
    await signIn(page, 'Ada Lovelace');
    await sees(card(page, 'My devices'), 'this browser');
    await album.take(
      page,
      'signed-in',
      'Who is signed in and until when, the life of the token, the idle limit, devices.',
    );
  },

  async 'Three tabs'(stage, album) {
    const [page] = stage.pages();
    assert(page);
    for (const opened of [await openTab(page), await openTab(page)]) {
      await sees(fact(opened, 'Who'), 'Ada Lovelace');
      assert.equal(await sawSignInForm(opened), false, 'A tab of somebody who is signed in never shows the form.');
    }
    await sees(card(page, 'Open tabs').locator('tbody'), /Tab 1[^]*Tab 2[^]*Tab 3/);
    await album.take(page, 'three-tabs', 'Two more tabs: signed in at once, and no flash of the form.');
  },

  async 'One refresh serves all'(stage, album) {
    const tabs = tabsOf(stage);
    const before = (await stage.journal()).refreshes['rotated'] ?? 0;
    const from = Math.max(...(await Promise.all(tabs.map(generation))));
    for (const tab of tabs)
      await until('all tabs have the next token', async () => (await generation(tab)) === from + 1);
    const { refreshes } = await stage.journal();
    assert.equal(refreshes['rotated'], before + 1, 'One refresh for three tabs.');
    assert.equal(refreshes['replayed'] ?? 0, 0, 'And not one request more.');
    const [page] = tabs;
    await sees(card(page, 'Open tabs').locator('tfoot'), String(before + 1));
    await sees(page.locator('.proof'), 'drawn once');
    await album.take(page, 'one-refresh', 'One tab asked, all three have the new token. The person was drawn once.');
  },
};
