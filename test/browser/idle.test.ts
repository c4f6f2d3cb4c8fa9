import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { until } from './until.ts';
import { facts, inWorld, report, signedInTabs, untilFacts } from './world.ts';

const idleMs = 4000;
const idle = ['--idle', '4s'];
/** Timers of hidden tabs fire up to a second late. */
const throttledMs = 1300;

/** Moments at which the tab went into a phase, or showed another deadline. */
function phases(tab: Tab): Promise<{ at: number; phase: string; deadline: number | null }[]> {
  return tab.page.evaluate(() => window.harness.log.flatMap((entry) => (entry.type === 'idle' ? [entry] : [])));
}

async function endedAt(tab: Tab): Promise<number> {
  await untilFacts(tab, { status: 'unauthenticated', endReason: 'idle' });
  return tab.page.evaluate(
    () => window.harness.log.find((entry) => entry.type === 'state' && entry.endReason === 'idle')?.at ?? NaN,
  );
}

function spread(moments: number[]): number {
  return Math.max(...moments) - Math.min(...moments);
}

test('J1: a person who is active in one tab only, for three times the limit, is warned in none', () =>
  inWorld({ server: idle }, async (world) => {
    const tabs = await signedInTabs(world, 3);
    const active = tabs[2] as Tab;
    const until3 = Date.now() + 3 * idleMs;
    for (let n = 0; Date.now() < until3; n++) {
      await active.page.mouse.move(10 + (n % 2) * 50, 20, { steps: 2 });
      await active.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    }
    const seen = (await Promise.all(tabs.map(phases))).flat();
    expect(seen.filter(({ phase }) => phase !== 'active')).toEqual([]);
    for (const tab of tabs) expect(await facts(tab)).toMatchObject({ status: 'authenticated', phase: 'active' });
    expect(await active.page.evaluate(() => window.harness.call())).toBe(200);
    const { requests } = await world.server.journal();
    expect(requests['POST /session/touch']).toBeGreaterThanOrEqual(3);
    report(`${requests['POST /session/touch']} touches in ${(3 * idleMs) / 1000} s`);
  }));

test('J2: warned together, extended together by a click, signed out together, refreshes or not', () =>
  inWorld({ server: [...idle, '--access-ttl', '1s'] }, async (world) => {
    const [crashing, ...tabs] = (await signedInTabs(world, 4)) as [Tab, Tab, Tab, Tab];
    await crashing.crash();
    await crashing.close();
    const front = tabs[2];
    for (const tab of tabs) await untilFacts(tab, { phase: 'warning' });
    const warned = await Promise.all(
      tabs.map(async (tab) => (await phases(tab)).find(({ phase }) => phase === 'warning')),
    );
    expect(new Set(warned.map((entry) => entry?.deadline)).size).toBe(1);
    const lateMs = warned.map((entry) => (entry?.at ?? NaN) - ((entry?.deadline ?? NaN) - idleMs / 2));
    for (const ms of lateMs) expect(ms).toBeLessThan(throttledMs);

    const clickedAt = Date.now();
    await front.page.mouse.click(50, 50);
    for (const tab of tabs) await untilFacts(tab, { phase: 'active' });
    const extended = await Promise.all(
      tabs.map(async (tab) => (await phases(tab)).findLast(({ phase }) => phase === 'active')),
    );
    expect(new Set(extended.map((entry) => entry?.deadline)).size).toBe(1);
    const extendedMs = extended.map((entry) => (entry?.at ?? NaN) - clickedAt);
    for (const ms of extendedMs) expect(ms).toBeLessThan(300);
    const deadline = extended[0]?.deadline ?? NaN;
    expect(deadline - clickedAt).toBeGreaterThanOrEqual(idleMs);
    const rotatedBefore = (await world.server.journal()).refreshes['rotated'] ?? 0;

    const ends = await Promise.all(tabs.map(endedAt));
    const { refreshes, events } = await world.server.journal();
    for (const at of ends) expect(at).toBeGreaterThanOrEqual(deadline);
    for (const at of ends) expect(at - deadline).toBeLessThan(throttledMs);
    expect(spread(ends)).toBeLessThan(300);
    // Tokens went on being renewed all the time, by themselves.
    expect((refreshes['rotated'] ?? 0) - rotatedBefore).toBeGreaterThanOrEqual(3);
    const over = async (): Promise<number> => {
      const { events: told } = await world.server.journal();
      return (told['session.revoked'] ?? 0) + (told['session.expired'] ?? 0);
    };
    await until('the server knows', async () => (await over()) === 1);
    expect(events['session.reuse_detected']).toBeUndefined();
    for (const tab of tabs) expect(await tab.page.evaluate(() => window.harness.call())).toBe('session_ended');
    report(
      `warned ${lateMs.join(', ')} ms late; extended after ${extendedMs.join(', ')} ms; ` +
        `ended ${ends.map((at) => at - deadline).join(', ')} ms after the deadline; ${JSON.stringify(refreshes)}`,
    );
  }));

test.each([
  ['every tab was closed', (tab: Tab) => tab.close()],
  ['the tab crashed', (tab: Tab) => tab.crash().then(() => tab.close())],
])('G8: %s for longer than the limit: signed out on return, before anything is shown', (_, close) =>
  inWorld({ server: idle }, async (world) => {
    const [tab] = (await signedInTabs(world, 1)) as [Tab];
    const deadline = (await facts(tab)).deadline ?? NaN;
    expect(await tab.page.evaluate(() => window.harness.shown.length)).toBeGreaterThan(0);
    await close(tab);
    await until('the limit has passed', () => Date.now() > deadline);
    const later = await world.open('later');
    expect(await facts(later)).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    const { shown, sent } = await later.page.evaluate(() => ({
      shown: window.harness.shown,
      sent: window.harness.log.filter((entry) => entry.type === 'token_request'),
    }));
    expect(shown).toEqual([]);
    expect(sent).toEqual([]);
  }),
);
