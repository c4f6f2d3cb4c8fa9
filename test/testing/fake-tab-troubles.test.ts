import { describe, expect, test } from 'vitest';
import type { TabMessage } from '../../src/protocol/tab-message.ts';
import { fakeClock, fakeTabs, fakeVault } from '../../src/testing/index.ts';

describe('a throttled tab', () => {
  test('gets its timers at whole multiples only, until that ends', async () => {
    const { open, clock } = fakeTabs();
    const tab = open();
    const fired: number[] = [];
    const note = (): void => void fired.push(clock.monotonic());
    await clock.advance(300);
    tab.throttle(1000);
    for (const ms of [0, 10, 700, 701]) tab.clock.after(ms, note);
    await clock.advance(3000);
    expect(fired).toEqual([1000, 1000, 1000, 2000]);
    tab.throttle(0);
    tab.clock.after(10, note);
    await clock.advance(10);
    expect(fired.at(-1)).toBe(3310);
  });

  test('keeps the moments of timers that run already, and the other tabs theirs', async () => {
    const { open, clock } = fakeTabs();
    const [tab, other] = [open(), open()];
    const fired: string[] = [];
    tab.clock.after(10, () => fired.push('before'));
    tab.throttle(60_000);
    other.clock.after(20, () => fired.push('other'));
    await clock.advance(20);
    expect(fired).toEqual(['before', 'other']);
  });

  test('can take its timers back', async () => {
    const { open, clock } = fakeTabs();
    const tab = open();
    let fired = false;
    tab.throttle(1000);
    const stop = tab.clock.after(10, () => (fired = true));
    stop();
    await clock.advance(2000);
    expect([fired, clock.pendingTimers()]).toEqual([false, 0]);
  });
});

test('a tab that crashed leaves no timers behind', async () => {
  const { open, clock } = fakeTabs();
  const [tab, other] = [open(), open()];
  tab.clock.after(1000, () => {});
  tab.clock.after(2000, () => {});
  other.clock.after(3000, () => {});
  await clock.advance(1000);
  tab.crash();
  expect(clock.pendingDelays()).toEqual([2000]);
});

test('timers take whole milliseconds, and are never early', async () => {
  const clock = fakeClock();
  const fired: number[] = [];
  for (const ms of [0.2, 1, 1.01, -5]) clock.after(ms, () => fired.push(clock.monotonic()));
  await clock.advance(5);
  expect(fired).toEqual([0, 1, 1, 2]);
});

test('a vault is slow as long as it is told each time', async () => {
  const clock = fakeClock();
  const vault = fakeVault(clock);
  const delays = [30, 10];
  const answered: string[] = [];
  vault.slow(() => delays.shift() ?? 0);
  for (const name of ['first', 'second', 'third']) void vault.read().then(() => answered.push(name));
  await clock.advance(0);
  expect(answered).toEqual(['third']);
  await clock.advance(10);
  expect(answered).toEqual(['third', 'second']);
  await clock.advance(20);
  expect(answered).toEqual(['third', 'second', 'first']);
  vault.slow(() => 1000);
  vault.heal();
  await vault.read();
});

describe('a message of nobody', () => {
  const message: TabMessage = { v: 1, type: 'changed', sessionId: 's1' };

  test('reaches every tab that runs, and a stalled one later', async () => {
    const { open, wires } = fakeTabs();
    const tabs = [open(), open()];
    const heard: string[] = [];
    for (const { id, platform } of tabs)
      platform.channel('default').subscribe(({ type }) => heard.push(`${id} ${type}`));
    tabs[1]?.stall();
    wires.shout(message);
    expect(heard).toEqual(['tab 1 changed']);
    tabs[1]?.unstall();
    expect(heard).toEqual(['tab 1 changed', 'tab 2 changed']);
    expect(wires.posted).toEqual([]);
  });

  test('that no version of ours would send is not heard', () => {
    const { open, wires } = fakeTabs();
    const heard: TabMessage[] = [];
    open()
      .platform.channel('default')
      .subscribe((one) => heard.push(one));
    for (const junk of [null, 'ended', { v: 2, type: 'changed' }, { ...message, sessionId: 7 }]) wires.shout(junk);
    expect(heard).toEqual([]);
  });
});

test('tabs of one browser may have a vault of their own', async () => {
  const { open, vault, clock } = fakeTabs();
  const own = fakeVault(clock);
  const [tab, other] = [open({ vault: own }), open()];
  await tab.vault.update((contents) => ({ ...contents, activityAt: 1 }));
  await other.vault.update((contents) => ({ ...contents, activityAt: 2 }));
  expect([own.contents().activityAt, vault.contents().activityAt]).toEqual([1, 2]);
});
