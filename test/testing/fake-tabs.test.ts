import { describe, expect, test } from 'vitest';
import type { TabMessage } from '../../src/protocol/tab-message.ts';
import { fakeTabs, type FakeTab } from '../../src/testing/index.ts';

const message: TabMessage = { v: 1, type: 'changed', sessionId: 's1' };

function listen(tab: FakeTab): TabMessage[] {
  const heard: TabMessage[] = [];
  tab.platform.channel('default').subscribe((one) => heard.push(one));
  return heard;
}

const never = new AbortController().signal;
const wait = { timeoutMs: 5000, signal: never, onSteal: () => {} };

describe('messages', () => {
  test('reach the other tabs and not the one that posts', async () => {
    const { open, clock } = fakeTabs();
    const [a, b] = [open(), open()];
    const channel = a.platform.channel('default');
    const own: TabMessage[] = [];
    channel.subscribe((one) => own.push(one));
    const heard = listen(b);
    channel.post(message);
    await clock.settle();
    expect([own, heard]).toEqual([[], [message]]);
  });

  test('are lost, late and doubled as the test says', async () => {
    const { open, clock, wires } = fakeTabs();
    const [a, b] = [open(), open()];
    const heard = listen(b);
    const channel = a.platform.channel('default');
    wires.deliver(() => []);
    channel.post(message);
    wires.deliver(() => [100, 200]);
    channel.post(message);
    await clock.advance(150);
    expect(heard).toHaveLength(1);
    await clock.advance(50);
    expect(heard).toHaveLength(2);
  });

  test('a stalled tab hears late, a cached one never, a crashed one never', async () => {
    const { open, clock } = fakeTabs();
    const [a, stalled, cached, crashed] = [open(), open(), open(), open()];
    const heard = [stalled, cached, crashed].map(listen);
    stalled.stall();
    cached.cache();
    crashed.crash();
    a.platform.channel('default').post(message);
    await clock.settle();
    expect(heard.map((list) => list.length)).toEqual([0, 0, 0]);
    stalled.unstall();
    cached.thaw();
    await clock.settle();
    expect(heard.map((list) => list.length)).toEqual([1, 0, 0]);
    a.platform.channel('default').post(message);
    await clock.settle();
    expect(heard.map((list) => list.length)).toEqual([2, 1, 0]);
  });
});

describe('a tab that does not run', () => {
  test('gets its timers late, answers late, and nothing after a crash', async () => {
    const { open, clock } = fakeTabs();
    const [a, b] = [open(), open()];
    const seen: string[] = [];
    for (const [name, tab] of Object.entries({ a, b })) {
      tab.clock.after(10, () => seen.push(`${name} timer`));
      const call = tab.bind(async () => 'answer');
      void call().then((answer) => seen.push(`${name} ${answer}`));
      tab.platform.lifecycle.subscribe((event) => seen.push(`${name} ${event}`));
    }
    a.freeze();
    b.crash();
    await clock.advance(20);
    expect(seen).toEqual(['a away']);
    a.thaw();
    await clock.settle();
    expect(seen).toEqual(['a away', 'a back', 'a timer', 'a answer']);
  });

  test('its unfinished write never lands', async () => {
    const { open, clock, vault } = fakeTabs();
    const a = open();
    vault.slow(10);
    void a.vault.update((contents) => ({ ...contents, activityAt: 1 }));
    await clock.advance(5);
    a.crash();
    await clock.advance(10);
    expect(vault.contents().activityAt).toBeNull();
  });
});

describe('locks', () => {
  test('are held by one tab at a time, in the order of asking', async () => {
    const { open, clock } = fakeTabs();
    const seen: string[] = [];
    const runs = ['a', 'b', 'c'].map((name) =>
      open()
        .platform.mutex('default')
        .run(async () => {
          seen.push(`${name} in`);
          await new Promise<void>((resolve) => void clock.after(10, resolve));
          seen.push(`${name} out`);
        }, wait),
    );
    await clock.advance(30);
    await Promise.all(runs);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  test('a crash frees them, a stall does not', async () => {
    const { open, clock } = fakeTabs();
    const [a, b, c] = [open(), open(), open()];
    const seen: string[] = [];
    void a.platform.mutex('default').run(() => new Promise(() => {}), wait);
    await clock.settle();
    const stayIn = (): Promise<void> => {
      seen.push('b in');
      return new Promise(() => {});
    };
    void b.platform.mutex('default').run(stayIn, wait);
    await clock.advance(10);
    a.crash();
    await clock.advance(10);
    expect(seen).toEqual(['b in']);
    seen.length = 0;
    b.stall();
    void c.platform
      .mutex('default')
      .run(async () => void seen.push('c in'), { ...wait, onSteal: () => seen.push('c stole') });
    await clock.advance(4999);
    expect(seen).toEqual([]);
    await clock.advance(600);
    expect(seen).toEqual(['c stole', 'c in']);
  });

  test('one that somebody seized is never granted until it is freed', async () => {
    const { open, clock, locks } = fakeTabs();
    const free = locks.seize('sojourn:default');
    let got = false;
    void open()
      .platform.mutex('default')
      .run(async () => void (got = true), wait);
    await clock.advance(4000);
    expect(got).toBe(false);
    free();
    await clock.settle();
    expect(got).toBe(true);
  });
});

test('the same seed makes the same choices, another one others', () => {
  const draw = (seed: number): string => {
    const { random } = fakeTabs({ seed }).open().platform;
    return `${random.key()} ${random.fraction()}`;
  };
  expect(draw(7)).toBe(draw(7));
  expect(draw(7)).not.toBe(draw(8));
  expect(fakeTabs().open().platform.random.key()).toMatch(/^[\w-]{21}[AQgw]$/);
});
