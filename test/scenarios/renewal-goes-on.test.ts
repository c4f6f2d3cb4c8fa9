import { describe, expect, it } from 'vitest';
import { done, signedIn, untilExpired, watch } from './signed-in.ts';
import { strangersTokens, strangersWorld } from './strangers-server.ts';
import { expectRecovery, heal, troubleTokens } from './trouble.ts';
import { count } from './world.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('a refresh token that is refused while the access token is good', () => {
  const refused = (): Response => Response.json({ error: 'invalid_grant' }, { status: 400 });

  async function refusedEarly() {
    const world = strangersWorld();
    const opened = world.open();
    await done(world, opened.session.adopt(strangersTokens({ expires_in: 300 }), { id: 'ada' }));
    const ada = watch(opened);
    world.answer = refused;
    const { refreshAt, expiresAt } = ada.session.token.getState();
    return { world, ...ada, refreshAt: refreshAt ?? 0, expiresAt: expiresAt ?? 0 };
  }

  it('E6: the access token serves to its end, and the app is told early', async () => {
    const { world, session, statuses, failures, refreshAt, expiresAt } = await refusedEarly();
    await world.clock.advance(refreshAt - world.clock.now() + second);
    expect(world.asked).toHaveLength(1);
    expect(failures).toMatchObject([{ error: { reason: 'refresh_rejected', retryable: false } }]);
    for (let left = expiresAt - world.clock.now(); left > 10 * second; left -= 10 * second) {
      expect(await done(world, session.getAccessToken())).toBe('access-0');
      expect(session.peekAccessToken()).toBe('access-0');
      await world.clock.advance(10 * second);
    }
    expect(statuses).toEqual(['authenticated']);
    await world.clock.advance(10 * second);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'refresh_rejected' });
    expect(world.asked).toHaveLength(1);
    expect(failures).toHaveLength(1);
  });

  it('E6: a page that is loaded meanwhile has the access token too, and the same reason in the end', async () => {
    const { world, tab, refreshAt, expiresAt } = await refusedEarly();
    await world.clock.advance(refreshAt - world.clock.now() + second);
    tab.close();
    const { session } = world.open();
    await done(world, session.ready());
    expect(await done(world, session.getAccessToken())).toBe('access-0');
    await world.clock.advance(expiresAt - world.clock.now() + second);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'refresh_rejected' });
    expect(world.asked.length).toBeLessThanOrEqual(2);
    const later = world.open();
    await done(world, later.session.ready());
    expect(later.session.getState()).toMatchObject({ endReason: 'refresh_rejected' });
  });

  it('E6: new tokens in time, and nobody is signed out', async () => {
    const { world, session, statuses, refreshAt, expiresAt } = await refusedEarly();
    await world.clock.advance(refreshAt - world.clock.now() + second);
    await done(world, session.adopt(strangersTokens({ expires_in: 300 }, 7), { id: 'ada' }));
    await world.clock.advance(expiresAt - world.clock.now() + second);
    expect(await done(world, session.getAccessToken())).toBe('access-7');
    expect(statuses).toEqual(['authenticated']);
  });
});

describe('a server that can be reached again', () => {
  it('E7: one failure, then all is well: refreshed within the first pause, without a call', async () => {
    const { world, ...ada } = await signedIn();
    let failed = false;
    const attempts = troubleTokens(world, () => {
      failed = true;
      heal(world);
      throw new TypeError('Failed to fetch');
    });
    while (!failed) await world.clock.advance(second);
    await world.clock.advance(2 * second);
    expect(attempts()).toBe(1);
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(ada.session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
    expect(ada.failures).toHaveLength(1);
    expect(ada.connections).toEqual(['offline', 'online']);
  });

  it.each<[string, string, () => Response]>([
    ['answers 503', 'degraded', () => new Response(null, { status: 503 })],
    [
      'cannot be reached',
      'offline',
      () => {
        throw new TypeError('Failed to fetch');
      },
    ],
  ])(
    'E7: the server %s for an hour: bounded attempts, told once, well again one pause later',
    async (_, connection, trouble) => {
      const { world, ...ada } = await signedIn();
      const attempts = troubleTokens(world, trouble);
      await world.clock.advance(hour);
      expect(attempts()).toBeLessThanOrEqual(6 + 2 * 60);
      expect(attempts()).toBeGreaterThan(50);
      expect(ada.connections).toEqual([connection]);
      await expectRecovery(world, ada);
      expect(ada.connections).toEqual([connection, 'online']);
    },
  );

  it('E7: somebody sets the clock back during the pause: the next attempt comes in its time all the same', async () => {
    const { world, ...ada } = await signedIn();
    troubleTokens(world, () => new Response(null, { status: 503 }));
    await untilExpired(world, ada.session);
    await world.clock.advance(5 * minute);
    ada.tab.clock.step(-2 * hour);
    await expectRecovery(world, ada);
  });

  it('E7: somebody sets the clock forth and back during the pause: nobody is signed out, the next attempt comes in its time', async () => {
    const { world, ...ada } = await signedIn();
    troubleTokens(world, () => new Response(null, { status: 503 }));
    await untilExpired(world, ada.session);
    ada.tab.clock.step(2 * hour);
    await world.clock.advance(5 * minute);
    ada.tab.clock.step(-2 * hour);
    await expectRecovery(world, ada);
  });
});
