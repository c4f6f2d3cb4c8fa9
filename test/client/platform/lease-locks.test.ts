import { describe, expect, test } from 'vitest';
import { leaseLocks } from '../../../src/client/platform/lease-locks.ts';
import type { LeaseStore } from '../../../src/client/platform/lock-manager.ts';
import { lockMutex } from '../../../src/client/platform/mutex.ts';
import { fakeClock, seededRandom } from '../../../src/testing/index.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';

function setUp() {
  const clock = fakeClock({ turns: 2 });
  const values = new Map<string, unknown>();
  let edits = 0;
  const store: LeaseStore = {
    async edit(key, change) {
      edits++;
      values.set(key, change(values.get(key)));
    },
  };
  return { clock, values, store, tab: () => leaseLocks(clock, store), edits: () => edits };
}

describe('leases in the place of locks', () => {
  test('one at a time, in turn, given back at the end', async () => {
    const { clock, values, tab } = setUp();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} in`);
      await new Promise<void>((resolve) => void clock.after(300, resolve));
      seen.push(`${name} out`);
    };
    const all = [tab().request('l', {}, work('a')), tab().request('l', {}, work('b'))];
    await clock.advance(3000);
    await Promise.all(all);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out']);
    expect([values.get('l'), clock.pendingTimers()]).toEqual([undefined, 0]);
  });

  test('the lease of a dead tab ends by itself, that of a living one does not', async () => {
    const { clock, values, tab } = setUp();
    values.set('dead', { owner: 'gone', until: clock.now() + 5000 });
    void tab().request('alive', {}, () => new Promise(() => {}));
    const seen: string[] = [];
    for (const name of ['dead', 'alive']) void tab().request(name, {}, () => seen.push(name));
    await clock.advance(120_000);
    expect(seen).toEqual(['dead']);
  });

  test('a waiter withdraws at once, and one that steals is let in at once', async () => {
    const { clock, tab } = setUp();
    const robbed = tab()
      .request('l', {}, () => new Promise(() => {}))
      .catch((error: Error) => error.name);
    await clock.settle();
    const stop = new AbortController();
    const waiting = tab()
      .request('l', { signal: stop.signal }, () => {})
      .catch((error: Error) => error.name);
    await clock.settle();
    stop.abort();
    expect(await waiting).toBe('AbortError');
    expect(await tab().request('l', { steal: true }, () => 7)).toBe(7);
    await clock.advance(10_000);
    expect(await robbed).toBe('AbortError');
    expect(clock.pendingTimers()).toBe(0);
  });

  test('a lease from before the clock was set back does not last for ever', async () => {
    const { clock, values, tab } = setUp();
    values.set('l', { owner: 'x', until: clock.now() + 86_400_000 });
    let got = false;
    await tab().request('l', {}, () => (got = true));
    expect(got).toBe(true);
  });

  test('storage that fails, or holds rubbish, grants everything', async () => {
    const { clock, values } = setUp();
    const broken: LeaseStore = { edit: () => Promise.reject(new Error('no')) };
    expect(await leaseLocks(clock, broken).request('l', {}, () => 1)).toBe(1);
    values.set('l', 'rubbish');
    expect(
      await setUp()
        .tab()
        .request('l', {}, () => 2),
    ).toBe(2);
  });

  test('H11: holding and waiting for long cost little', async () => {
    const { clock, tab, edits } = setUp();
    void tab().request('l', {}, () => new Promise(() => {}));
    void tab().request('l', {}, () => {});
    await clock.advance(600_000);
    const before = edits();
    await clock.advance(600_000);
    expect(edits() - before).toBeLessThanOrEqual(42);
    expect(Math.min(...clock.pendingDelays())).toBeGreaterThanOrEqual(0);
  });

  test('carries the whole mutex: a bounded wait, then a steal', async () => {
    const { clock, values, store } = setUp();
    values.set('sojourn:m', { owner: 'frozen', until: clock.now() + 80_000 });
    const platform = fakePlatform({ clock });
    const mutex = lockMutex('m', {
      locks: leaseLocks(clock, store),
      clock,
      lifecycle: { ...platform.lifecycle, isAway: () => false },
      random: seededRandom(1),
    });
    const seen: string[] = [];
    void mutex.run(async () => void seen.push('in'), {
      timeoutMs: 5000,
      signal: new AbortController().signal,
      onSteal: () => seen.push('stole'),
    });
    await clock.advance(4900);
    expect(seen).toEqual([]);
    await clock.advance(700);
    expect(seen).toEqual(['stole', 'in']);
  });
});
