import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { seededRandom } from './seeded-random.ts';
import { until } from './until.ts';
import { facts, failedRequests, inWorld, report, signedInTabs, untilFacts, type World } from './world.ts';

const lasting = { durationMs: 600_000 };

/** Whether a tab ever showed that nobody is signed in, since it knew that somebody is. */
function lostSession(tab: Tab): Promise<boolean> {
  return tab.page.evaluate(() => {
    const { log } = window.harness;
    const known = log.findIndex((entry) => entry.type === 'state' && entry.status === 'authenticated');
    return log.slice(known).some((entry) => entry.type === 'state' && entry.status !== 'authenticated');
  });
}

async function refreshes(world: World): Promise<Record<string, number>> {
  return (await world.server.journal()).refreshes;
}

test('B1: 8 tabs, tokens of 3 seconds and 60 seconds of random reloads: few refreshes, no reuse, all signed in', () =>
  inWorld({ server: ['--access-ttl', '3s'] }, async (world) => {
    const { seed, random } = seededRandom();
    report(`seed ${seed} (SOJOURN_SEED=${seed} repeats it)`);
    const startedAt = Date.now();
    const tabs = await signedInTabs(world, 8, { session: { refreshLead: '1s' } });
    let reloads = 0;
    const losses: boolean[] = [];
    while (Date.now() - startedAt < 60_000) {
      await wait(100 + random() * 900);
      const tab = tabs[Math.floor(random() * tabs.length)] as Tab;
      losses.push(await lostSession(tab));
      await tab.page.reload();
      reloads += 1;
      const caller = tabs[Math.floor(random() * tabs.length)] as Tab;
      expect(await caller.page.evaluate(() => window.harness.call())).toBe(200);
    }
    for (const tab of tabs) losses.push(await lostSession(tab));
    for (const tab of tabs) await untilFacts(tab, { status: 'authenticated', user: 'user_ada' });
    const { refreshes: decided, events, requests } = await world.server.journal();
    const seconds = (Date.now() - startedAt) / 1000;
    // A token of 3 s is renewed 1 s before its end, and up to a tenth of its life (0.3 s) earlier: at most every 1.7 s.
    const most = Math.floor(seconds / 1.7) + 1;
    report(
      `${seconds.toFixed(0)} s, ${reloads} reloads: ${JSON.stringify(decided)} (at most ${most}), ${requests['POST /token']} requests`,
    );
    expect(decided['rotated']).toBeLessThanOrEqual(most);
    expect(decided['rotated']).toBeGreaterThanOrEqual(Math.floor(seconds / 3) - 1);
    // Only a reload in the middle of a refresh makes somebody else ask again.
    expect(requests['POST /token']).toBeLessThanOrEqual((decided['rotated'] ?? 0) + reloads);
    expect(Object.keys(decided).filter((name) => name !== 'rotated' && name !== 'replayed')).toEqual([]);
    expect(Object.keys(events).filter((name) => name !== 'session.created' && name !== 'session.refreshed')).toEqual(
      [],
    );
    expect(losses).not.toContain(true);
    expect(world.app.requests.filter((request) => request.isExpired || request.status !== 200)).toEqual([]);
  }));

test('D3: 20 reloads, each 10 to 80 ms after a refresh started: still signed in, no reuse', () =>
  inWorld({}, async (world) => {
    const { seed, random } = seededRandom();
    report(`seed ${seed} (SOJOURN_SEED=${seed} repeats it)`);
    const [tab] = (await signedInTabs(world, 1)) as [Tab];
    await world.server.fault({ kind: 'delay', path: '/token', ms: 30, ...lasting });
    await world.server.fault({ kind: 'slow_answer', path: '/token', ms: 60, ...lasting });
    for (let n = 0; n < 20; n++) {
      const requests = (await world.server.journal()).requests['POST /token'] ?? 0;
      await tab.page.evaluate(() => void window.harness.session.refresh().catch(() => {}));
      await until(
        'the refresh is on its way',
        async () => ((await world.server.journal()).requests['POST /token'] ?? 0) > requests,
      );
      await wait(10 + random() * 70);
      await tab.page.reload();
      await untilFacts(tab, { status: 'authenticated', user: 'user_ada' });
    }
    await world.server.heal();
    await tab.page.evaluate(() => window.harness.session.refresh());
    const decided = await refreshes(world);
    report(JSON.stringify(decided));
    expect(Object.keys(decided).filter((name) => name !== 'rotated' && name !== 'replayed')).toEqual([]);
    expect(decided['replayed']).toBeGreaterThan(0);
    expect((await facts(tab)).generation).toBe(decided['rotated']);
  }));

/** The second tab goes on where the crashed one was, with the one and only successor. */
async function expectSameSuccessor(world: World, second: Tab, third: Tab): Promise<void> {
  await untilFacts(third, { generation: 1 });
  const decided = await refreshes(world);
  expect(decided).toEqual({ rotated: 1, replayed: decided['replayed'] });
  expect(decided['replayed']).toBeGreaterThanOrEqual(1);
  // It can be rotated in its turn.
  await third.page.evaluate(() => window.harness.session.refresh());
  await untilFacts(second, { generation: 2, status: 'authenticated' });
  expect(await refreshes(world)).toEqual({ ...decided, rotated: 2 });
  for (const tab of [second, third]) expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
}

test('D1: the server commits a rotation, the tab crashes before it has the answer: the next in line goes on with the same successor', () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const [asking, second, third] = (await signedInTabs(world, 3)) as [Tab, Tab, Tab];
    await world.server.fault({ kind: 'slow_answer', ms: 60_000, path: '/token', times: 1 });
    await asking.page.evaluate(() => void window.harness.session.refresh().catch(() => {}));
    await until('the server has committed', async () => (await refreshes(world))['rotated'] === 1);
    expect(await second.page.evaluate(() => window.harness.stored())).toMatchObject({ record: { generation: 0 } });
    const going = second.page.evaluate(() => window.harness.session.refresh());
    const crashedAt = Date.now();
    await asking.crash();
    await going;
    const tookMs = Date.now() - crashedAt;
    expect(tookMs).toBeLessThan(2000);
    await expectSameSuccessor(world, second, third);
    await asking.close();
    report(`the second tab had its token ${tookMs} ms after the crash`);
  }));

test('D1: the server commits a rotation and drops every answer, then the tab crashes: another one goes on with the same successor', () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const [asking, second, third] = (await signedInTabs(world, 3)) as [Tab, Tab, Tab];
    // All of them: Chromium by itself sends a request once more when a connection that it had kept alive breaks.
    await world.server.fault({ kind: 'drop', path: '/token', ...lasting });
    await asking.page.evaluate(() => void window.harness.session.refresh().catch(() => {}));
    await until('the server has committed', async () => (await refreshes(world))['rotated'] === 1);
    expect(await second.page.evaluate(() => window.harness.stored())).toMatchObject({ record: { generation: 0 } });
    await asking.crash();
    await world.server.heal();
    await second.page.evaluate(() => window.harness.session.refresh());
    await expectSameSuccessor(world, second, third);
    await asking.close();
  }));
