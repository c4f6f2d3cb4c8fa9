import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSessionManager, type SessionManager } from '../../src/index.ts';
import { oauth2Transport } from '../../src/client/transports/oauth2.ts';
import { fakeVault } from '../../src/testing/index.ts';
// Loaded on demand by the manager: here it is there already, so that nothing waits for a disk.
import '../../src/online.ts';
import { strangersTokens } from './strangers-server.ts';

const minute = 60_000;
const transport = () =>
  oauth2Transport({ tokenUrl: 'https://id.example.com/token', fetch: () => Promise.reject(new TypeError('none')) });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('ten minutes in which nobody does anything', () => {
  it.each([
    ['signed in', true],
    ['with nobody signed in', false],
  ])(
    'H11: two tabs, %s, on the timers of the runtime: none below 30 seconds, no look at storage, no request',
    async (_, isSignedIn) => {
      vi.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
      });
      const vault = fakeVault();
      const open = (): SessionManager =>
        createSessionManager({ transport: transport(), vault, idle: { timeout: '30m' }, name: `quiet ${isSignedIn}` });
      const tabs = [open(), open()];
      for (const session of tabs) await session.ready();
      if (isSignedIn) await tabs[0]?.adopt(strangersTokens({ expires_in: 3600 }), { id: 'ada' });
      while (tabs.some((session) => session.getState().status !== (isSignedIn ? 'authenticated' : 'unauthenticated')))
        await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(1000);
      const { reads, writes } = vault;
      const fetch = vi.spyOn(globalThis, 'fetch');
      const timers = vi.spyOn(globalThis, 'setTimeout');
      const intervals = vi.spyOn(globalThis, 'setInterval');
      await vi.advanceTimersByTimeAsync(10 * minute);
      for (const [, ms = 0] of timers.mock.calls) expect(ms).toBeGreaterThanOrEqual(30_000);
      expect([intervals.mock.calls.length, fetch.mock.calls.length]).toEqual([0, 0]);
      expect([vault.reads, vault.writes]).toEqual([reads, writes]);
      for (const session of tabs) session.dispose();
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});
