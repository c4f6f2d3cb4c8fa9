import { createSessionManager } from 'sojourn';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { until } from '../browser/until.ts';
import { startChromium } from './chromium.ts';
import { inPage, type Engine, type Tab } from './engine.ts';
import { startFirefox } from './firefox.ts';
import { keyFacts } from './signing-key.ts';
import { startWebKit } from './webkit.ts';
import { failedRequests, inWorld, signedInTabs, untilFacts, untilReady, type World } from './world.ts';

interface Subject {
  name: string;
  start(): Promise<Engine | null>;
  /** What the key of a session survives here. */
  keyLasts: string;
  /** How the network goes away here. */
  offline: string;
}

const subjects: Subject[] = [
  { name: 'Chromium', start: startChromium, keyLasts: 'a reload and a restart', offline: 'the browser is offline' },
  { name: 'Firefox', start: startFirefox, keyLasts: 'a reload and a restart', offline: 'the browser is offline' },
  {
    name: 'WebKit',
    start: startWebKit,
    keyLasts: 'a reload (restarted by a driver, it has forgotten everything)',
    offline: 'every connection breaks (it has no offline mode)',
  },
];

const call = (tab: Tab): Promise<number | string> => inPage(tab, () => window.harness.call());
const showsProtected = (tab: Tab): Promise<boolean> => inPage(tab, () => window.harness.showsProtected());
const refresh = (tab: Tab): Promise<void> => inPage(tab, () => window.harness.session.refresh());
const signOut = (tab: Tab): Promise<void> => inPage(tab, () => window.harness.session.signOut());

async function expectSignedOut(tab: Tab, endReason: string): Promise<void> {
  await untilFacts(tab, { status: 'unauthenticated', endReason });
  expect(await showsProtected(tab)).toBe(false);
  expect(await call(tab)).toBe('session_ended');
}

/** Every tab loads what needs the network as soon as somebody is signed in: once the network is gone it is too late. */
async function untilLoaded(tab: Tab): Promise<void> {
  await until('it is loaded', () =>
    inPage(tab, () => performance.getEntriesByType('resource').some(({ name }) => /\/online-\w+\.js$/.test(name))),
  );
}

async function leave(world: World, tab: Tab): Promise<void> {
  await inPage(tab, () => window.harness.quiet());
  await tab.goTo(`${world.app.url}/elsewhere.html`);
}

/** The back button. What comes is the page that was left, not a new one. */
async function goBack(tab: Tab): Promise<void> {
  await tab.back();
  await untilReady(tab);
  await until('the page is restored', () =>
    inPage(tab, () => window.harness.log.some((entry) => entry.type === 'page' && entry.event === 'restored')),
  );
}

function skip(context: TestContext, why: string): void {
  if (process.env['CI']) throw new Error(why);
  process.stdout.write(`!!! SKIPPED: ${context.task.name}\n!!! ${why}\n`);
  context.skip(why);
}

describe.each(subjects)('$name', ({ name, start, keyLasts, offline }) => {
  let engine: Engine | null;
  beforeAll(async () => {
    engine = await start();
    if (engine) process.stdout.write(`      ${engine.version}\n`);
  });
  afterAll(() => engine?.close());

  /** Runs `script` in the browser with servers of its own. */
  async function play(
    context: TestContext,
    script: (world: World) => Promise<void>,
    serverArgs: readonly string[] = [],
  ): Promise<void> {
    if (engine) await inWorld(engine, serverArgs, script);
    else skip(context, `There is no ${name} here. \`npm run provision\` says what to do.`);
  }

  async function playWithPageCache(context: TestContext, script: (world: World) => Promise<void>): Promise<void> {
    if (engine?.noPageCache) skip(context, `${name} restores no pages here: ${engine.noPageCache}.`);
    else await play(context, script);
  }

  test('somebody signs in in one of 3 tabs: they are signed in in all of them', (context) =>
    play(context, async (world) => {
      const tabs = await signedInTabs(world, 3);
      for (const tab of tabs) expect(await showsProtected(tab)).toBe(true);
      for (const tab of tabs) await untilLoaded(tab);
      for (const tab of tabs) expect(await call(tab)).toBe(200);
      expect(world.app.requests.map(({ tab, holder }) => [tab, holder])).toEqual([
        ['1', 'user_ada'],
        ['2', 'user_ada'],
        ['3', 'user_ada'],
      ]);
    }));

  test('3 tabs want new tokens at the same time: one asks the server, all have them', (context) =>
    play(context, async (world) => {
      const tabs = await signedInTabs(world, 3);
      world.server.pause();
      for (const tab of tabs) await inPage(tab, () => void window.harness.session.refresh());
      for (const tab of tabs) await untilFacts(tab, { refreshing: true });
      world.server.resume();
      for (const tab of tabs) await untilFacts(tab, { refreshing: false, generation: 1 });
      for (const tab of tabs) expect(await call(tab)).toBe(200);
      const { refreshes, requests } = await world.server.journal();
      expect([refreshes, requests['POST /token']]).toEqual([{ rotated: 1 }, 1]);
    }));

  test('somebody signs out in one of 3 tabs: they are signed out in all of them, and no token is left', (context) =>
    play(context, async (world) => {
      const tabs = await signedInTabs(world, 3);
      await signOut(tabs[0]);
      for (const tab of tabs) await expectSignedOut(tab, 'signed_out');
      await until('the session is revoked', async () => (await world.server.journal()).events['session.revoked'] === 1);
      expect(world.app.requests).toEqual([]);
      const { record, outbox } = await inPage(tabs[0], () => window.harness.stored());
      expect(record).toMatchObject({ kind: 'ended', reason: 'signed_out' });
      expect(JSON.stringify([record, outbox])).not.toMatch(/token/i);
    }));

  test('somebody signs out everywhere on another device: they are signed out in all 3 tabs', (context) =>
    play(context, async (world) => {
      // The server refuses to renew what is over.
      world.expectNoise(failedRequests);
      const tabs = await signedInTabs(world, 3);
      const device = createSessionManager({ url: world.server.url, persistence: 'memory' });
      await device.signIn({ username: 'ada', password: 'demo' });
      await device.signOut({ scope: 'all' });
      for (const tab of tabs) await expectSignedOut(tab, 'revoked_all');
      device.dispose();
    }));

  test('somebody reloads: they are signed in, without asking for tokens', (context) =>
    play(context, async (world) => {
      const [tab] = await signedInTabs(world, 1);
      await tab.reload();
      await untilReady(tab);
      expect(await untilFacts(tab, { status: 'authenticated' })).toMatchObject({ user: 'user_ada', generation: 0 });
      expect(await showsProtected(tab)).toBe(true);
      expect(await call(tab)).toBe(200);
      expect((await world.server.journal()).requests['POST /token']).toBeUndefined();
    }));

  test(`the key that signs cannot be exported, and survives ${keyLasts}`, (context) =>
    play(context, async (world) => {
      const [tab] = await signedInTabs(world, 1);
      const key = await keyFacts(tab);
      expect(key).toMatchObject({ extractable: false, export: 'InvalidAccessError' });
      await tab.reload();
      await untilReady(tab);
      expect(await keyFacts(tab)).toEqual(key);
      await refresh(tab);
      if (!world.engine.restart) return;
      await world.engine.restart();
      const later = await world.open('later');
      expect(await keyFacts(later)).toEqual(key);
      await refresh(later);
      expect((await world.server.journal()).refreshes).toEqual({ rotated: 2 });
    }));

  test(`${offline}: 3 tabs say so and nobody is signed out; they recover by themselves`, (context) =>
    play(
      context,
      async (world) => {
        world.expectNoise(failedRequests);
        const tabs = await signedInTabs(world, 3);
        for (const tab of tabs) await untilLoaded(tab);
        await world.engine.setOffline(true);
        for (const tab of tabs) await untilFacts(tab, { connection: 'offline', freshness: 'expired' });
        for (const tab of tabs) expect(await showsProtected(tab)).toBe(true);
        for (const tab of tabs) expect(await call(tab)).toMatch(/^(offline|network_error)$/);
        await world.engine.setOffline(false);
        for (const tab of tabs) await untilFacts(tab, { connection: 'online', freshness: 'fresh' }, 30_000);
        for (const tab of tabs) expect(await call(tab)).toBe(200);
        const logs = await Promise.all(tabs.map((tab) => inPage(tab, () => window.harness.log)));
        const statuses = logs.map((log) => log.flatMap((e) => (e.type === 'state' ? [e.status] : [])));
        for (const seen of statuses) expect(seen.slice(seen.indexOf('authenticated'))).not.toContain('unauthenticated');
      },
      ['--access-ttl', '4s'],
    ));

  test(`${offline} before anybody has signed in: a call says so`, (context) =>
    play(context, async (world) => {
      world.expectNoise(failedRequests);
      const tab = await world.open('1');
      await world.engine.setOffline(true);
      expect(await call(tab)).toBe('network_error');
      expect(await untilFacts(tab, { status: 'unauthenticated' })).toMatchObject({ endReason: null });
    }));

  test('somebody goes back to a page that was kept: it takes over the tokens that were renewed meanwhile', (context) =>
    playWithPageCache(context, async (world) => {
      const [away, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
      await leave(world, away);
      await refresh(other);
      await goBack(away);
      await untilFacts(away, { status: 'authenticated', generation: 1 });
      expect(await call(away)).toBe(200);
      expect((await world.server.journal()).refreshes).toEqual({ rotated: 1 });
    }));

  test('somebody signs out and goes back to a page that was kept: it shows that nobody is signed in', (context) =>
    playWithPageCache(context, async (world) => {
      const [away, other] = (await signedInTabs(world, 2)) as [Tab, Tab];
      expect(await showsProtected(away)).toBe(true);
      await leave(world, away);
      await signOut(other);
      await goBack(away);
      await expectSignedOut(away, 'signed_out');
    }));
});
