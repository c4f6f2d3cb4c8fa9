import { describe, expect, it } from 'vitest';
import { done, refusal, signedIn, watch, type Watched } from './signed-in.ts';
import type { World } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('a limit that passes without a network', () => {
  it.each<[string, (ada: Watched & { world: World }) => Promise<Watched>]>([
    [
      'asleep',
      async (ada) => {
        ada.world.clock.sleep(10 * hour);
        return ada;
      },
    ],
    [
      'frozen',
      async (ada) => {
        ada.tab.freeze();
        await ada.world.clock.advance(10 * hour);
        ada.tab.thaw();
        return ada;
      },
    ],
    [
      'in the back/forward cache',
      async (ada) => {
        ada.tab.cache();
        await ada.world.clock.advance(10 * hour);
        ada.tab.thaw();
        return ada;
      },
    ],
    [
      'stopped',
      async (ada) => {
        ada.tab.stall();
        await ada.world.clock.advance(10 * hour);
        ada.tab.unstall();
        return ada;
      },
    ],
    [
      'closed',
      async (ada) => {
        ada.tab.close();
        await ada.world.clock.advance(10 * hour);
        return watch(ada.world.open());
      },
    ],
    [
      'crashed',
      async (ada) => {
        ada.tab.crash();
        await ada.world.clock.advance(10 * hour);
        return watch(ada.world.open());
      },
    ],
  ])(
    'G8: ten hours %s, with a limit of 30 minutes: signed out on return, before anything is shown',
    async (_, leave) => {
      const ada = await signedIn({ remember: false });
      const { world } = ada;
      world.offline = true;
      const { session, tab, statuses } = await leave(ada);
      tab.platform.emit('look');
      // In the very task of the return: no token, and nobody there.
      expect(session.peekAccessToken()).toBeNull();
      if (session.getState().status === 'authenticated') expect(session.idle.getState().phase).toBe('idle');
      const call = refusal(world, session.fetch('/session'));
      await world.clock.settle();
      expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
      expect(statuses.filter((status) => status !== 'loading').slice(-1)).toEqual(['unauthenticated']);
      await expect(call).resolves.toMatchObject({ code: 'session_ended', reason: 'idle' });
      expect(world.seen.filter(({ route }) => route === 'GET /session')).toEqual([]);
    },
  );

  it('G8: ten hours awake without a network, and nobody there: signed out when the limit passes', async () => {
    const { world, session } = await signedIn({ remember: false });
    world.offline = true;
    await world.clock.advance(30 * minute - 1);
    expect(session.getState().status).toBe('authenticated');
    await world.clock.advance(1);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  });

  it('G8: thirteen hours without a network and somebody there all the time: signed out by the absolute limit', async () => {
    const { world, session, tab } = await signedIn({ remember: false });
    world.offline = true;
    for (let n = 0; n < 12 * 6; n++) {
      expect(session.getState().status).toBe('authenticated');
      tab.platform.act();
      await world.clock.advance(10 * minute);
    }
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'absolute_expired' });
  });

  it('G8: the network does not answer at all on return: nothing is handed out, and the tab shows that nobody is there', async () => {
    const { world } = await signedIn({ remember: false });
    const { session, tab } = world.open({ fetch: () => new Promise(() => {}) });
    await done(world, session.ready());
    world.clock.sleep(10 * hour);
    tab.platform.emit('look');
    const call = refusal(world, session.getAccessToken());
    expect(session.idle.getState().phase).toBe('idle');
    expect(session.peekAccessToken()).toBeNull();
    await world.clock.advance(5 * second);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
    await expect(call).resolves.toMatchObject({ code: 'session_ended' });
    session.dispose();
  });
});
