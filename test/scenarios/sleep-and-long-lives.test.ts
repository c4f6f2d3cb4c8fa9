import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSessionManager } from '../../src/index.ts';
import { oauth2Transport } from '../../src/client/transports/oauth2.ts';
import { memoryVault } from '../../src/client/vaults/index.ts';
import { done, signedIn, watch, type Watched } from './signed-in.ts';
import { strangersTokens, strangersWorld } from './strangers-server.ts';
import { troubleTokens } from './trouble.ts';
import { count, type World } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function fourTabs(): Promise<{ world: World; tabs: Watched[] }> {
  const { world, ...first } = await signedIn();
  const tabs: Watched[] = [first, ...Array.from({ length: 3 }, () => watch(world.open()))];
  for (const { session } of tabs) await done(world, session.ready());
  return { world, tabs };
}

describe('a machine that sleeps', () => {
  it.each<[string, (tab: Watched) => void]>([
    ['are looked at', ({ tab }) => tab.platform.emit('look')],
    ['are shown', ({ tab }) => tab.platform.setVisible(true)],
    ['hear that there is a network', ({ tab }) => tab.platform.setOnline(true)],
    ['come back', ({ tab }) => tab.platform.emit('back')],
    ['are called', ({ session }) => void session.getAccessToken()],
  ])('F1: it sleeps for 9 hours, then 4 tabs %s at once: one refresh, no token that is over', async (_, wake) => {
    const { world, tabs } = await fourTabs();
    const old = tabs[0]?.session.peekAccessToken();
    world.clock.sleep(9 * hour);
    for (const { session } of tabs) expect(session.peekAccessToken()).toBeNull();
    for (const tab of tabs) wake(tab);
    const tokens = await Promise.all(tabs.map(({ session }) => done(world, session.getAccessToken())));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens).not.toContain(old);
    for (const { session } of tabs) expect((await done(world, session.fetch('/session'))).status).toBe(200);
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
    for (const { statuses } of tabs) expect(statuses.at(-1)).toBe('authenticated');
  });

  it('F1: it sleeps for 9 hours and nobody does anything: the timers that wake late renew, once', async () => {
    const { world, tabs } = await fourTabs();
    world.clock.sleep(9 * hour);
    await world.clock.advance(6 * minute);
    for (const { session } of tabs)
      expect(session.token.getState()).toMatchObject({
        freshness: 'fresh',
        generation: tabs[0]?.session.token.getState().generation,
      });
    expect(count(world, 'POST /token', 200)).toBeLessThanOrEqual(2);
  });

  it.each([1, 4])(
    'F2: it sleeps for 9 hours, and the first 3 requests of each of %i tabs find no network: refreshed within 10 seconds',
    async (n) => {
      const { world, tabs: all } = await fourTabs();
      const tabs = all.slice(0, n);
      for (const { tab } of all.slice(n)) tab.close();
      world.clock.sleep(9 * hour);
      let left = 3 * n;
      world.proxy = () => {
        if (left-- > 0) throw new TypeError('Failed to fetch');
        return null;
      };
      for (const { tab } of tabs) tab.platform.emit('look');
      await world.clock.advance(10 * second);
      expect(left).toBeLessThan(0);
      for (const { session, statuses } of tabs) {
        expect(session.token.getState().freshness).toBe('fresh');
        expect(statuses.filter((status) => status !== 'loading')).toEqual(['authenticated']);
      }
      expect(count(world, 'POST /token', 200)).toBe(1);
    },
  );
});

describe('long lives and strange ones', () => {
  const longest = 2 ** 31 / 1000;
  const lives: ReadonlyArray<[string, unknown]> = [
    ['just below what a timer can hold', longest - 1],
    ['just above what a timer can hold', longest + 1],
    ['30 days', 30 * 86_400],
    ['365 days', 365 * 86_400],
    ['a thousand years', 365_000 * 86_400],
    ['the greatest number', Number.MAX_VALUE],
    ['infinity', Number.POSITIVE_INFINITY],
    ['not a number', Number.NaN],
    ['a number as text', '2592000'],
    ['nothing', null],
    ['left out', undefined],
  ];

  it.each(lives)(
    'F4: tokens that live %s: no refresh in the first hour, by the timers of the runtime',
    async (_, life) => {
      vi.useFakeTimers();
      const timers = vi.spyOn(globalThis, 'setTimeout');
      let asked = 0;
      const transport = oauth2Transport({
        tokenUrl: 'https://id.example.com/token',
        fetch: async () => {
          asked += 1;
          return Response.json(strangersTokens({ expires_in: 300 }, asked));
        },
      });
      const session = createSessionManager({ transport, vault: memoryVault(), name: `lives ${String(life)}` });
      await session.adopt(strangersTokens({ expires_in: life }), { id: 'ada' });
      for (let n = 0; n < 60; n++) {
        expect(await session.getAccessToken()).toBe('access-0');
        await vi.advanceTimersByTimeAsync(minute);
      }
      expect(asked).toBe(0);
      for (const [, ms = 0] of timers.mock.calls) expect(ms).toBeLessThan(2 ** 31);
      for (const [, ms = 0] of timers.mock.calls) expect(ms).not.toBeNaN();
      session.dispose();
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('F4: a token of 30 days is renewed shortly before its end, once', async () => {
    const world = strangersWorld({ expires_in: 30 * 86_400 });
    const { session } = world.open();
    await done(world, session.adopt(strangersTokens({ expires_in: 30 * 86_400 }), { id: 'ada' }));
    await world.clock.advance(26 * day);
    expect(world.asked).toHaveLength(0);
    await world.clock.advance(4 * day);
    expect(world.asked).toHaveLength(1);
    expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
  });

  it('F4: a server that tells no life at all, and refuses the token one day: one refresh then', async () => {
    const world = strangersWorld({});
    const { session } = world.open();
    await done(world, session.adopt(strangersTokens({}), { id: 'ada' }));
    await world.clock.advance(40 * day);
    await done(world, session.refresh());
    await world.clock.advance(40 * day);
    expect(world.asked).toHaveLength(1);
  });
});

describe('a token that ends on the way', () => {
  async function twoSecondsLeft(life?: string) {
    const { world, ...ada } = await signedIn(life ? { life } : {});
    const { expiresAt } = ada.session.token.getState();
    const old = ada.session.peekAccessToken();
    // Asleep until then: no timer has renewed it.
    world.clock.sleep((expiresAt ?? 0) - world.clock.now() - 2 * second);
    return { world, ...ada, old };
  }

  it('F9: 2 seconds are left and 10 are asked for: it is renewed first', async () => {
    const { world, session, old } = await twoSecondsLeft();
    expect(await done(world, session.getAccessToken({ minValidity: 10 }))).not.toBe(old);
    expect(count(world, 'POST /token', 200)).toBe(1);
  });

  it('F9: 2 seconds are left and nothing is asked for: it is renewed first', async () => {
    const { world, session, old } = await twoSecondsLeft();
    expect(await done(world, session.getAccessToken())).not.toBe(old);
  });

  it('F9: 2 seconds are left and that is said to be enough: it is handed out at once', async () => {
    const { world, session, old } = await twoSecondsLeft();
    world.proxy = ({ url }) => (url.endsWith('/time') ? null : new Response(null, { status: 503 }));
    expect(await done(world, session.getAccessToken({ minValidity: 0 }))).toBe(old);
    expect(await done(world, session.getAccessToken({ minValidity: 1 }))).toBe(old);
  });

  it('F9: 2 seconds are left, and it cannot be renewed: who asks for more gets an error, who asks for nothing gets it', async () => {
    const { world, session, old } = await twoSecondsLeft();
    troubleTokens(world, () => new Response(null, { status: 503 }));
    await expect(done(world, session.getAccessToken({ minValidity: 10 }))).rejects.toMatchObject({ retryable: true });
    expect(await done(world, session.getAccessToken())).toBe(old);
  });

  it('F9: more is asked for than any token lives: one that was just issued is given, and no call is a refresh of its own', async () => {
    const { world, session } = await signedIn({ life: '10s' });
    const token = await done(world, session.getAccessToken({ minValidity: '1h' }));
    expect(token).toBe(session.peekAccessToken());
    expect(count(world, 'POST /token', 200)).toBe(0);
    await world.clock.advance(1500);
    for (let call = 0; call < 60; call++) await done(world, session.getAccessToken({ minValidity: '10m' }));
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(session.peekAccessToken()).not.toBe(token);
  });
});
