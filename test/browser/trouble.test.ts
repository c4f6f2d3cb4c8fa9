import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { until } from './until.ts';
import {
  facts,
  failedRequests,
  inWorld,
  report,
  signedInTabs,
  untilFacts,
  type OpenOptions,
  type World,
} from './world.ts';

/** Sets something wrong. */
type Trouble = (world: World) => Promise<void>;

const tenMinutes = 600;
const lasting = { durationMs: 3_600_000 };

/** Requests take real time, also where the clock is a fake. */
const impatient: OpenOptions = { session: { requestTimeout: '300ms' } };

/**
 * Failures back off from 1 s to 60 s, of which the second half is random: in 570 s at most 6 attempts in the first
 * 31.5 s and then one every 30 s.
 */
const mostAttempts = 6 + 18;
/** Besides, the visible tab tries to open the event stream, with the same backoff. */
const mostRequests = 2 * mostAttempts + 2;

/** 10 minutes of clock with something wrong: signed in, few requests, recovery by itself. Answers the pauses between attempts. */
async function tenMinutesOf(begin: Trouble, options: OpenOptions = {}): Promise<number[]> {
  let pauses: number[] = [];
  await inWorld({ server: ['--access-ttl', '1m'] }, async (world) => {
    world.expectNoise(/Failed to load resource|blocked by CORS policy/);
    const [before] = (await signedInTabs(world, 1)) as [Tab];
    const tab = await world.open('patient', { fakeClock: true, ...options });
    await before.close();
    await begin(world);
    const during = await tab.page.evaluate(async (seconds) => {
      const { session, log, pass } = window.harness;
      const since = log.length;
      const answers = new Set<string>();
      for (let n = 0; n < seconds; n += 20) {
        await pass(20);
        await session.getAccessToken().then(
          (token) => answers.add(typeof token),
          (error: { code: string; retryable: boolean }) => answers.add(`${error.code} ${error.retryable}`),
        );
      }
      const entries = log.slice(since);
      const sent = entries.flatMap((e) => (e.type === 'token_request' || e.type === 'request' ? [e.path] : []));
      const refreshes = entries.flatMap((e) => (e.type === 'token_request' && e.path === '/token' ? [e.at] : []));
      const statuses = entries.flatMap((e) => (e.type === 'state' ? [e.status] : []));
      return { answers: [...answers], sent, refreshes, statuses };
    }, tenMinutes);
    expect(await facts(tab)).toMatchObject({ status: 'authenticated', user: 'user_ada', freshness: 'expired' });
    expect((await facts(tab)).connection).not.toBe('online');
    expect(new Set(during.statuses)).toEqual(new Set(['authenticated']));
    // Tokens while they are good, then errors that say that it is worth trying again; never null.
    expect(during.answers).toContain('string');
    for (const answer of during.answers) expect(answer).toMatch(/^string$| true$/);
    expect(during.refreshes.length).toBeGreaterThan(8);
    expect(during.refreshes.length).toBeLessThanOrEqual(mostAttempts);
    expect(during.sent.length).toBeLessThanOrEqual(mostRequests);
    pauses = during.refreshes.slice(1).map((at, index) => at - (during.refreshes[index] ?? NaN));

    await world.server.pass(tenMinutes * 1000);
    world.app.pass(tenMinutes * 1000);
    await world.server.heal();
    await world.browser.setOffline(false);
    const seconds = await tab.page.evaluate(async () => {
      const { session, pass } = window.harness;
      let passed = 0;
      for (; passed <= 61 && session.token.getState().freshness !== 'fresh'; passed++) await pass(1);
      return passed;
    });
    await untilFacts(tab, { status: 'authenticated', freshness: 'fresh', connection: 'online' });
    expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    const { refreshes, events } = await world.server.journal();
    expect(Object.keys(refreshes).filter((outcome) => outcome !== 'rotated' && outcome !== 'replayed')).toEqual([]);
    expect(events['session.revoked'] ?? 0).toBe(0);
    report(
      `${during.refreshes.length} refreshes of ${during.sent.length} requests, shortest pause ` +
        `${(Math.min(...pauses) / 1000).toFixed(1)} s, well again after ${seconds} s; ${during.answers.join(', ')}`,
    );
  });
  return pauses;
}

test('E1: every connection breaks for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ server }) => server.fault({ kind: 'cut', ...lasting }))).not.toEqual([]);
});

test('E1: every connection breaks after the server has done its work, for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ server }) => server.fault({ kind: 'drop', ...lasting }))).not.toEqual([]);
});

test('E1: no answer comes in time for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(
    await tenMinutesOf(({ server }) => server.fault({ kind: 'delay', ms: 3_600_000, ...lasting }), impatient),
  ).not.toEqual([]);
});

test('E1: the browser is offline for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ browser }) => browser.setOffline(true))).not.toEqual([]);
});

test('E2: the server answers 500 for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ server }) => server.fault({ kind: 'status', status: 500, ...lasting }))).not.toEqual([]);
});

test('E2: the server answers 503 for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ server }) => server.fault({ kind: 'status', status: 503, ...lasting }))).not.toEqual([]);
});

test('E3: the server answers 429 with Retry-After: 30 for 10 minutes: no request before the time, recovery by itself', async () => {
  const pauses = await tenMinutesOf(({ server }) =>
    server.fault({ kind: 'status', status: 429, retryAfter: 30, ...lasting }),
  );
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(30_000);
});

test('E4: a firewall answers 403 with a page for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ server }) => server.fault({ kind: 'html', status: 403, ...lasting }))).not.toEqual([]);
});

test('E4: a proxy redirects to another host for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ server }) => server.fault({ kind: 'redirect', ...lasting }))).not.toEqual([]);
});

test('E5: a captive portal answers everything with a page for 10 minutes: signed in, few requests, recovery by itself', async () => {
  expect(await tenMinutesOf(({ server }) => server.fault({ kind: 'html', ...lasting }))).not.toEqual([]);
});

test('G3: offline, and the first requests after the network is back fail: nobody is signed out, all tabs recover', () =>
  inWorld({ server: ['--access-ttl', '2s'] }, async (world) => {
    world.expectNoise(failedRequests);
    const tabs = await signedInTabs(world, 3);
    await world.browser.setOffline(true);
    for (const tab of tabs) await untilFacts(tab, { freshness: 'expired', connection: 'offline' });
    await world.server.fault({ kind: 'status', status: 502, path: '/token', times: 2 });
    await world.browser.setOffline(false);
    const backAt = Date.now();
    for (const tab of tabs) await untilFacts(tab, { freshness: 'fresh', connection: 'online' });
    report(`all fresh again ${Date.now() - backAt} ms after the network was back`);
    const statuses = await Promise.all(
      tabs.map((tab) =>
        tab.page.evaluate(() => {
          const { log } = window.harness;
          const known = log.findIndex((e) => e.type === 'state' && e.status === 'authenticated');
          return log.slice(known).flatMap((e) => (e.type === 'state' ? [e.status] : []));
        }),
      ),
    );
    expect(new Set(statuses.flat())).toEqual(new Set(['authenticated']));
    for (const tab of tabs) expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
  }));

test('8: every tab says that the network is back as soon as one of them has reached the server', () =>
  inWorld({}, async (world) => {
    world.expectNoise(failedRequests);
    const tabs = await signedInTabs(world, 3);
    await world.browser.setOffline(true);
    for (const tab of tabs) await tab.page.evaluate(() => window.harness.session.refresh().catch(() => {}));
    for (const tab of tabs) await untilFacts(tab, { connection: 'offline', status: 'authenticated' });
    await world.browser.setOffline(false);
    // The pause after its failure may not be over yet.
    await until('one tab refreshes', () =>
      tabs[0]?.page.evaluate(() =>
        window.harness.session.refresh().then(
          () => true,
          () => false,
        ),
      ),
    );
    for (const tab of tabs) await untilFacts(tab, { connection: 'online', generation: 1 });
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 1 });
  }));
