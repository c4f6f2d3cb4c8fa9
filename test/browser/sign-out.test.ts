import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { until } from './until.ts';
import { failedRequests, inWorld, report, signedInTabs, untilFacts, type World } from './world.ts';

const seenWithinMs = 300;
const revokedWithinMs = 5000;

/** Signs out; answers the moment at which that was asked for. */
function signOut(tab: Tab): Promise<number> {
  return tab.page.evaluate(async () => {
    const at = Date.now();
    await window.harness.session.signOut();
    return at;
  });
}

/** When the tab showed the sign-out, and what it sent with a token after that. */
async function aftermath(tab: Tab): Promise<{ outAt: number; sent: unknown[] }> {
  await untilFacts(tab, { status: 'unauthenticated', endReason: 'signed_out' });
  return tab.page.evaluate(() => {
    const { log } = window.harness;
    const out = log.findIndex(
      (entry) => entry.type === 'state' && entry.status === 'unauthenticated' && entry.endReason,
    );
    return { outAt: log[out]?.at ?? NaN, sent: log.slice(out).filter((entry) => entry.type === 'token_request') };
  });
}

async function untilRevoked(world: World, withinMs: number): Promise<void> {
  const events = async (): Promise<Record<string, number>> => (await world.server.journal()).events;
  await until('the session is revoked', async () => (await events())['session.revoked'] === 1, withinMs);
}

test('I1: somebody signs out in one of 4 tabs that are all calling: the others follow, and send nothing with a token', () =>
  inWorld({}, async (world) => {
    const tabs = await signedInTabs(world, 4);
    for (const tab of tabs) await tab.page.evaluate(() => window.harness.keepCalling(2));
    await until('all are calling', () => new Set(world.app.requests.map(({ tab }) => tab)).size === 4);
    const at = await signOut(tabs[0] as Tab);
    const ends = await Promise.all(tabs.map(aftermath));
    const delays = ends.slice(1).map(({ outAt }) => outAt - at);
    for (const ms of delays) expect(ms).toBeLessThan(seenWithinMs);
    await untilRevoked(world, revokedWithinMs);
    const calls = world.app.requests.length;
    for (const tab of tabs) expect(await tab.page.evaluate(() => window.harness.call())).toBe('session_ended');
    expect((await Promise.all(tabs.map(aftermath))).map(({ sent }) => sent)).toEqual([[], [], [], []]);
    expect(world.app.requests.length).toBe(calls);
    const { record, outbox } = await (tabs[1] as Tab).page.evaluate(() => window.harness.stored());
    expect(record).toMatchObject({ kind: 'ended', reason: 'signed_out' });
    expect(JSON.stringify([record, outbox])).not.toMatch(/token/i);
    report(`3 tabs signed out ${delays.join(', ')} ms after it was asked for, after ${calls} calls`);
  }));

test('G7: somebody signs out without a network in one of 4 tabs: the others follow, and the server has the revocation soon after the network is back', () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const tabs = await signedInTabs(world, 4);
    await world.browser.setOffline(true);
    const at = await signOut(tabs[0] as Tab);
    const ends = await Promise.all(tabs.map(aftermath));
    const delays = ends.slice(1).map(({ outAt }) => outAt - at);
    for (const ms of delays) expect(ms).toBeLessThan(seenWithinMs);
    const { record, outbox } = await (tabs[0] as Tab).page.evaluate(() => window.harness.stored());
    expect([record?.kind, outbox.length]).toEqual(['ended', 1]);
    expect(record).not.toHaveProperty('refreshToken');
    const onlineAt = Date.now();
    await world.browser.setOffline(false);
    await untilRevoked(world, revokedWithinMs);
    const revokedMs = Date.now() - onlineAt;
    expect((await Promise.all(tabs.map(aftermath))).map(({ sent }) => sent)).toEqual([[], [], [], []]);
    await until(
      'the outbox is empty',
      async () => (await (tabs[0] as Tab).page.evaluate(() => window.harness.stored())).outbox.length === 0,
    );
    report(
      `3 tabs signed out ${delays.join(', ')} ms after it was asked for; revoked ${revokedMs} ms after the network was back`,
    );
  }));

test('G4: the network is gone and comes back without the browser noticing: the server has the revocation soon after', () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const [tab] = (await signedInTabs(world, 1)) as [Tab];
    await world.server.fault({ kind: 'cut', durationMs: 600_000 });
    await signOut(tab);
    await untilFacts(tab, { status: 'unauthenticated', endReason: 'signed_out' });
    await until(
      'it was tried',
      async () => ((await world.server.journal()).requests['POST /revoke'] ?? 0) >= 4,
      20_000,
    );
    await world.server.heal();
    const healedAt = Date.now();
    await untilRevoked(world, revokedWithinMs);
    const revokedMs = Date.now() - healedAt;
    expect(revokedMs).toBeLessThan(revokedWithinMs);
    report(`revoked ${revokedMs} ms after the server could be reached again`);
  }));

test.each([
  ['all tabs', async () => {}],
  ['all tabs and the browser', async (world: World) => world.browser.restart()],
])(
  'G7: signed out offline, then %s were closed: the server has the revocation soon after one is opened',
  (_, closeMore) =>
    inWorld({}, async (world) => {
      world.expectNoise(failedRequests);
      const tabs = await signedInTabs(world, 2);
      // Chromium forgets that a tab is offline a moment before it closes it.
      await world.server.fault({ kind: 'cut', durationMs: 600_000 });
      await world.browser.setOffline(true);
      await signOut(tabs[0] as Tab);
      for (const tab of tabs) await tab.close();
      await closeMore(world);
      await world.browser.setOffline(false);
      await world.server.heal();
      const openedAt = Date.now();
      const later = await world.open('later');
      await untilRevoked(world, revokedWithinMs);
      const revokedMs = Date.now() - openedAt;
      await untilFacts(later, { status: 'unauthenticated', endReason: 'signed_out' });
      expect(await later.page.evaluate(() => window.harness.shown)).toEqual([]);
      report(`revoked ${revokedMs} ms after a tab was opened`);
    }),
);
