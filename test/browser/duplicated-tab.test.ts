import { expect, test } from 'vitest';
import type { Page } from 'puppeteer-core';
import type { Tab } from './browser.ts';
import { until } from './until.ts';
import { inWorld, signedInTabs, signIn, untilFacts } from './world.ts';

/** What a browser does when a tab is duplicated, and when a link opens in a new tab with its opener: sessionStorage is copied. */
async function duplicate({ page }: Tab): Promise<Page> {
  const opened = new Promise<Page | null>((resolve) => page.once('popup', resolve));
  await page.evaluate(() => void window.open(location.href, '_blank'));
  const copy = await opened;
  if (!copy) throw new Error('No tab was opened.');
  await until('the app is there', () => copy.evaluate(() => window.harness?.session.getState().status !== 'loading'));
  return copy;
}

const asTab = (tab: Tab, page: Page): Tab => ({ ...tab, page });

/** Everything in the sessionStorage of a tab. */
function kept({ page }: Tab): Promise<Record<string, string>> {
  return page.evaluate(() => Object.fromEntries(Object.entries<string>(sessionStorage)));
}

test('B6: a duplicated tab with a session of its own gets an id of its own: neither has the tokens of the other, also after reloads', () =>
  inWorld({}, async (world) => {
    const [first] = (await signedInTabs(world, 1, { session: { persistence: 'tab' } })) as [Tab];
    const second = asTab(first, await duplicate(first));
    const [one, two] = [await kept(first), await kept(second)];
    expect(Object.keys(one)).toEqual([`sojourn:default@${world.server.url}:tab`]);
    expect(Object.keys(two)).toEqual(Object.keys(one));
    expect(Object.values(two)).not.toEqual(Object.values(one));
    await untilFacts(second, { status: 'unauthenticated', endReason: null, persistence: 'tab' });
    await signIn(second, 'grace');
    for (let round = 0; round < 2; round++) {
      for (const tab of [first, second]) await tab.page.evaluate(() => window.harness.session.refresh());
      for (const tab of [second, first]) await tab.page.reload();
      await untilFacts(first, { status: 'authenticated', user: 'user_ada', generation: round + 1 });
      await untilFacts(second, { status: 'authenticated', user: 'user_grace', generation: round + 1 });
    }
    expect([await kept(first), await kept(second)]).toEqual([one, two]);
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 4 });
  }));

test('B6: a duplicated tab hears the tab it came from, and is heard by it', () =>
  inWorld({}, async (world) => {
    const [first] = (await signedInTabs(world, 1)) as [Tab];
    const second = asTab(first, await duplicate(first));
    await untilFacts(second, { status: 'authenticated', user: 'user_ada' });
    await first.page.evaluate(() => window.harness.session.refresh());
    await untilFacts(second, { generation: 1 });
    await second.page.evaluate(() => window.harness.session.refresh());
    await untilFacts(first, { generation: 2 });
    await second.page.evaluate(() => window.harness.session.signOut());
    await untilFacts(first, { status: 'unauthenticated', endReason: 'signed_out' });
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 2 });
  }));
