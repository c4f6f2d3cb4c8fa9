import { describe, expect, it } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { createWorld as createCoreWorld } from '../client/core/world.ts';
import { codeOf, done } from './done.ts';
import { count, createWorld, type Opened, type World } from './world.ts';

interface UnderWay extends Opened {
  world: World;
  /** Another tab of the same browser. */
  other: SessionManager;
  /** What becomes of the refresh. */
  refresh: Promise<string | null>;
}

/** Ada's refresh: the server has rotated, its answer takes two seconds, one has passed. */
async function refreshUnderWay(cookies: boolean): Promise<UnderWay> {
  const world = createWorld({ cookies });
  const { tab, session } = world.open();
  await done(world, session.signIn({ username: 'ada' }));
  const other = world.open().session;
  await done(world, other.ready());
  world.late('/token', 2000);
  const refresh = codeOf(session.refresh());
  await world.clock.advance(1000);
  expect(count(world, 'POST /token', 200)).toBe(1);
  return { world, tab, session, other, refresh };
}

/** How many sessions ada has at the server, asked from another browser; without the one that asks. */
async function otherSessions(world: World): Promise<number> {
  const { session } = world.elsewhere();
  await done(world, session.signIn({ username: 'ada' }));
  return (await done(world, session.devices.list())).length - 1;
}

describe.each([
  ['bearer mode', false],
  ['cookie mode', true],
])('%s', (_, cookies) => {
  it.each(['the same tab', 'another tab'])(
    'A6: a refresh in flight when sign-out runs in %s does not bring the session back',
    async (where) => {
      const { world, tab, session, other, refresh } = await refreshUnderWay(cookies);
      const cookie = [...world.jar];
      await done(world, (where === 'the same tab' ? session : other).signOut());
      // The cookie of the late answer is put into the jar by the browser, whatever the client makes of the answer.
      for (const [name, value] of cookie) world.jar.set(name, value);
      await world.clock.advance(2000);
      expect(await refresh).toMatch(/session_ended|aborted/);
      for (const one of [session, other]) {
        expect(one.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
        expect(one.peekAccessToken()).toBeNull();
        expect(await codeOf(done(world, one.getAccessToken()))).toBe('session_ended');
      }
      expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'signed_out' });
      expect(world.vault.contents().outbox).toEqual([]);
      expect(JSON.stringify(world.vault.contents())).not.toMatch(/token/i);
      expect(await otherSessions(world)).toBe(0);

      tab.close();
      const requests = world.seen.length;
      const next = world.open().session;
      await done(world, next.ready());
      await world.clock.advance(10_000);
      expect(next.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
      expect(world.seen).toHaveLength(requests);
    },
  );

  it.each(['the same tab', 'another tab'])(
    'A7: a refresh in flight when another person signs in in %s does not overwrite that session',
    async (where) => {
      const { world, session, other, refresh } = await refreshUnderWay(cookies);
      await done(world, (where === 'the same tab' ? session : other).signIn({ username: 'bob' }));
      // Given up, not waited for: a browser that receives the answer would also put its cookie over the one of bob.
      expect(await done(world, refresh)).toBe('aborted');
      await world.clock.advance(5000);
      expect(world.vault.record()).toMatchObject({ kind: 'live', generation: 0, user: { id: 'bob' } });
      for (const one of [session, other]) {
        expect(one.getState()).toMatchObject({ status: 'authenticated', user: { id: 'bob' } });
        const response = await done(world, one.fetch('/session'));
        expect(await response.json()).toMatchObject({ session: { user_id: 'bob' } });
      }
      await done(world, other.refresh());
      expect(session.token.getState().generation).toBe(1);
      expect(await otherSessions(world)).toBe(0);
    },
  );

  it('A7: nor when the same person signs in anew', async () => {
    const { world, session, other, refresh } = await refreshUnderWay(cookies);
    await done(world, other.signIn({ username: 'ada' }));
    const record = world.vault.record();
    await world.clock.advance(5000);
    await refresh;
    expect(world.vault.record()).toEqual(record);
    expect(session.peekAccessToken()).toBe(other.peekAccessToken());
    expect(await otherSessions(world)).toBe(1);
  });
});

it.each(['ada’s session is revoked by then', 'ada’s session is not revoked yet'])(
  'A7: the cookie of a late answer, put into the jar over the one of the next person, signs that person out of nothing: %s',
  async (which) => {
    const { world, session, other, refresh } = await refreshUnderWay(true);
    const cookie = [...world.jar];
    if (which.includes('not'))
      world.proxy = ({ url }) => (url.endsWith('/revoke') ? new Response(null, { status: 503 }) : null);
    await done(world, other.signIn({ username: 'bob' }));
    for (const [name, value] of cookie) world.jar.set(name, value);
    await world.clock.advance(5000);
    await refresh;
    await codeOf(done(world, other.refresh()));
    expect(other.getState()).toMatchObject({ status: 'authenticated', user: { id: 'bob' } });
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'bob' } });
  },
);

it('A6: a refresh that reaches the server only after the sign-out gets nothing, and the reason stays', async () => {
  const world = createCoreWorld();
  const { manager } = await world.signedIn();
  world.server.faults.push({ kind: 'late_request', ms: 2000 });
  const refresh = codeOf(manager.refresh());
  await world.clock.advance(1000);
  await manager.signOut();
  await world.clock.advance(5000);
  expect(await refresh).toMatch(/session_ended|aborted/);
  expect(world.server.refreshes).toEqual(['ended']);
  expect(manager.state.getState()).toMatchObject({ endReason: 'signed_out' });
  expect(world.server.revocations).toHaveLength(1);
});

it('A6: a sign-out that storage refuses is not undone by a refresh that it takes again', async () => {
  const world = createCoreWorld();
  const { manager } = await world.signedIn();
  world.server.faults.push({ kind: 'late_answer', ms: 2000 });
  const refresh = codeOf(manager.refresh());
  await world.clock.advance(1000);
  world.vault.refuse('update', 1);
  await manager.signOut();
  await world.clock.advance(60_000);
  expect(await refresh).toMatch(/session_ended|aborted/);
  expect(manager.state.getState()).toMatchObject({ endReason: 'signed_out' });
  expect(world.vault.record()).toMatchObject({ kind: 'ended', reason: 'signed_out' });
  expect(world.server.revocations.length).toBeGreaterThan(0);
  const { manager: next } = await world.openTab();
  expect(next.state.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
});

it('A8: a tab whose refresh comes to nothing because another one was faster hands out the tokens of that one, never none', async () => {
  const world = createCoreWorld();
  const slow = await world.signedIn('ada', { idle: false });
  const fast = await world.openTab({ idle: false, lockTimeout: '1s', requestTimeout: '1s' });
  world.clock.sleep(6 * 60_000);
  world.server.faults.push({ kind: 'late_answer', ms: 6000 });
  const calls = [slow.manager.accessToken(undefined), slow.manager.authorize().then(({ accessToken }) => accessToken)];
  await world.clock.advance(100);
  for (let round = 0; round < 2; round++) {
    const refresh = fast.manager.refresh();
    await world.clock.advance(2000);
    await refresh;
  }
  expect(fast.events).toContain('lock_stolen');
  await world.clock.advance(6000);
  for (const token of await Promise.all(calls)) expect(token).toMatch(/^access-ada-2/);
  expect(world.server.refreshes).toEqual(['rotated', 'replayed', 'rotated']);
});
