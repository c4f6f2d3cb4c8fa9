import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { facts, inWorld, report, signedInTabs, untilFacts, failedRequests } from './world.ts';

/** Requests that a tab made before it knew who is signed in; and how long that took from the start of its script. */
async function startOf(tab: Tab): Promise<{ requests: string[]; ms: number }> {
  return tab.page.evaluate(() => {
    const { log } = window.harness;
    const known = log.findIndex((entry) => entry.type === 'state' && entry.status === 'authenticated');
    const requests = log.slice(0, known).flatMap((entry) => ('path' in entry ? [entry.path] : []));
    return { requests, ms: (log[known]?.at ?? NaN) - (log[0]?.at ?? NaN) };
  });
}

test('1: signed in after a reload, after all tabs were closed, and after the browser was restarted, without a request', () =>
  inWorld({}, async (world) => {
    const [tab] = (await signedInTabs(world, 1)) as [Tab];
    await tab.page.reload();
    await untilFacts(tab, { status: 'authenticated', user: 'user_ada', persistence: 'persistent' });
    const afterReload = await startOf(tab);
    await tab.close();
    const again = await world.open('again');
    const afterClose = await startOf(again);
    await world.browser.restart();
    const later = await world.open('later');
    const afterRestart = await startOf(later);
    expect(await facts(later)).toMatchObject({ status: 'authenticated', user: 'user_ada', generation: 0 });
    expect([afterReload, afterClose, afterRestart].map(({ requests }) => requests)).toEqual([[], [], []]);
    expect((await world.server.journal()).requests['POST /token']).toBeUndefined();
    expect(await later.page.evaluate(() => window.harness.call())).toBe(200);
    report(`signed in ${afterReload.ms}, ${afterClose.ms}, ${afterRestart.ms} ms after the script started`);
  }));

test('G1: offline, with a token that is over: signed in after a load and after the browser was restarted, without a request', () =>
  inWorld({ server: ['--access-ttl', '2s'] }, async (world) => {
    world.expectNoise(failedRequests);
    const [tab] = (await signedInTabs(world, 1)) as [Tab];
    await world.browser.setOffline(true);
    await untilFacts(tab, { freshness: 'expired' });
    const starts: Awaited<ReturnType<typeof startOf>>[] = [];
    for (let n = 0; n < 5; n++) {
      // Loaded from the browser's cache; a reload would ask the server of the app whether it is still good.
      await tab.page.goto(tab.page.url());
      await untilFacts(tab, { status: 'authenticated', user: 'user_ada', freshness: 'expired' });
      starts.push(await startOf(tab));
    }
    await world.browser.restart();
    const later = await world.open('1');
    const afterRestart = await startOf(later);
    expect(await facts(later)).toMatchObject({ status: 'authenticated', user: 'user_ada', freshness: 'expired' });
    expect([...starts, afterRestart].map(({ requests }) => requests)).toEqual([[], [], [], [], [], []]);
    const [, , median] = starts.map(({ ms }) => ms).sort((a, b) => a - b);
    expect(median).toBeLessThan(200);
    expect(await later.page.evaluate(() => window.harness.call())).toBe('offline');
    await world.browser.setOffline(false);
    await untilFacts(later, { freshness: 'fresh', connection: 'online' });
    expect(await later.page.evaluate(() => window.harness.call())).toBe(200);
    report(
      `offline: signed in ${median} ms after the script started (median of 5), ${afterRestart.ms} ms after a restart`,
    );
  }));
