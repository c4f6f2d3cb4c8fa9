import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { needFullChromium } from './full-chromium.ts';
import { goBack } from './go-back.ts';
import { until } from './until.ts';
import { facts, inWorld, report, signedInTabs, untilFacts, type World } from './world.ts';

const lock = 'sojourn:default';

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
    lock,
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

function waitsForLock(holder: Tab, waiters: number): Promise<boolean> {
  return holder.page.evaluate(
    async (name, count) =>
      (await navigator.locks.query()).pending?.filter((request) => request.name === name).length === count,
    lock,
    waiters,
  );
}

test('4 C4: a tab is frozen in the middle of a refresh, with the lock: another one gets a token, and both agree after the thaw', (context) =>
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

test('4 C1 C2: a page takes the lock, freezes and never gives it back: the wait is bounded, then the lock is taken by force', (context) =>
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
    expect(
      await tab.page.evaluate(
        () => window.harness.log.filter((e) => e.type === 'event' && e.name === 'lock_stolen').length,
      ),
    ).toBeLessThanOrEqual(1);
    await holder.thaw();
    expect(await timedRefresh(tab)).toBeLessThan(1000);
    report(`two tabs had their token after ${took.join(' and ')} ms, with a lock timeout of 1 s`);
  }));

test('4: a tab enters the back/forward cache while it is queued for the lock: those behind it get it as soon as it is free', (context) =>
  inWorld({}, async (world) => {
    needFullChromium(world, context);
    const [leaving, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
    const holder = await holdLock(world);
    await leaving.show();
    await leaving.page.evaluate(() => void window.harness.session.refresh().catch(() => {}));
    await until('one waits', () => waitsForLock(holder, 1));
    const getting = timedRefresh(other);
    await until('two wait', () => waitsForLock(holder, 2));
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
