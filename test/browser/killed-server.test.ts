import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { signInOverHttp, type HttpClient } from './http-client.ts';
import { until } from './until.ts';
import { facts, failedRequests, inWorld, report, signedInTabs, untilFacts } from './world.ts';

const workers = 4;

/** Signs in and refreshes over and over, until the server stops answering. */
function load(server: string): { clients: HttpClient[]; ended: Promise<void> } {
  const clients: HttpClient[] = [];
  let isUp = true;
  const work = async (): Promise<void> => {
    while (isUp) {
      try {
        const client = await signInOverHttp(server);
        clients.push(client);
        for (let n = 0; n < 3 && isUp; n++) expect(await client.refresh()).toBe(200);
      } catch (error) {
        // Whoever asked when it was killed has no answer. Anything else is a failure.
        if (!(error instanceof TypeError)) throw error;
        isUp = false;
      }
    }
  };
  return { clients, ended: Promise.all(Array.from({ length: workers }, work)).then(() => undefined) };
}

test('9: the SQLite server is killed under load: after its restart every session it acknowledged is there, every tab goes on', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-killed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const server = ['--store', `sqlite:${path.join(folder, 'sessions.db')}`, '--access-ttl', '2s', '--no-limits'];
  return inWorld({ server }, async (world) => {
    world.expectNoise(failedRequests);
    const tabs = await signedInTabs(world, 3);
    for (const tab of tabs) await tab.page.evaluate(() => window.harness.keepCalling(1));
    const { clients, ended } = load(world.server.url);
    await until('there are sessions', () => clients.length >= 40, 60_000);
    await world.server.kill();
    await ended;
    const acknowledged = clients.reduce((sum, client) => sum + client.acknowledged(), 0);
    for (const tab of tabs) await untilFacts(tab, { freshness: 'expired' });
    const before = await Promise.all(tabs.map(facts));

    await world.server.restart();
    const restartedAt = Date.now();
    const answers = await Promise.all(clients.map((client) => client.refresh()));
    expect(answers.filter((status) => status !== 200)).toEqual([]);
    for (const tab of tabs)
      await untilFacts(tab, { status: 'authenticated', freshness: 'fresh', connection: 'online' });
    const tookMs = Date.now() - restartedAt;
    for (const [index, tab] of tabs.entries()) {
      await tab.page.evaluate(() => window.harness.stopCalls());
      expect((await facts(tab)).generation).toBeGreaterThan(before[index]?.generation ?? NaN);
      expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
      const states = await tab.page.evaluate(() =>
        window.harness.log.flatMap((e) => (e.type === 'state' ? [e.status] : [])),
      );
      expect(states.lastIndexOf('unauthenticated')).toBeLessThan(states.indexOf('authenticated'));
    }
    const { refreshes, events } = await world.server.journal();
    expect(events['session.reuse_detected']).toBeUndefined();
    report(
      `killed with ${clients.length} sessions and ${acknowledged} rotations acknowledged; all there; ` +
        `3 tabs well again ${tookMs} ms after the restart; ${JSON.stringify(refreshes)}`,
    );
  });
});
