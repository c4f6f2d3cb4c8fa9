import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import { until } from './until.ts';
import { facts, inWorld, report, signedInTabs, untilFacts, type OpenOptions, type World } from './world.ts';

/** Two windows side by side; ada is signed in in both. */
async function signedInWindows(world: World, options: OpenOptions): Promise<[Tab, Tab]> {
  const windows = (await signedInTabs(world, 2, { ...options, in: 'window' })) as [Tab, Tab];
  for (const { page } of windows) expect(await page.evaluate(() => document.visibilityState)).toBe('visible');
  return windows;
}

/** Asks for tokens all the time; answers what kinds of answers there were. */
function askFor(ms: number, { page }: Tab): Promise<string[]> {
  return page.evaluate(async (duration) => {
    const end = Date.now() + duration;
    const answers = new Set<string>();
    while (Date.now() < end) {
      answers.add(
        await window.harness.session.getAccessToken().then(
          (token) => (token ? 'a token' : String(token)),
          (error: { code?: string }) => error.code ?? String(error),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return [...answers];
  }, ms);
}

test('A8: two visible windows are due at once and the server is slow: every caller gets a token, every request carries one', () =>
  inWorld({ server: ['--access-ttl', '4s'] }, async (world) => {
    const windows = await signedInWindows(world, { session: { refreshLead: '1s' } });
    // Longer than what is left of a token when it is due: callers have to wait.
    await world.server.fault({ kind: 'slow_answer', path: '/token', ms: 1500, durationMs: 600_000 });
    for (const { page } of windows) await page.evaluate(() => window.harness.keepCalling(1));
    const answers = await Promise.all(windows.map((tab) => askFor(8000, tab)));
    for (const { page } of windows) await page.evaluate(() => window.harness.stopCalls());
    expect(answers).toEqual([['a token'], ['a token']]);
    expect(world.app.requests.filter(({ holder }) => holder !== 'user_ada')).toEqual([]);
    const { refreshes } = await world.server.journal();
    expect(refreshes['rotated']).toBeGreaterThan(1);
    report(`${world.app.requests.length} requests; ${JSON.stringify(refreshes)}`);
  }));

test('B2: four tabs wait for the refresh of a fifth: when it is done they have its tokens, and none of them asks again', () =>
  inWorld({}, async (world) => {
    const [asking, ...waiting] = (await signedInTabs(world, 5)) as [Tab, ...Tab[]];
    await world.server.fault({ kind: 'slow_answer', path: '/token', ms: 4000, times: 1 });
    await asking.page.evaluate(() => void window.harness.session.refresh());
    await until('the server has committed', async () => (await world.server.journal()).refreshes['rotated'] === 1);
    const tokens = await Promise.all(
      waiting.map(({ page }) =>
        page.evaluate(async () => {
          await window.harness.session.refresh();
          return window.harness.session.getAccessToken();
        }),
      ),
    );
    tokens.push(await asking.page.evaluate(() => window.harness.session.getAccessToken()));
    expect(new Set(tokens).size).toBe(1);
    for (const tab of [asking, ...waiting])
      expect(await facts(tab)).toMatchObject({ generation: 1, refreshing: false });
    const { requests, refreshes } = await world.server.journal();
    expect([requests['POST /token'], refreshes]).toEqual([1, { rotated: 1 }]);
  }));

test('B3: two windows, both visible: one request for each refresh', () =>
  inWorld({ server: ['--access-ttl', '3s'] }, async (world) => {
    const windows = await signedInWindows(world, {});
    for (const tab of windows)
      await until('it was refreshed three times', async () => ((await facts(tab)).generation ?? 0) >= 3);
    // A second request for the same refresh would be a replay.
    expect(Object.keys((await world.server.journal()).refreshes)).toEqual(['rotated']);
  }));

test('B4: one of ten tabs refreshes: the nine others have the new token, and make no request', () =>
  inWorld({}, async (world) => {
    const [asking, ...others] = (await signedInTabs(world, 10, { session: { liveEvents: false } })) as [Tab, ...Tab[]];
    const marks = await Promise.all(others.map(({ page }) => page.evaluate(() => window.harness.log.length)));
    const before = (await world.server.journal()).requests;
    for (let generation = 1; generation <= 3; generation++) {
      await asking.page.evaluate(() => window.harness.session.refresh());
      for (const tab of others) await untilFacts(tab, { generation });
    }
    // Whatever a hidden tab put off runs within a second.
    await wait(1500);
    const tokens = await Promise.all(
      [asking, ...others].map(({ page }) => page.evaluate(() => window.harness.session.peekAccessToken())),
    );
    expect(tokens[0]).toBeTypeOf('string');
    expect(new Set(tokens).size).toBe(1);
    for (const [index, { page }] of others.entries()) {
      await page.evaluate(() => window.harness.quiet());
      const sent = await page.evaluate(
        (since) => window.harness.log.slice(since).filter(({ type }) => type === 'request' || type === 'token_request'),
        marks[index] ?? 0,
      );
      expect(sent).toEqual([]);
    }
    const { requests } = await world.server.journal();
    expect(requests).toEqual({ ...before, 'POST /token': 3 });
  }));

test('B5: a refresh is refused because another tab was faster: nobody wipes anything, nobody is signed out', () =>
  inWorld({}, async (world) => {
    const [slow] = (await signedInTabs(world, 1)) as [Tab];
    const fast = await world.open('fast', { session: { lockTimeout: '200ms', requestTimeout: '500ms' } });
    await untilFacts(fast, { status: 'authenticated' });
    // Its request never gets through; what it hears, once it is told to, is that its token was used already.
    await slow.page.evaluate(() => {
      const send = window.fetch;
      window.fetch = (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : String(input), location.href);
        if (pathname !== '/token') return send(input, init);
        window.fetch = send;
        return new Promise((resolve) => {
          const refuse = (reason: string): void =>
            resolve(Response.json({ error: 'invalid_grant', reason }, { status: 400 }));
          Object.assign(window, { refuse });
        });
      };
      Object.assign(window, { outcome: window.harness.session.refresh().then(String, String) });
    });
    await until('it is asking', () => slow.page.evaluate(() => 'refuse' in window));
    await fast.page.evaluate(() => window.harness.session.refresh());
    await slow.page.evaluate(() => (window as unknown as { refuse(reason: string): void }).refuse('reuse_detected'));
    expect(await slow.page.evaluate(() => (window as unknown as { outcome: Promise<string> }).outcome)).toBe(
      'undefined',
    );
    for (const tab of [slow, fast]) {
      await untilFacts(tab, { status: 'authenticated', generation: 1, refreshing: false });
      expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
      const ends = await tab.page.evaluate(() =>
        window.harness.log.filter((e) => e.type === 'event' && e.name === 'ended'),
      );
      expect(ends).toEqual([]);
    }
    expect(await slow.page.evaluate(() => window.harness.stored())).toMatchObject({
      record: { kind: 'live', generation: 1, pending: null },
      outbox: [],
    });
    await slow.page.evaluate(() => window.harness.session.refresh());
    await untilFacts(fast, { generation: 2 });
    expect((await world.server.journal()).refreshes).toEqual({ rotated: 2 });
  }));
