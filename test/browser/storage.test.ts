import { expect, test } from 'vitest';
import type { Tab } from './browser.ts';
import type { PageOptions } from './page/harness.ts';
import { until } from './until.ts';
import { facts, inWorld, report, signedInTabs, signIn, untilFacts, type World } from './world.ts';

/** Everything that scripts of the app can read of what is stored, as one text. */
function everythingStored(tab: Tab): Promise<string> {
  return tab.page.evaluate(async () => {
    const found: unknown[] = [localStorage, sessionStorage, document.cookie, await caches.keys()];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error as Error);
      });
      for (const shelf of database.objectStoreNames) {
        const store = database.transaction(shelf).objectStore(shelf);
        found.push(
          await new Promise((resolve) => {
            const asked = store.getAll();
            asked.onsuccess = () => resolve([name, shelf, asked.result]);
          }),
        );
      }
      database.close();
    }
    return JSON.stringify(found);
  });
}

/** Runs in the page before the app: what a browser does that blocks storage. */
const blockades: Record<string, string> = {
  'every touch of storage throws': `
    for (const name of ['indexedDB', 'localStorage', 'sessionStorage', 'caches'])
      Object.defineProperty(window, name, { get() { throw new DOMException('The operation is insecure.', 'SecurityError'); } });
    Object.defineProperty(navigator, 'locks', { get() { throw new DOMException('The operation is insecure.', 'SecurityError'); } });`,
  'storage is there and refuses everything': `
    const refuse = () => { throw new DOMException('Access is denied.', 'SecurityError'); };
    for (const method of ['open', 'deleteDatabase', 'databases']) IDBFactory.prototype[method] = refuse;
    for (const method of ['getItem', 'setItem', 'removeItem']) Storage.prototype[method] = refuse;
    window.BroadcastChannel = class { constructor() { refuse(); } };
    LockManager.prototype.request = () => Promise.reject(new DOMException('Access is denied.', 'SecurityError'));`,
  'the database never opens': `IDBFactory.prototype.open = () => ({});`,
  'there is no storage at all': `
    for (const name of ['indexedDB', 'localStorage', 'sessionStorage', 'caches', 'BroadcastChannel'])
      Object.defineProperty(window, name, { value: undefined });
    Object.defineProperty(navigator, 'locks', { value: undefined });`,
};

async function openBlocked(world: World, blockade: string): Promise<Tab> {
  const tab = await world.browser.open(`${world.app.url}/elsewhere.html`);
  await tab.page.evaluateOnNewDocument(blockade);
  const options: PageOptions = { server: world.server.url, tab: 'blocked' };
  await tab.page.goto(`${world.app.url}/?page=${encodeURIComponent(JSON.stringify(options))}`);
  await tab.page.evaluate(() => window.harness.session.ready());
  return tab;
}

test.each(Object.entries(blockades))('H4: %s: it works in memory, and says so', (_, blockade) =>
  inWorld({}, async (world) => {
    const tab = await openBlocked(world, blockade);
    expect(await facts(tab)).toMatchObject({ status: 'unauthenticated', endReason: null, persistence: 'memory' });
    await signIn(tab);
    expect(await facts(tab)).toMatchObject({ status: 'authenticated', persistence: 'memory' });
    await tab.page.evaluate(() => window.harness.session.refresh());
    expect(await tab.page.evaluate(() => window.harness.call())).toBe(200);
    await tab.page.evaluate(() => window.harness.session.signOut());
    expect(await facts(tab)).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    await until('the server knows', async () => (await world.server.journal()).events['session.revoked'] === 1);
    await tab.page.reload();
    await untilFacts(tab, { status: 'unauthenticated', endReason: null });
  }),
);

test.each<[string, (tab: Tab, origin: string) => Promise<string>]>([
  [
    'a script deletes the database',
    (tab) =>
      tab.page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            const asked = indexedDB.deleteDatabase(window.harness.place);
            asked.onsuccess = () => resolve('done');
            asked.onblocked = () => resolve('blocked');
            asked.onerror = () => resolve('failed');
          }),
      ),
  ],
  [
    'the person clears the data of the site',
    async (tab, origin) => {
      await tab.devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
      return 'done';
    },
  ],
])(
  'H7: %s under two open tabs: nothing is in its way, the token serves to its end, then the reason is told',
  (_, clear) =>
    inWorld({ server: ['--access-ttl', '4s'] }, async (world) => {
      const tabs = (await signedInTabs(world, 2)) as [Tab, Tab];
      expect(await clear(tabs[1], world.app.url)).toBe('done');
      expect(await tabs[1].page.evaluate(() => window.harness.call())).toBe(200);
      for (const tab of tabs) await untilFacts(tab, { status: 'unauthenticated', endReason: 'storage_missing' });
      // Nothing was renewed from memory.
      const { refreshes, requests } = await world.server.journal();
      expect(refreshes['rotated'] ?? 0).toBeLessThanOrEqual(1);
      expect(Object.keys(refreshes).filter((outcome) => outcome !== 'rotated')).toEqual([]);
      expect(Object.values(requests).reduce((sum, count) => sum + count, 0)).toBeLessThan(40);
      await signIn(tabs[0]);
      for (const tab of tabs) await untilFacts(tab, { status: 'authenticated', endReason: null });
      expect(await tabs[1].page.evaluate(() => window.harness.call())).toBe(200);
      await tabs[0].page.reload();
      await untilFacts(tabs[0], { status: 'authenticated' });
    }),
);

test('H12: another tab looks at storage all the time while 40 refreshes are made: it never finds it empty, nobody looks signed out', () =>
  inWorld({}, async (world) => {
    const [busy, looking] = (await signedInTabs(world, 2)) as [Tab, Tab];
    await looking.page.evaluate(() => {
      const { stored, log } = window.harness;
      const seen = { looks: 0, bad: [] as unknown[], isOver: false, since: log.length };
      Object.assign(window, { seen });
      const look = async (): Promise<void> => {
        while (!seen.isOver) {
          const { record } = await stored();
          seen.looks += 1;
          if (record?.kind !== 'live') seen.bad.push(record);
        }
      };
      Object.assign(window, { looking: Promise.all([look(), look()]) });
    });
    await busy.page.evaluate(async () => {
      for (let n = 0; n < 40; n++) await window.harness.session.refresh();
    });
    await untilFacts(looking, { generation: 40 });
    const seen = await looking.page.evaluate(async () => {
      const page = window as unknown as {
        seen: { looks: number; bad: unknown[]; isOver: boolean; since: number };
        looking: Promise<unknown>;
      };
      page.seen.isOver = true;
      await page.looking;
      const states = window.harness.log.slice(page.seen.since).filter(({ type }) => type === 'state');
      return { ...page.seen, states };
    });
    expect(seen.bad).toEqual([]);
    expect(seen.looks).toBeGreaterThan(40);
    expect(seen.states).toEqual([]);
    report(`${seen.looks} looks during 40 refreshes`);
  }));

test('H13: after a sign-out nothing of the person is stored but the tombstone; the app has cleared up here before signOut() is over, and in every other tab', () =>
  inWorld({}, async (world) => {
    const tabs = (await signedInTabs(world, 3)) as [Tab, Tab, Tab];
    await tabs[0].page.evaluate(() => window.harness.session.refresh());
    const before = await everythingStored(tabs[1]);
    expect(before).toContain('"accessToken"');
    const cleared = await tabs[0].page.evaluate(async () => {
      const { session, log } = window.harness;
      await session.signOut();
      return log.filter((entry) => entry.type === 'event' && entry.name === 'cleared');
    });
    expect(cleared).toMatchObject([{ detail: { reason: 'signed_out', user: 'user_ada' } }]);
    for (const tab of tabs) await untilFacts(tab, { status: 'unauthenticated', endReason: 'signed_out' });
    for (const tab of tabs) {
      const clearings = await until('the app has cleared up', () =>
        tab.page.evaluate(() => {
          const found = window.harness.log.filter((entry) => entry.type === 'event' && entry.name === 'cleared');
          return found.length > 0 && found;
        }),
      );
      expect(clearings).toMatchObject([{ detail: { reason: 'signed_out', user: 'user_ada' } }]);
    }
    await until('the outbox is empty', async () => {
      const { outbox } = await tabs[0].page.evaluate(() => window.harness.stored());
      return outbox.length === 0;
    });
    const { record } = await tabs[0].page.evaluate(() => window.harness.stored());
    expect(record).toMatchObject({ kind: 'ended', reason: 'signed_out' });
    const after = await everythingStored(tabs[2]);
    expect(after).not.toMatch(/token|Ada|Lovelace|privateKey|eyJ/);
    for (const tab of tabs) expect(await tab.page.evaluate(() => window.harness.showsProtected())).toBe(false);
  }));
