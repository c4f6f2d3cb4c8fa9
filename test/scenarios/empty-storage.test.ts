import { describe, expect, it } from 'vitest';
import { done, signedIn, watch } from './signed-in.ts';

const second = 1000;
const minute = 60 * second;

describe('storage that shows nothing', () => {
  it('H3: read as empty while the page goes away, and there again afterwards: nobody is signed out, nothing is lost', async () => {
    const { world, session, statuses, tab } = await signedIn();
    const kept = world.vault.contents();
    tab.platform.emit('away');
    world.vault.clear();
    tab.platform.emit('look');
    await world.clock.settle();
    await world.clock.advance(second);
    world.vault.rollBack(kept);
    tab.platform.emit('back');
    await world.clock.advance(20 * minute);
    expect(statuses).toEqual(['authenticated']);
    expect(world.vault.record()).toMatchObject({ kind: 'live' });
    expect(session.token.getState().freshness).toBe('fresh');
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
  });

  it('H3: read as empty in the moment in which the token ends: nobody is signed out', async () => {
    const { world, session, statuses, tab } = await signedIn();
    const kept = world.vault.contents();
    world.offline = true;
    const { expiresAt } = session.token.getState();
    await world.clock.advance((expiresAt ?? 0) - world.clock.now() - second);
    tab.platform.emit('away');
    world.vault.clear();
    await world.clock.advance(5 * second);
    world.vault.rollBack(kept);
    tab.platform.emit('back');
    world.offline = false;
    await world.clock.advance(2 * minute);
    expect(statuses).toEqual(['authenticated']);
    expect(session.token.getState().freshness).toBe('fresh');
  });

  it('H3: read as empty at the start, and there a moment later: the person is there', async () => {
    const { world, tab: closed } = await signedIn();
    closed.close();
    const kept = world.vault.contents();
    world.vault.clear();
    const { session, statuses, tab } = watch(world.open());
    await done(world, session.ready());
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: null });
    world.vault.rollBack(kept);
    tab.platform.emit('look');
    await world.clock.settle();
    expect(statuses).toEqual(['loading', 'unauthenticated', 'authenticated']);
  });

  it('H3: gone for good: the token serves to its end, then the reason is that, in every tab and after a reload', async () => {
    const { world, ...first } = await signedIn();
    const other = watch(world.open());
    await done(world, other.session.ready());
    world.vault.clear();
    for (const { tab } of [first, other]) tab.platform.emit('look');
    await world.clock.advance(minute);
    for (const { session } of [first, other]) {
      expect(session.getState().status).toBe('authenticated');
      expect((await done(world, session.fetch('/session'))).status).toBe(200);
    }
    await world.clock.advance(5 * minute);
    const later = world.open();
    await done(world, later.session.ready());
    for (const { session } of [first, other, later])
      expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'storage_missing' });
    expect(world.seen.filter(({ route }) => route === 'POST /token')).toEqual([]);
    expect(world.seen.filter(({ route, status }) => route === 'POST /revoke' && status === 200).length).toBeGreaterThan(
      0,
    );
  });
});

describe('storage that the browser has emptied', () => {
  it.each([
    ['bearer mode', false],
    ['cookie mode', true],
  ])(
    'H8: everything that scripts can write is gone, in %s: nobody is signed in, without a reason, and signing in works',
    async (_, cookies) => {
      const { world, tab } = await signedIn({ cookies });
      tab.close();
      world.vault.clear();
      const { session, statuses } = watch(world.open());
      await done(world, session.ready());
      await world.clock.advance(10 * minute);
      expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: null });
      expect(statuses).toEqual(['loading', 'unauthenticated']);
      expect(world.seen.filter(({ route }) => route === 'POST /token')).toEqual([]);
      await done(world, session.signIn({ username: 'ada' }, { remember: true }));
      await done(world, session.refresh());
      await done(world, session.refresh());
      expect((await done(world, session.fetch('/session'))).status).toBe(200);
      expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
    },
  );
});
