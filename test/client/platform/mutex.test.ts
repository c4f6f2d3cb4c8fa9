import { describe, expect, test } from 'vitest';
import type { Signal } from '../../../src/client/core/ports.ts';
import { fakeTabs, type FakeTab } from '../../../src/testing/index.ts';

const never: Signal = new AbortController().signal;
const forever = (): Promise<never> => new Promise(() => {});
const options = (changes: object = {}) => ({ timeoutMs: 5000, signal: never, onSteal: () => {}, ...changes });

/** How long a wait of 5 s may last at most: the jitter comes on top. */
const longestWaitMs = 5500;

describe('mutex.run', () => {
  test('answers what the work answers, and rejects what it rejects with', async () => {
    const { platform } = fakeTabs().open();
    const mutex = platform.mutex('m');
    expect(await mutex.run(async () => 7, options())).toBe(7);
    await expect(mutex.run(() => Promise.reject(new RangeError('mine')), options())).rejects.toThrow('mine');
    expect(platform.listeners()).toBe(0);
  });

  test('C3: an error frees the lock at once', async () => {
    const { open, clock } = fakeTabs();
    const mutex = open().platform.mutex('m');
    for (let turn = 0; turn < 10; turn++)
      await mutex.run(() => Promise.reject(new Error('no')), options()).catch(() => {});
    let ran = false;
    void open()
      .platform.mutex('m')
      .run(async () => void (ran = true), options());
    await clock.settle();
    expect(ran).toBe(true);
  });

  test('B8: names share nothing', async () => {
    const { open, clock } = fakeTabs();
    void open().platform.mutex('a').run(forever, options());
    let ran = false;
    void open()
      .platform.mutex('b')
      .run(async () => void (ran = true), options());
    await clock.settle();
    expect(ran).toBe(true);
  });

  test('C1, C4: a lock that is never given back is taken by force, not before the bound', async () => {
    const { open, clock, locks } = fakeTabs();
    locks.seize('sojourn:m');
    const seen: string[] = [];
    void open()
      .platform.mutex('m')
      .run(async () => void seen.push('in'), options({ onSteal: () => seen.push('stole') }));
    await clock.advance(5000);
    expect(seen).toEqual([]);
    await clock.advance(longestWaitMs - 5000);
    expect(seen).toEqual(['stole', 'in']);
    expect([locks.waiting(), locks.held(), clock.pendingTimers()]).toEqual([0, 0, 0]);
  });

  test('a timer that fires early steals nothing early', async () => {
    const { open, clock, locks } = fakeTabs();
    locks.seize('sojourn:m');
    const tab = open();
    const after = tab.platform.clock.after;
    tab.platform.clock.after = (ms, run) => after(ms / 2, run);
    let stoleAt = 0;
    void tab.platform.mutex('m').run(async () => {}, options({ onSteal: () => void (stoleAt = clock.monotonic()) }));
    await clock.advance(longestWaitMs);
    expect(stoleAt).toBeGreaterThanOrEqual(5000);
  });

  test('a steal waits for as long as it is asked to', async () => {
    const { open, clock, locks } = fakeTabs();
    locks.seize('sojourn:m');
    const answers = [2000, 700, 0];
    let stoleAt = 0;
    const mayStealIn = async (): Promise<number> => answers.shift() ?? 0;
    void open()
      .platform.mutex('m')
      .run(async () => {}, options({ mayStealIn, onSteal: () => void (stoleAt = clock.monotonic()) }));
    await clock.advance(10_000);
    expect(stoleAt).toBeGreaterThanOrEqual(7700);
    expect(stoleAt).toBeLessThanOrEqual(longestWaitMs + 2700);
  });

  test('waiters of one dead holder do not all steal at the same moment', async () => {
    const { open, clock, locks } = fakeTabs();
    locks.seize('sojourn:m');
    const at: number[] = [];
    for (let tab = 0; tab < 8; tab++)
      void open()
        .platform.mutex('m')
        .run(forever, options({ onSteal: () => at.push(clock.monotonic()) }));
    await clock.advance(longestWaitMs);
    expect(new Set(at).size).toBe(8);
  });

  test('C2: the robbed one works on, and nothing is rejected anywhere', async () => {
    const { open, clock } = fakeTabs();
    const [a, b] = [open(), open()];
    let finish = (): void => {};
    const robbed = a.platform
      .mutex('m')
      .run(() => new Promise<string>((resolve) => void (finish = () => resolve('late'))), options());
    await clock.settle();
    const thief = b.platform.mutex('m').run(async () => 'soon', options());
    await clock.advance(longestWaitMs);
    expect(await thief).toBe('soon');
    finish();
    expect(await robbed).toBe('late');
  });

  test('gives up when its signal aborts before, and does not care after', async () => {
    const { open, clock, locks } = fakeTabs();
    const tab = open();
    const free = locks.seize('sojourn:m');
    const stop = new AbortController();
    const waiting = tab.platform.mutex('m').run(async () => 1, options({ signal: stop.signal }));
    await clock.settle();
    stop.abort(new Error('why'));
    await expect(waiting).rejects.toMatchObject({ code: 'aborted', cause: new Error('why') });
    await expect(tab.platform.mutex('m').run(async () => 1, options({ signal: stop.signal }))).rejects.toMatchObject({
      code: 'aborted',
    });
    expect([locks.waiting(), tab.platform.listeners(), clock.pendingTimers()]).toEqual([0, 0, 0]);
    free();
    const later = new AbortController();
    let others = 0;
    const working = tab.platform.mutex('m').run(
      async () => {
        later.abort();
        await new Promise<void>((resolve) => void clock.after(10, resolve));
        return others;
      },
      options({ signal: later.signal }),
    );
    await clock.settle();
    void open()
      .platform.mutex('m')
      .run(async () => others++, options());
    await clock.advance(10);
    expect(await working).toBe(0);
  });

  test('a page that goes away withdraws from the queue and asks again when it is back', async () => {
    const { open, clock, locks } = fakeTabs();
    const free = locks.seize('sojourn:m');
    const [cached, other] = [open(), open()];
    const seen: string[] = [];
    void cached.platform
      .mutex('m')
      .run(async () => void seen.push('cached'), options({ onSteal: () => seen.push('stole') }));
    await clock.settle();
    void other.platform.mutex('m').run(async () => void seen.push('other'), options());
    await clock.settle();
    cached.cache();
    expect(locks.waiting()).toBe(1);
    free();
    await clock.advance(60_000);
    expect(seen).toEqual(['other']);
    cached.thaw();
    await clock.settle();
    expect(seen).toEqual(['other', 'cached']);
  });

  test('a page that goes away at work lets go of the lock; the work still has its answer', async () => {
    const { open, clock, locks } = fakeTabs();
    const [frozen, other] = [open(), open()];
    const working = frozen.platform
      .mutex('m')
      .run(() => new Promise<string>((resolve) => void frozen.clock.after(100, () => resolve('done'))), options());
    await clock.settle();
    frozen.freeze();
    await clock.settle();
    let ran = false;
    void other.platform.mutex('m').run(async () => void (ran = true), options());
    await clock.advance(200);
    expect(ran).toBe(true);
    frozen.thaw();
    expect(await working).toBe('done');
    expect([locks.held(), frozen.platform.listeners()]).toEqual([0, 0]);
  });
});

describe('mutex.hold', () => {
  const held = (tab: FakeTab, seen: string[], signal = never) =>
    tab.platform.mutex('m').hold(async (turn) => {
      seen.push(`${tab.id} in`);
      await new Promise<void>((resolve) => (turn as AbortSignal).addEventListener('abort', () => resolve()));
      seen.push(`${tab.id} out`);
    }, signal);

  test('one tab at a time; the next one when it crashes', async () => {
    const { open, clock } = fakeTabs();
    const [a, b] = [open(), open()];
    const seen: string[] = [];
    void held(a, seen);
    void held(b, seen);
    await clock.settle();
    expect(seen).toEqual(['tab 1 in']);
    a.crash();
    await clock.settle();
    expect(seen).toEqual(['tab 1 in', 'tab 2 in']);
  });

  test('pauses while the page is away and queues again when it is back', async () => {
    const { open, clock } = fakeTabs();
    const [a, b] = [open(), open()];
    const seen: string[] = [];
    void held(a, seen);
    await clock.settle();
    void held(b, seen);
    await clock.settle();
    a.cache();
    await clock.settle();
    a.thaw();
    await clock.settle();
    b.crash();
    await clock.settle();
    expect(seen).toEqual(['tab 1 in', 'tab 1 out', 'tab 2 in', 'tab 1 in']);
  });

  test('a robbed one is told and queues again', async () => {
    const { open, clock, locks } = fakeTabs();
    const seen: string[] = [];
    void held(open(), seen);
    await clock.settle();
    const free = locks.seize('sojourn:m');
    await clock.settle();
    expect(seen).toEqual(['tab 1 in', 'tab 1 out']);
    free();
    await clock.settle();
    expect(seen).toEqual(['tab 1 in', 'tab 1 out', 'tab 1 in']);
  });

  test('ends with its signal, before and while it holds', async () => {
    const { open, clock, locks } = fakeTabs();
    const stop = new AbortController();
    const seen: string[] = [];
    const [a, b] = [open(), open()];
    const holds = [held(a, seen, stop.signal), held(b, seen, stop.signal)];
    await clock.settle();
    stop.abort();
    await Promise.all(holds);
    await held(a, seen, stop.signal);
    expect([locks.held(), locks.waiting(), a.platform.listeners(), b.platform.listeners()]).toEqual([0, 0, 0, 0]);
    expect(seen).toEqual(['tab 1 in', 'tab 1 out']);
  });

  test('ends when the work ends by itself, with its error if there is one', async () => {
    const { open, locks } = fakeTabs();
    const mutex = open().platform.mutex('m');
    await mutex.hold(async () => {}, never);
    await expect(mutex.hold(() => Promise.reject(new RangeError('mine')), never)).rejects.toThrow('mine');
    expect(locks.held()).toBe(0);
  });
});
