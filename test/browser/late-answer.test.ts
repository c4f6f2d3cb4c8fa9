import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { until } from './until.ts';
import { facts, failedRequests, inWorld, signedInTabs, signIn, untilFacts, type World } from './world.ts';

/** A refresh that the server has committed and will answer in a while. */
async function refreshUnderWay(world: World, tab: Tab): Promise<void> {
  await world.server.fault({ kind: 'slow_answer', path: '/token', ms: 1500, times: 1 });
  await tab.page.evaluate(() => void window.harness.session.refresh().catch(() => {}));
  await until('the server has committed', async () => (await world.server.journal()).refreshes['rotated'] === 1);
}

/** The answer has come, and the client has done with it what it does. */
async function untilAnswered(world: World, tab: Tab): Promise<void> {
  await until('the late answer is out', async () => (await world.server.journal()).answers['POST /token 200'] === 1);
  await until('it has arrived', () =>
    tab.page.evaluate(() => window.harness.log.some((entry) => entry.type === 'answer' && entry.path === '/token')),
  );
  // One that is under way is waited for; a new one does nothing for whoever is signed out.
  await tab.page.evaluate(() => window.harness.session.refresh().catch(() => {}));
}

test('A6: somebody signs out in another tab while a refresh is under way: its answer brings nobody back', () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const [refreshing, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await refreshUnderWay(world, refreshing);
    await other.page.evaluate(() => window.harness.session.signOut());
    await untilFacts(refreshing, { status: 'unauthenticated', endReason: 'signed_out' });
    await untilAnswered(world, refreshing);
    await until('the session is revoked', async () => (await world.server.journal()).events['session.revoked'] === 1);
    for (const tab of [refreshing, other])
      expect(await facts(tab)).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out', generation: null });
    expect(await other.page.evaluate(() => window.harness.stored())).toMatchObject({ record: { kind: 'ended' } });
  }));

test("A7: grace signs in while ada's refresh is under way: its answer does not bring ada back", () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const [refreshing, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await refreshUnderWay(world, refreshing);
    await signIn(other, 'grace');
    await untilFacts(refreshing, { user: 'user_grace' });
    await untilAnswered(world, refreshing);
    expect(await other.page.evaluate(() => window.harness.stored())).toMatchObject({
      record: { kind: 'live', user: { id: 'user_grace' } },
    });
    for (const tab of [refreshing, other]) {
      expect(await facts(tab)).toMatchObject({ status: 'authenticated', user: 'user_grace' });
      expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    }
    await until("ada's session is revoked", async () => (await world.server.journal()).events['session.revoked'] === 1);
  }));
