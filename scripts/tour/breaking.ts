import { strict as assert } from 'node:assert';
import type { Page } from 'playwright-core';
import { button, card, fact, fits, generation, sees, signIn } from './page-parts.ts';
import { tabsOf, type Scene } from './scene.ts';
import { until } from './stage.ts';

async function refreshed(page: Page, from: number): Promise<void> {
  await until(`a token after number ${from}`, async () => (await generation(page)) > from, 30_000);
}

async function setServer(page: Page, mode: string): Promise<void> {
  const option = card(page, 'Break something').getByRole('radio', { name: mode, exact: true });
  // The radio itself is drawn over by its label.
  await option.check({ force: true });
  await until(`the server is set to ${mode}`, () => option.isChecked());
}

/** Everything that can be broken, and that it breaks nobody's session. */
export const breaking: Record<string, Scene> = {
  async 'A lost answer'(stage, album) {
    const [page] = tabsOf(stage);
    await signIn(page, 'Ada Lovelace');
    const { refreshes } = await stage.journal();
    const from = await generation(page);
    await button(page, 'Lose the answer to the next refresh').click();
    await sees(card(page, 'Break something'), 'The next answer gets lost');
    // Whether the browser repeats the request by itself or the client does: nobody notices but the server.
    await button(page, 'Refresh now').click();
    await refreshed(page, from);
    const after = (await stage.journal()).refreshes;
    assert.equal(after['rotated'], (refreshes['rotated'] ?? 0) + 1, 'The server rotated once.');
    assert.equal(after['replayed'], (refreshes['replayed'] ?? 0) + 1, 'And gave the same successor again.');
    await album.take(
      page,
      'lost-answer',
      'The server renewed, the answer was lost: asked again, the same successor comes.',
    );
  },

  async 'A server in trouble'(stage, album) {
    const [page] = tabsOf(stage);
    for (const [mode, shown] of [
      ['Error 500', 'Server in trouble'],
      ['Limit 429', 'Server in trouble'],
      ['Web page', 'Server in trouble'],
      ['Down', 'Offline'],
    ] as const) {
      await setServer(page, mode);
      await until(`${shown} in mode ${mode}`, async () => {
        const retry = button(page, 'Refresh now');
        if (await retry.isEnabled()) await retry.click();
        return (await fact(page, 'Connection').innerText()).includes(shown);
      });
      await sees(fact(page, 'Who'), 'Ada Lovelace');
    }
    await album.take(page, 'server-down', 'Errors, limits, somebody else’s web page, nothing at all: still signed in.');
    await album.take(page, 'server-down-dark', 'The same in the dark.', { scheme: 'dark' });
    await card(page, 'Break something').getByRole('button', { name: 'Back to normal' }).click();
    await sees(fact(page, 'Connection'), 'Online', 40_000);
  },

  async 'A wrong clock'(stage, album) {
    const [page, second] = tabsOf(stage);
    const faults = card(second, 'Break something');
    await faults.getByRole('radio', { name: '10 min fast' }).check({ force: true });
    await sees(card(page, 'Open tabs'), 'clock +10 min');
    const from = await generation(second);
    await refreshed(second, from);
    for (const tab of tabsOf(stage)) await sees(fact(tab, 'Who'), 'Ada Lovelace');
    await album.take(page, 'wrong-clock', 'The clock of tab 2 is ten minutes fast: it is told from the server’s time.');
    await faults.getByRole('radio', { name: 'Right' }).check({ force: true });
    await sees(card(page, 'Open tabs'), /^(?![^]*clock)/);
  },

  async 'Killed in mid-refresh'(stage, album) {
    const [page, , third] = tabsOf(stage);
    await until(
      'the session goes on',
      async () => (await fact(third, 'Access token').innerText()).includes('Fresh'),
      40_000,
    );
    const from = await generation(page);
    const { refreshes } = await stage.journal();
    await button(third, 'Kill in mid-refresh').click();
    await until('the tab is gone', async () => third.isClosed() || third.url().endsWith('gone.html'));
    await refreshed(page, from);
    const after = (await stage.journal()).refreshes;
    assert.equal(after['rotated'], (refreshes['rotated'] ?? 0) + 1, 'The server rotated once, for the tab that died.');
    assert.equal(after['ended:reuse_detected'] ?? 0, 0, 'Nobody was taken for a thief.');
    await sees(card(page, 'Open tabs'), 'No answer', 30_000);
    await album.take(page, 'killed', 'A tab was killed between the server’s doing and its answer: the others go on.');
  },

  async Devices(stage, album) {
    const [page] = stage.pages();
    assert(page);
    const devices = card(page, 'My devices');
    await button(page, 'Add a pretend device').click();
    await sees(devices, 'A pretend device');
    await album.take(page, 'devices', 'Another device of the same person, and the ways to sign it out.');
    await devices
      .getByRole('button', { name: /^Sign out Chrome|^Sign out .* on / })
      .first()
      .click();
    await until('the device is gone', async () => !(await devices.innerText()).includes('A pretend device'));
    await button(page, 'Send ten at once').click();
    await sees(card(page, 'Call the API'), '10 of 10 worked');
    await fits(page, 360);
    await album.take(page, 'signed-in-narrow', 'Everything on a narrow screen.', { width: 360 });
    await album.take(page, 'signed-in-dark', 'Everything in the dark.', { scheme: 'dark' });
    await album.take(page, 'signed-in-tablet', 'Everything on a tablet.', { width: 820 });
    await button(page, 'Sign out everywhere').click();
    await page.locator('[data-reason]').waitFor();
    await sees(fact(page, 'Who'), 'Nobody');
  },
};
