import { beforeEach, describe, expect, test } from 'vitest';
import type { Vault } from '../../../src/client/core/vault.ts';
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
