import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { needFullChromium } from './full-chromium.ts';
import { inWorld, report, signedInTabs, type OpenOptions, type World } from './world.ts';

const hour = 3_600_000;

/** Without the event stream: it connects at some moment of its own, which may be the one in which the machine falls asleep. */
const sleeper: OpenOptions = { fakeClock: true, session: { liveEvents: false } };

/** Lets time pass while the machine sleeps: wall clocks go on, everything else stands still. */
async function sleep(world: World, tabs: Tab[], ms: number): Promise<void> {
  for (const tab of tabs) await tab.page.evaluate((slept) => window.harness.clock?.sleep(slept), ms);
  world.app.pass(ms);
  await world.server.pass(ms);
}

test('F1: the machine sleeps for 9 hours, then 4 tabs call at once: one refresh, no expired token is used', () =>
  inWorld({ server: ['--idle', '24h', '--absolute', '48h'] }, async (world) => {
    const tabs = await signedInTabs(world, 4, sleeper);
    await sleep(world, tabs, 9 * hour);
    const answers = await Promise.all(tabs.map((tab) => tab.page.evaluate(() => window.harness.call())));
    expect(answers).toEqual([200, 200, 200, 200]);
    const { refreshes } = await world.server.journal();
    expect(refreshes).toEqual({ rotated: 1 });
    expect(world.app.requests.map(({ isExpired, status }) => ({ isExpired, status }))).toEqual(
      tabs.map(() => ({ isExpired: false, status: 200 })),
    );
    report(JSON.stringify(refreshes));
  }));

test('F3: the timers of a hidden tab come a minute late, its tokens live 50 seconds: it never uses one that is over', () =>
  inWorld({ server: ['--access-ttl', '50s'] }, async (world) => {
    const [tab] = (await signedInTabs(world, 1, sleeper)) as [Tab];
    for (let minute = 0; minute < 10; minute++) {
      await sleep(world, [tab], 60_000);
      expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
      await tab.page.evaluate(() => window.harness.clock?.advance(0));
    }
    expect(world.app.requests.filter(({ isExpired, status }) => isExpired || status !== 200)).toEqual([]);
    const { refreshes } = await world.server.journal();
    expect(refreshes).toEqual({ rotated: 10 });
  }));

test('F3: a hidden tab keeps calling for several lives of its token: it never uses one that is over', (context) =>
  inWorld({ server: ['--access-ttl', '2s'] }, async (world) => {
    needFullChromium(world, context);
    const [hidden] = (await signedInTabs(world, 2)) as [Tab, Tab];
    expect(await hidden.page.evaluate(() => document.visibilityState)).toBe('hidden');
    const end = Date.now() + 7000;
    while (Date.now() < end) expect(await hidden.page.evaluate(() => window.harness.call())).toBe(200);
    expect(world.app.requests.filter(({ isExpired, status }) => isExpired || status !== 200)).toEqual([]);
    report(`${world.app.requests.length} calls; ${JSON.stringify((await world.server.journal()).refreshes)}`);
  }));
