import { describe, expect, it } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { api, count, createWorld, type World } from './world.ts';

const minute = 60_000;

/** Lets a call of the client finish: the simulated time stands still, its work does not. */
async function done<T>(world: World, call: Promise<T>): Promise<T> {
  let settled = false;
  void call.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let turn = 0; turn < 50 && !settled; turn++) await world.clock.settle();
  return call;
}

/** Waits for a refresh that began by itself. */
async function quiet(world: World, { token }: SessionManager): Promise<void> {
  while (token.getState().refreshing) await world.clock.settle();
}

describe.each([
  ['bearer mode', false],
  ['cookie mode', true],
])('%s', (_, cookies) => {
  it('signs in, calls the API with a bound token, and signs out', async () => {
    const world = createWorld({ cookies });
    const { session } = world.open();
    await done(world, session.signIn({ username: 'ada' }));
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    const response = await done(world, session.fetch('/session'));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ session: { user_id: 'ada' } });
    await done(world, session.signOut());
    await world.clock.advance(100);
    expect(count(world, 'POST /revoke', 200)).toBe(1);
    expect(world.jar.size).toBe(0);
    await expect(session.fetch('/session')).rejects.toMatchObject({ code: 'session_ended' });
  });

  it('keeps eight tabs signed in over an hour with one refresh per life', async () => {
    const world = createWorld({ cookies });
    const first = world.open({ idle: false });
    await done(world, first.session.signIn({ username: 'ada' }, { remember: true }));
    const tabs = [first, ...Array.from({ length: 7 }, () => world.open({ idle: false }))];
    await world.clock.advance(60 * minute);
    // A life of 285 to 300 seconds, refreshed 75 seconds before its end or up to a tenth of it earlier.
    const { generation } = first.session.token.getState();
    expect(generation).toBeGreaterThanOrEqual(Math.floor(3600 / 225));
    expect(generation).toBeLessThanOrEqual(Math.ceil(3600 / 180));
    const tokens = new Set(tabs.map(({ session }) => session.peekAccessToken()));
    expect(tokens.size).toBe(1);
    expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('recovers a lost answer, whoever asks again', async () => {
    const world = createWorld({ cookies });
    const first = world.open({ idle: false });
    await done(world, first.session.signIn({ username: 'ada' }));
    const second = world.open({ idle: false });
    await done(world, second.session.ready());
    world.fail('/token', 'lost');
    await expect(done(world, first.session.refresh())).rejects.toMatchObject({ retryable: true });
    first.tab.crash();
    await done(world, second.session.refresh());
    expect(second.session.token.getState().generation).toBe(1);
    await done(world, second.session.refresh());
    expect(second.session.token.getState().generation).toBe(2);
    expect(second.session.getState().status).toBe('authenticated');
  });

  it('tells another sign-in of the same person as a device, and ends it from here', async () => {
    const world = createWorld({ cookies });
    const here = world.open();
    await done(world, here.session.signIn({ username: 'ada' }));
    const elsewhere = world.elsewhere().session;
    await done(world, elsewhere.signIn({ username: 'ada' }));
    const devices = await done(world, here.session.devices.list());
    expect(devices).toHaveLength(2);
    const other = devices.find(({ current }) => !current);
    await done(world, here.session.devices.revoke(other?.id ?? ''));
    await expect(done(world, elsewhere.refresh())).rejects.toMatchObject({ code: 'session_ended' });
    expect(elsewhere.getState()).toMatchObject({ endReason: 'signed_out_elsewhere' });
    expect(here.session.getState().status).toBe('authenticated');
  });

  it('signs the others out and goes on here; signs all out and ends here', async () => {
    const world = createWorld({ cookies });
    const here = world.open();
    await done(world, here.session.signIn({ username: 'ada' }));
    const elsewhere = world.elsewhere().session;
    await done(world, elsewhere.signIn({ username: 'ada' }));
    await done(world, here.session.signOut({ scope: 'others' }));
    expect((await done(world, here.session.fetch('/session'))).status).toBe(200);
    await expect(done(world, elsewhere.refresh())).rejects.toMatchObject({ reason: 'revoked_all' });
    await done(world, here.session.signOut({ scope: 'all' }));
    expect(here.session.getState()).toMatchObject({ endReason: 'signed_out' });
  });

  it('ends here, and says that the others could not be, when there is no network', async () => {
    const world = createWorld({ cookies });
    const { session } = world.open();
    await done(world, session.signIn({ username: 'ada' }));
    world.offline = true;
    await expect(done(world, session.signOut({ scope: 'others' }))).rejects.toMatchObject({ code: 'offline' });
    expect(session.getState().status).toBe('authenticated');
    await expect(done(world, session.signOut({ scope: 'all' }))).rejects.toMatchObject({ code: 'offline' });
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
  });

  it('keeps the app’s data in the session', async () => {
    const world = createWorld({ cookies });
    const { session } = world.open();
    await done(world, session.signIn({ username: 'ada' }));
    await done(world, session.data.set('cart', [1, 2]));
    await done(world, session.data.merge({ theme: 'dark' }));
    await done(world, session.data.remove('cart'));
    expect(await done(world, session.data.get())).toEqual({ theme: 'dark' });
    await done(world, session.data.clear());
    expect(await done(world, session.data.get())).toEqual({});
  });

  it('E4: 500s, a captive portal, a firewall and a limit sign nobody out', async () => {
    const world = createWorld({ cookies });
    const { session } = world.open({ idle: false });
    await done(world, session.signIn({ username: 'ada' }));
    const answers = [
      new Response('oops', { status: 500 }),
      new Response('<html>Welcome to the hotel', { headers: { 'Content-Type': 'text/html' } }),
      new Response('<html>Denied', { status: 403, headers: { 'Content-Type': 'text/html' } }),
      new Response('{"error":"invalid_grant"}', { status: 429, headers: { 'Retry-After': '2' } }),
      new Response('{"access_token":1}', { headers: { 'Content-Type': 'application/json' } }),
    ];
    for (const answer of answers) {
      world.fail('/token', answer);
      await expect(done(world, session.refresh())).rejects.toMatchObject({
        retryable: true,
      });
      expect(session.getState()).toMatchObject({ status: 'authenticated' });
      await world.clock.advance(2 * minute);
      await quiet(world, session);
    }
    expect(session.getState()).toMatchObject({ status: 'authenticated', connection: 'online' });
  });
});

describe('cookie mode', () => {
  it('never shows a page its refresh token', async () => {
    const world = createWorld({ cookies: true });
    const { session } = world.open({ idle: false });
    await done(world, session.signIn({ username: 'ada' }));
    await world.clock.advance(20 * minute);
    const [token = ''] = world.jar.values();
    expect(token).toHaveLength(67);
    expect(JSON.stringify(world.vault.contents())).not.toContain(token);
    expect(world.seen.some(({ body }) => body.includes(token))).toBe(false);
    expect(world.vault.record()).toMatchObject({ refreshToken: null });
  });

  it('recovers when a late Set-Cookie puts the jar back by one', async () => {
    const world = createWorld({ cookies: true });
    const { session } = world.open({ idle: false });
    await done(world, session.signIn({ username: 'ada' }));
    await done(world, session.refresh());
    const early = new Map(world.jar);
    await done(world, session.refresh());
    for (const [name, value] of early) world.jar.set(name, value);
    await done(world, session.refresh());
    expect(session.getState().status).toBe('authenticated');
    await done(world, session.refresh());
    expect(session.token.getState().generation).toBe(3);
  });

  it('recovers when the answer is lost and the cookie that came with it is not', async () => {
    const world = createWorld({ cookies: true });
    const { session } = world.open({ idle: false });
    await done(world, session.signIn({ username: 'ada' }));
    world.fail('/token', 'lost');
    await expect(done(world, session.refresh())).rejects.toMatchObject({ retryable: true });
    await world.clock.advance(minute);
    await done(world, session.refresh());
    expect(session.getState().status).toBe('authenticated');
    expect(world.seen.filter(({ status }) => status >= 400)).toEqual([]);
  });
});

describe('binding', () => {
  it('all: requests carry the token and a proof of its key', async () => {
    const world = createWorld();
    const { session } = world.open();
    await done(world, session.signIn({ username: 'ada' }));
    const token = await done(world, session.getAccessToken());
    const own = await done(world, session.authorize(new Request(`${api}/session`)));
    expect(own.headers.get('authorization')).toBe(`DPoP ${token}`);
    expect(own.headers.has('dpop')).toBe(true);
  });

  it.each(['refresh', 'none'] as const)('%s: access tokens are plain bearer tokens', async (binding) => {
    const world = createWorld();
    const { session } = world.open({ binding, idle: false });
    await done(world, session.signIn({ username: 'ada' }));
    const request = await done(world, session.authorize(new Request(`${api}/session`)));
    expect(request.headers.get('authorization')).toMatch(/^Bearer /);
    expect(request.headers.has('dpop')).toBe(false);
    await done(world, session.refresh());
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    const record = world.vault.record();
    expect(record?.kind === 'live' && record.key === null).toBe(binding === 'none');
  });
});
