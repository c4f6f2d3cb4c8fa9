import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../src/testing/fake-clock.ts';

describe('fakeClock', () => {
  test('runs timers in the order they are due, each seeing its own time', async () => {
    const clock = fakeClock({ now: 1000 });
    const seen: Array<[string, number, number]> = [];
    const note = (name: string) => () => seen.push([name, clock.now(), clock.monotonic()]);
    clock.after(20, note('late'));
    clock.after(10, note('early'));
    clock.after(10, note('same moment, set later'));
    await clock.advance(30);
    expect(seen).toEqual([
      ['early', 1010, 10],
      ['same moment, set later', 1010, 10],
      ['late', 1020, 20],
    ]);
    expect(clock.now()).toBe(1030);
  });

  test('lets promises finish before the next timer, and runs timers they set', async () => {
    const clock = fakeClock();
    const seen: number[] = [];
    const manyHops = async (): Promise<void> => {
      for (let hop = 0; hop < 50; hop++) await Promise.resolve();
      clock.after(5, () => seen.push(clock.monotonic()));
    };
    clock.after(10, () => void manyHops());
    clock.after(20, () => seen.push(clock.monotonic()));
    await clock.advance(20);
    expect(seen).toEqual([15, 20]);
  });

  test('does what was started before the call first', async () => {
    const clock = fakeClock();
    let fired = false;
    void Promise.resolve().then(() => clock.after(5, () => void (fired = true)));
    await clock.advance(5);
    expect(fired).toBe(true);
  });

  test('sleep moves the wall clock alone and runs nothing', async () => {
    const clock = fakeClock({ now: 0 });
    let fired = false;
    clock.after(10, () => void (fired = true));
    clock.sleep(60_000);
    await clock.advance(9);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([60_009, 9, false]);
    await clock.advance(1);
    expect(fired).toBe(true);
  });

  test('a view has a wall clock of its own on the same timers', async () => {
    const clock = fakeClock({ now: 0 });
    const view = clock.view(500);
    view.step(-100);
    expect([clock.now(), view.now()]).toEqual([0, 400]);
    clock.step(1000);
    expect([clock.now(), view.now(), view.monotonic()]).toEqual([1000, 1400, 0]);
    const stop = view.after(7, () => {});
    expect(clock.pendingDelays()).toEqual([7]);
    stop();
    stop();
    expect(clock.pendingTimers()).toBe(0);
  });

  test('says so when a timer sets itself for ever', async () => {
    const clock = fakeClock({ turns: 0 });
    const again = (): void => void clock.after(0, again);
    again();
    await expect(clock.advance(1)).rejects.toThrow(/no delay/);
  });
});
