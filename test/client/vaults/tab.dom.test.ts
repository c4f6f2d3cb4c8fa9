import { createStore, get, set } from 'idb-keyval';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Vault, VaultContents } from '../../../src/client/core/vault.ts';
import { tabVault } from '../../../src/client/vaults/tab.ts';
import { fakeTabs, type FakeTab, type FakeTabs } from '../../../src/testing/index.ts';
import { liveRecord } from './records.ts';
import { testVault } from './vault-conformance.ts';

let count = 0;
beforeEach(() => sessionStorage.clear());

function vaultOf(tab: FakeTab, name: string): Vault {
  const { abort, clock, lifecycle, mutex, random } = tab.platform;
  return tabVault(name, { abort, clock, lifecycle, mutex, random });
}

testVault('tab', () => {
  sessionStorage.clear();
  const tab = fakeTabs().open();
  const vault = vaultOf(tab, `tab test ${count++}`);
  return { open: () => vault, persistence: 'tab', holdsKeys: true, shared: true };
});

async function finish<T>(browser: FakeTabs, work: Promise<T>): Promise<T> {
  for (let turn = 0; turn < 10; turn++) await browser.clock.advance(50);
  return work;
}

const write = (vault: Vault, sessionId: string) =>
  vault.update((contents) => ({ ...contents, record: liveRecord({ sessionId }) }));

describe('tab vault', () => {
  test('N1: survives a reload of its tab', async () => {
    const name = `reload ${count++}`;
    const browser = fakeTabs();
    const before = browser.open();
    await write(vaultOf(before, name), 'mine');
    const id = sessionStorage.getItem(`sojourn:${name}:tab`);
    before.close();
    const after = await finish(browser, vaultOf(browser.open(), name).read());
    expect(after.record).toMatchObject({ sessionId: 'mine' });
    expect(sessionStorage.getItem(`sojourn:${name}:tab`)).toBe(id);
  });

  test('B6: a duplicated tab gets an id of its own and starts empty', async () => {
    const name = `duplicate ${count++}`;
    const browser = fakeTabs();
    const first = vaultOf(browser.open(), name);
    await write(first, 'mine');
    const id = sessionStorage.getItem(`sojourn:${name}:tab`);
    const second = vaultOf(browser.open(), name);
    expect((await finish(browser, second.read())).record).toBeNull();
    expect(sessionStorage.getItem(`sojourn:${name}:tab`)).not.toBe(id);
    await write(second, 'other');
    expect((await first.read()).record).toMatchObject({ sessionId: 'mine' });
    expect((await second.read()).record).toMatchObject({ sessionId: 'other' });
  });

  test('a page that is slow to go is waited for', async () => {
    const name = `slow ${count++}`;
    const browser = fakeTabs();
    const before = browser.open();
    await write(vaultOf(before, name), 'mine');
    const reading = vaultOf(browser.open(), name).read();
    await browser.clock.advance(250);
    before.close();
    expect((await finish(browser, reading)).record).toMatchObject({ sessionId: 'mine' });
  });

  test('what a tab left behind is dropped after a week, unless it is still open', async () => {
    const name = `forgotten ${count++}`;
    const browser = fakeTabs({});
    const [gone, open] = [browser.open(), browser.open()];
    const ids: string[] = [];
    for (const tab of [gone, open]) {
      sessionStorage.clear();
      await write(vaultOf(tab, name), tab.id);
      ids.push(sessionStorage.getItem(`sojourn:${name}:tab`)!);
    }
    gone.crash();
    browser.clock.sleep(8 * 86_400_000);
    sessionStorage.clear();
    const third = vaultOf(browser.open(), name);
    await finish(browser, third.read());
    await finish(browser, third.read());
    third.close();
    const found: unknown[] = [];
    open.close();
    for (const id of ids.toReversed()) {
      sessionStorage.setItem(`sojourn:${name}:tab`, id);
      found.push((await finish(browser, vaultOf(browser.open(), name).read())).record?.sessionId);
    }
    expect(found).toEqual(['tab 2', undefined]);
  });

  test('lets go of its claim when closed', async () => {
    const name = `close ${count++}`;
    const browser = fakeTabs();
    const vault = vaultOf(browser.open(), name);
    await write(vault, 'mine');
    expect(browser.locks.held()).toBe(1);
    vault.close();
    await browser.clock.settle();
    expect(browser.locks.held()).toBe(0);
    expect((await vault.read()).record).toMatchObject({ sessionId: 'mine' });
  });
});

describe('revocations that a closed tab could not hand in', () => {
  const entry = { sessionId: 'gone', revocationToken: 'revoke-gone', at: 1 };

  /** A tab of its own, with a session and a revocation that waits. */
  async function waiting(browser: FakeTabs, name: string): Promise<{ tab: FakeTab; id: string; vault: Vault }> {
    sessionStorage.clear();
    const tab = browser.open();
    const vault = vaultOf(tab, name);
    await write(vault, tab.id);
    await vault.update((contents) => ({ ...contents, outbox: [entry] }));
    await finish(browser, vault.read());
    const id = sessionStorage.getItem(`sojourn:${name}:tab`)!;
    sessionStorage.clear();
    return { tab, id, vault };
  }

  /** The tab that was closed, opened again by the person. */
  async function restored(browser: FakeTabs, name: string, id: string): Promise<VaultContents> {
    sessionStorage.setItem(`sojourn:${name}:tab`, id);
    return finish(browser, vaultOf(browser.open(), name).read());
  }

  test('go to the next tab that opens, and its session stays for when it is opened again', async () => {
    const name = `inherited ${count++}`;
    const browser = fakeTabs();
    const { tab, id } = await waiting(browser, name);
    tab.close();
    const next = vaultOf(browser.open(), name);
    expect(await finish(browser, next.read())).toMatchObject({ record: null, outbox: [entry] });
    expect(await restored(browser, name, id)).toMatchObject({ record: { sessionId: tab.id }, outbox: [] });
  });

  test('go to a tab that is open already when it looks again', async () => {
    const name = `inherited later ${count++}`;
    const browser = fakeTabs();
    const open = vaultOf(browser.open(), name);
    await write(open, 'own');
    await finish(browser, open.read());
    const { tab } = await waiting(browser, name);
    tab.crash();
    await browser.clock.advance(10_000);
    const own = { record: { sessionId: 'own' } };
    expect(await finish(browser, open.read())).toMatchObject({ ...own, outbox: [entry] });
    await open.update((contents) => ({ ...contents, outbox: [] }));
    await browser.clock.advance(10_000);
    expect(await finish(browser, open.read())).toMatchObject({ ...own, outbox: [] });
  });

  test('stay with a tab that is open: it hands them in by itself', async () => {
    const name = `open ${count++}`;
    const browser = fakeTabs();
    const { vault } = await waiting(browser, name);
    const next = vaultOf(browser.open(), name);
    expect((await finish(browser, next.read())).outbox).toEqual([]);
    expect((await vault.read()).outbox).toEqual([entry]);
  });

  test('go to one tab, however many open at once', async () => {
    const name = `shared ${count++}`;
    const browser = fakeTabs();
    const { tab } = await waiting(browser, name);
    tab.close();
    const reads = Array.from({ length: 3 }, () => {
      sessionStorage.clear();
      return vaultOf(browser.open(), name).read();
    });
    const found = await finish(browser, Promise.all(reads));
    expect(found.flatMap(({ outbox }) => outbox)).toEqual([entry]);
  });

  test('are not dropped with a tab that nobody opened for a week', async () => {
    const name = `week ${count++}`;
    const browser = fakeTabs();
    const { tab, id } = await waiting(browser, name);
    tab.close();
    browser.clock.sleep(8 * 86_400_000);
    const next = vaultOf(browser.open(), name);
    await finish(browser, next.read());
    expect((await finish(browser, next.read())).outbox).toEqual([entry]);
    expect((await restored(browser, name, id)).record).toBeNull();
  });

  test('are not dropped with a tab that is closed in the very moment when it counts as forgotten', async () => {
    const name = `closing ${count++}`;
    const browser = fakeTabs();
    const pass = async (): Promise<void> => {
      for (let turn = 0; turn < 100; turn++) await browser.clock.settle();
    };
    const { tab, id } = await waiting(browser, name);
    browser.clock.sleep(8 * 86_400_000);
    const next = vaultOf(browser.open(), name);
    const first = next.read();
    await pass();
    await browser.clock.advance(50);
    await pass();
    expect((await first).outbox).toEqual([]);
    tab.close();
    await pass();
    expect((await finish(browser, next.read())).outbox).toEqual([entry]);
    expect((await restored(browser, name, id)).record).toBeNull();
  });

  test('stay where they are when this tab’s own contents are those of a later version', async () => {
    const name = `newer ${count++}`;
    const browser = fakeTabs();
    const { tab, id } = await waiting(browser, name);
    tab.close();
    const store = createStore(`sojourn:${name}:tabs`, 'vault');
    await set('mine', { version: 2, secret: 'of tomorrow' }, store);
    sessionStorage.setItem(`sojourn:${name}:tab`, 'mine');
    const next = vaultOf(browser.open(), name);
    expect(await finish(browser, next.read())).toMatchObject({ trouble: 'newer', outbox: [] });
    expect(await get('mine', store)).toEqual({ version: 2, secret: 'of tomorrow' });
    expect(await get(id, store)).toMatchObject({ record: { sessionId: tab.id }, outbox: [entry] });
  });
});
