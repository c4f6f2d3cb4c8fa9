import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { needFullChromium } from './full-chromium.ts';
import { goBack } from './go-back.ts';
import { until } from './until.ts';
import { facts, inWorld, report, signedInTabs, untilFacts, type OpenOptions, type World } from './world.ts';

const lockOf = ({ server }: World): string => `sojourn:default@${server.url}`;

/** A tab of the same site that takes the refresh lock and keeps it, as a hung or broken page does. */
async function holdLock(world: World): Promise<Tab> {
  const tab = await world.browser.open(`${world.app.url}/elsewhere.html`);
  await tab.page.evaluate(
    (name) =>
      new Promise<void>((taken) => {
        const held = new Promise((release) => Object.assign(window, { release }));
        navigator.locks
          .request(name, () => {
            taken();
            return held;
          })
          // Robbed of it: that is what the test is about.
          .catch(() => {});
      }),
    lockOf(world),
  );
  return tab;
}

/** Renews in a tab; answers how long that took. */
function timedRefresh(tab: Tab): Promise<number> {
  return tab.page.evaluate(async () => {
    const since = performance.now();
    await window.harness.session.refresh();
    return Math.round(performance.now() - since);
  });
}

/** How often a tab said that it took the lock by force. */
function timesStolen(tab: Tab): Promise<number> {
  return tab.page.evaluate(
    () => window.harness.log.filter((entry) => entry.type === 'event' && entry.name === 'lock_stolen').length,
  );
}

/** Takes the lock by force soon, and does not wait long for an answer that another tab may be waiting for. */
const impatient: OpenOptions = { session: { lockTimeout: '300ms', requestTimeout: '500ms' } };

function waitsForLock(world: World, holder: Tab, waiters: number): Promise<boolean> {
  return holder.page.evaluate(
    async (name, count) =>
      (await navigator.locks.query()).pending?.filter((request) => request.name === name).length === count,
    lockOf(world),
    waiters,
  );
}

test('C4: a tab is frozen in the middle of a refresh, with the lock: another one gets a token, and both agree after the thaw', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [frozen, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    // The server has not even begun when the tab freezes.
    await world.server.fault({ kind: 'delay', path: '/token', ms: 3000, times: 1 });
    await frozen.page.evaluate(() => void window.harness.session.refresh().catch(() => {}));
    await until('the refresh is on its way', async () => (await world.server.journal()).requests['POST /token'] === 1);
    await frozen.freeze();
    const tookMs = await timedRefresh(other);
    expect(await facts(other)).toMatchObject({ generation: 1, status: 'authenticated' });
    await until(
      'the late request is served',
      async () => (await world.server.journal()).answers['POST /token 200'] === 2,
    );
    await frozen.thaw();
    await untilFacts(frozen, { generation: 1, status: 'authenticated', refreshing: false });
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 1, replayed: 1 });
    expect(await frozen.page.evaluate(() => window.harness.call())).toBe(200);
    expect(tookMs).toBeLessThan(1000);
    report(`the other tab had its token after ${tookMs} ms`);
  }));

test('C1: a page takes the lock, freezes and never gives it back: the wait is bounded, then the lock is taken by force', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [tab, second] = (await signedInTabs(world, 2, { session: { lockTimeout: '1s' } })) as [Tab, Tab];
    const holder = await holdLock(world);
    await tab.show();
    await holder.freeze();
    // The bound: 1 s, a quarter of it as jitter twice, and a hidden tab's timers that come up to 1 s late.
    const took = await Promise.all([timedRefresh(tab), timedRefresh(second)]);
    for (const ms of took) expect(ms).toBeLessThan(2700);
    expect(took[0]).toBeGreaterThanOrEqual(1000);
    expect((await world.server.journal()).refreshes['rotated']).toBe(1);
    const stolen = (await timesStolen(tab)) + (await timesStolen(second));
    expect(stolen).toBeGreaterThanOrEqual(1);
    expect(stolen).toBeLessThanOrEqual(2);
    await holder.thaw();
    expect(await timedRefresh(tab)).toBeLessThan(1000);
    report(`two tabs had their token after ${took.join(' and ')} ms, with a lock timeout of 1 s`);
  }));

test('C2: a tab is robbed of the lock in the middle of its refresh: what it gets in the end is dropped, and nothing is thrown anywhere', () =>
  inWorld({}, async (world) => {
    const [victim] = (await signedInTabs(world, 1)) as [Tab];
    const thief = await world.open('impatient', impatient);
    await untilFacts(thief, { status: 'authenticated' });
    await world.server.fault({ kind: 'slow_answer', path: '/token', ms: 6000, times: 1 });
    await victim.page.evaluate(() => {
      const outcome = window.harness.session.refresh().then(() => 'done', String);
      Object.assign(window, { outcome });
    });
    await until('the server has committed', async () => (await world.server.journal()).refreshes['rotated'] === 1);
    await timedRefresh(thief);
    await timedRefresh(thief);
    await untilFacts(thief, { generation: 2 });
    const kept = await thief.page.evaluate(() => window.harness.stored());
    expect(await timesStolen(thief)).toBe(1);
    expect((await world.server.journal()).answers['POST /token 200']).toBe(2);

    // The victim's own answer comes now; it is one generation old.
    expect(await victim.page.evaluate(() => (window as unknown as { outcome: Promise<string> }).outcome)).toBe('done');
    await until('the late answer is out', async () => (await world.server.journal()).answers['POST /token 200'] === 3);
    expect(await victim.page.evaluate(() => window.harness.stored())).toEqual(kept);
    for (const tab of [victim, thief]) {
      expect(await facts(tab)).toMatchObject({ generation: 2, status: 'authenticated', refreshing: false });
      expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    }
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 2, replayed: 1 });
  }));

test('C7: a tab that leads is blocked in the middle of a refresh, another one takes over, the first wakes: still one rotation', () =>
  inWorld({}, async (world) => {
    const [leader] = (await signedInTabs(world, 1, impatient)) as [Tab];
    const next = await world.open('next', impatient);
    await untilFacts(next, { status: 'authenticated' });
    await until(
      'the leader follows the events',
      async () => ((await world.server.journal()).requests['GET /events'] ?? 0) > 0,
    );
    await world.server.fault({ kind: 'slow_answer', path: '/token', ms: 1000, times: 1 });
    const blockedMs = 4000;
    // In front, its thread stops right after the request is out; the answer comes meanwhile.
    await leader.show();
    const blocked = leader.page.evaluate(async (ms) => {
      const { session, log } = window.harness;
      const refresh = session.refresh().then(() => 'done', String);
      while (!log.some((entry) => entry.type === 'token_request' && entry.path === '/token'))
        await new Promise((resolve) => setTimeout(resolve));
      const end = performance.now() + ms;
      while (performance.now() < end);
      return refresh;
    }, blockedMs);
    await until('the server has committed', async () => (await world.server.journal()).refreshes['rotated'] === 1);
    const tookMs = await timedRefresh(next);
    expect(await facts(next)).toMatchObject({ generation: 1, status: 'authenticated' });
    await blocked;
    await untilFacts(leader, { generation: 1, status: 'authenticated', refreshing: false });
    const { refreshes } = await world.server.journal();
    expect(refreshes['rotated']).toBe(1);
    expect(refreshes['replayed'] ?? 0).toBeLessThanOrEqual(1);
    for (const tab of [leader, next]) expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    report(`the other tab had its token after ${tookMs} ms; ${JSON.stringify(refreshes)}`);
  }));

test('4: a tab enters the back/forward cache while it is queued for the lock: those behind it get it as soon as it is free', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [leaving, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    const holder = await holdLock(world);
    await leaving.show();
    await leaving.page.evaluate(() => void window.harness.session.refresh().catch(() => {}));
    await until('one waits', () => waitsForLock(world, holder, 1));
    const getting = timedRefresh(other);
    await until('two wait', () => waitsForLock(world, holder, 2));
    await leaving.page.goto(`${world.app.url}/elsewhere.html`);
    const releasedAt = Date.now();
    await holder.page.evaluate(() => (window as unknown as { release(): void }).release());
    await getting;
    const tookMs = Date.now() - releasedAt;
    expect(tookMs).toBeLessThan(1000);
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 1 });

    await goBack(leaving);
    await untilFacts(leaving, { generation: 1, status: 'authenticated', refreshing: false });
    expect(await leaving.page.evaluate(() => window.harness.call())).toBe(200);
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 1 });
    report(`the other tab had its token ${tookMs} ms after the lock was free`);
  }));
