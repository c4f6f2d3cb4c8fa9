import { describe, expect, expectTypeOf, test } from 'vitest';
import type { SessionEvents, SessionManager, SessionState, User } from '../../src/index.ts';
import { createSessionManager } from '../../src/index.ts';
import { done, refusal, signedIn, watch } from './signed-in.ts';
import { api, count, createWorld } from './world.ts';

test('K2: fifty readers and ten page changes cost one read of storage, and no request', async () => {
  const { world, tab } = await signedIn();
  tab.close();
  const reads = world.vault.reads;
  const requests = world.seen.length;
  const { session } = world.open();
  await done(world, session.ready());
  for (let page = 0; page < 10; page++) {
    const stops = Array.from({ length: 50 }, () => session.subscribe(() => {}));
    for (let reader = 0; reader < 50; reader++) {
      expect(session.getState()).toMatchObject({ user: { id: 'ada' } });
      expect(await session.ready()).toBe(session.getState());
      expect(await session.getAccessToken()).toBe(session.peekAccessToken());
    }
    for (const stop of stops) stop();
  }
  expect(world.vault.reads - reads).toBe(1);
  expect(world.seen).toHaveLength(requests);
});

describe('a state that is not known yet', () => {
  /** A page that leads to its sign-in page when nobody is signed in. */
  function route(state: SessionState): string {
    // @ts-expect-error nobody knows yet who is signed in: there is no user to ask for
    void state.user;
    switch (state.status) {
      case 'loading':
        // @ts-expect-error and no reason for an end either
        void state.endReason;
        return 'wait';
      case 'unauthenticated':
        // @ts-expect-error nobody is signed in
        void state.user;
        return '/sign-in';
      case 'authenticated':
        return state.user.id;
    }
  }

  test('K5: is no sign-out, for the eye and for the compiler: nobody is led to the sign-in page by it', async () => {
    const { world, tab } = await signedIn();
    tab.close();
    world.vault.slow(2000);
    const { session } = world.open();
    const routes = [route(session.getState())];
    session.subscribe(() => routes.push(route(session.getState())));
    await world.clock.advance(10_000);
    expect([...new Set(routes)]).toEqual(['wait', 'ada']);
    expectTypeOf(session.getState()).not.toBeAny();
    expectTypeOf<Extract<SessionState, { status: 'loading' }>>().not.toHaveProperty('user');
    expectTypeOf<Extract<SessionState, { status: 'unauthenticated' }>>().not.toHaveProperty('user');
  });
});

describe('the app’s own fields', () => {
  interface Person extends User {
    name: string;
    roles: readonly string[];
  }

  test('K6: named once, they are typed in the state, the events, the hooks and the answers, and they arrive', async () => {
    const world = createWorld();
    world.people.set('ada', { name: 'Ada', roles: ['admin'] });
    const { tab } = world.open();
    const session: SessionManager<Person> = createSessionManager<Person>({
      url: api,
      vault: tab.vault,
      platform: tab.platform,
      fetch: (input, init) => world.send(new Request(input, init)),
      liveEvents: false,
      onSignedOut: ({ user }) => void told.push(user?.name.toUpperCase() ?? ''),
    });
    const told: string[] = [];
    session.on('signed_in', ({ user }) => told.push(user.roles.join()));
    session.on('identity_changed', ({ from, to }) => told.push(from.name + to.name));
    const state = await done(world, session.signIn({ username: 'ada' }));
    expectTypeOf(state.user).toEqualTypeOf<Person>();
    expectTypeOf<SessionEvents<Person>['ended']['user']>().toEqualTypeOf<Person | null>();
    expect(state.user.roles).toEqual(['admin']);
    // @ts-expect-error a name is text
    void (() => state.user.name * 2);
    // @ts-expect-error there is no such field
    void (() => state.user.email.length);
    await done(world, session.signOut());
    expect(told).toEqual(['admin', 'ADA']);
  });
});

test('K7: a module without any framework has tokens, requests and changes', async () => {
  const { world, session } = await signedIn();
  const statuses: string[] = [];
  const stop = session.subscribe(() => statuses.push(session.getState().status));
  // Detached, as a module hands them on.
  const { fetch, getAccessToken, peekAccessToken, authorize } = session;
  expect((await done(world, fetch(new URL('/session', api)))).status).toBe(200);
  expect((await done(world, fetch(new Request(`${api}/session`)))).status).toBe(200);
  expect(await done(world, getAccessToken())).toBe(peekAccessToken());
  const request = await done(world, authorize(new Request(`${api}/session`)));
  expect(request.headers.get('authorization')).toContain(peekAccessToken());
  await done(world, session.signOut());
  stop();
  expect(statuses).toEqual(['unauthenticated']);
});

describe('a refresh by hand', () => {
  test('K8: is over when every store shows what it brought, here and in the other tabs', async () => {
    const world = createWorld();
    world.people.set('ada', { roles: ['reader'] });
    const tabs = [world.open(), world.open(), world.open()].map(watch);
    await done(world, (tabs[0] as (typeof tabs)[number]).session.signIn({ username: 'ada' }));
    for (const { session } of tabs) await done(world, session.ready());
    world.people.set('ada', { roles: ['reader', 'admin'] });
    const [{ session }] = tabs as [(typeof tabs)[number]];
    const shown: unknown[] = [];
    session.subscribe(() => shown.push(session.getState()));
    await done(world, session.refresh());
    expect(session.getState()).toMatchObject({ user: { roles: ['reader', 'admin'] } });
    expect(session.token.getState().generation).toBe(1);
    await world.clock.settle();
    for (const other of tabs) expect(other.session.getState()).toMatchObject({ user: { roles: ['reader', 'admin'] } });
    expect(shown).toHaveLength(1);
    expect(count(world, 'POST /token', 200)).toBe(1);
  });

  test('K8: several at once are one; one that fails says why, and changes nothing', async () => {
    const { world, session } = await signedIn();
    await done(world, Promise.all([session.refresh(), session.refresh(), session.refresh()]));
    expect(count(world, 'POST /token', 200)).toBe(1);
    world.offline = true;
    const before = session.getState();
    expect(await refusal(world, session.refresh())).toMatchObject({ code: 'network_error', retryable: true });
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: (before as { user: User }).user });
  });
});

test('K9: roles changed at the server: the API says that the token is out of date, the same call brings the new ones', async () => {
  const world = createWorld();
  world.people.set('ada', { roles: ['reader'] });
  const [{ session, statuses }, other] = [watch(world.open()), watch(world.open())];
  await done(world, session.signIn({ username: 'ada' }));
  await done(world, other.session.ready());
  const stale = await done(world, session.getAccessToken());
  world.people.set('ada', { roles: ['admin'] });
  const bodies: string[] = [];
  world.proxy = async (request) => {
    if (!request.url.endsWith('/orders')) return null;
    bodies.push(await request.text());
    return request.headers.get('authorization')?.endsWith(stale)
      ? Response.json({ code: 'claims_stale' }, { status: 401 })
      : Response.json({ done: true });
  };
  const order = { method: 'POST', body: '{"item":1}' };
  const answers = await done(
    world,
    Promise.all([session.fetch('/orders', order), other.session.fetch('/orders', order)]),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(bodies).toEqual([order.body, order.body, order.body, order.body]);
  expect(count(world, 'POST /token', 200)).toBe(1);
  for (const one of [session, other.session]) expect(one.getState()).toMatchObject({ user: { roles: ['admin'] } });
  expect(statuses.slice(statuses.indexOf('authenticated'))).toEqual(['authenticated']);
});
