import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSignInFloor } from '../../../src/server/http/sign-in-floor.ts';
import { bodyOf, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Until somebody waits for time to pass. */
async function heldUp(): Promise<void> {
  while (vi.getTimerCount() === 0) await setImmediate();
}

const trySignIn = (on: ServerUnderTest, username: string, password: string): Promise<Response> =>
  on.call('POST', '/sessions', { json: { credentials: { username, password } } });

/** A server whose app takes so long for who is known, and no time for who is not. */
async function tellingServer(workMs: number): Promise<ServerUnderTest> {
  const on = await serverUnderTest({
    signInFloor: '500ms',
    authenticate: ({ username, password }) => {
      if (username === 'broken') throw new Error('the directory is away');
      if (username !== 'ada') return null;
      on.clock.advance(workMs);
      return password === 'right' ? { id: 'user_ada' } : null;
    },
  });
  return on;
}

describe('a failed sign-in', () => {
  it.each([
    ['an unknown account, at once', 'nobody', 0, 500],
    ['a wrong password, after its work', 'ada', 120, 380],
  ])('comes no sooner than the floor: %s', async (_name, username, workMs, restMs) => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const on = await tellingServer(workMs);
    let answer: Response | null = null;
    const asked = trySignIn(on, username, 'wrong').then((got) => (answer = got));
    await heldUp();
    await vi.advanceTimersByTimeAsync(restMs - 1);
    for (let i = 0; i < 20; i++) await setImmediate();
    expect(answer).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(await bodyOf(await asked)).toMatchObject({ code: 'invalid_credentials' });
    vi.restoreAllMocks();
  });

  it('is not told from a failure of the directory by its time', async () => {
    const on = await tellingServer(0);
    const asked = trySignIn(on, 'broken', 'x');
    await heldUp();
    await vi.advanceTimersByTimeAsync(600);
    expect((await asked).status).toBe(500);
    expect(on.errors).toHaveLength(1);
  });

  it('takes up to a fifth more, by chance', async () => {
    const now = 0;
    const within = createSignInFloor(500, () => now);
    const waits = vi.spyOn(globalThis, 'setTimeout');
    for (let i = 0; i < 50; i++) void within(() => Promise.reject(new Error('no'))).catch(() => undefined);
    for (let i = 0; i < 20; i++) await setImmediate();
    const times = waits.mock.calls.map(([, ms]) => ms!);
    expect(times).toHaveLength(50);
    for (const ms of times) expect(ms >= 500 && ms <= 600, String(ms)).toBe(true);
    expect(new Set(times).size).toBeGreaterThan(10);
    vi.restoreAllMocks();
  });

  it('is held up for no longer when the clock is set back', async () => {
    let now = 10_000;
    const within = createSignInFloor(500, () => now);
    const waits = vi.spyOn(globalThis, 'setTimeout');
    void within(async () => {
      now = 0;
      throw new Error('no');
    }).catch(() => undefined);
    await heldUp();
    expect(waits.mock.calls[0]![1]).toBeLessThanOrEqual(600);
    vi.restoreAllMocks();
  });
});

it('holds up no sign-in that succeeds', async () => {
  const on = await tellingServer(120);
  expect((await trySignIn(on, 'ada', 'right')).status).toBe(201);
  expect(vi.getTimerCount()).toBe(0);
});
