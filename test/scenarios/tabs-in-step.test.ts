import { describe, expect, test } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { done, refusal, signedIn, watch } from './signed-in.ts';
import { createWorld } from './world.ts';

const minute = 60_000;

describe('a sign-out', () => {
  test('I1: reaches every tab, also those that were opened in the very moment, and nothing leaves with a token', async () => {
    const { world, session } = await signedIn();
    const others = [1, 2, 3].map(() => watch(world.open()));
    for (const other of others.slice(0, 2)) await done(world, other.session.ready());
    const before = world.seen.length;
    // The third has not read the vault yet.
    const out = session.signOut();
    const calls = others.map((other) => other.session.fetch('/session').catch((error: { code: string }) => error.code));
    await done(world, out);
    for (const call of calls) expect(await call).toMatch(/session_ended|unauthenticated/);
    for (const other of others)
      expect(other.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    expect(world.seen.slice(before).filter(({ bearer }) => bearer)).toEqual([]);
  });

  test('I1: reaches the other tabs when no message does', async () => {
    const { world, session } = await signedIn();
    const other = world.open();
    await done(world, other.session.ready());
    world.wires.deliver(() => []);
    await done(world, session.signOut());
    other.tab.platform.emit('look');
    expect(await refusal(world, other.session.getAccessToken())).toMatchObject({ code: 'session_ended' });
    expect(other.session.getState()).toMatchObject({ endReason: 'signed_out' });
  });

  test('I2: a tab comes back from the back/forward cache: signed out before anything is sent', async () => {
    const { world, session } = await signedIn();
    const cached = world.open();
    await done(world, cached.session.ready());
    cached.tab.cache();
    await done(world, session.signOut());
    const before = world.seen.length;
    cached.tab.thaw();
    expect(await refusal(world, cached.session.fetch('/session'))).toMatchObject({ code: 'session_ended' });
    expect(cached.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
    expect(world.seen.slice(before).filter(({ bearer }) => bearer)).toEqual([]);
  });
});

test('I6: a tab on the sign-in page is signed in when another tab is, also when the message is lost', async () => {
  const world = createWorld();
  const [first, second, third] = [world.open(), world.open(), world.open()].map(watch);
  if (!first || !second || !third) throw new Error('There are three tabs.');
  for (const { session } of [first, second, third]) await done(world, session.ready());
  world.wires.deliver((_, from, to) => (to === third.tab.id ? [] : [0]));
  await done(world, first.session.signIn({ username: 'ada' }));
  await world.clock.settle();
  expect(second.session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
  third.tab.platform.emit('look');
  await world.clock.advance(0);
  expect(third.session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
  expect(world.seen.map(({ route }) => route)).toEqual(['POST /sessions']);
});

test('I7: the page is left and looked at twenty times: no event, no render, no request', async () => {
  const { world, session, tab } = await signedIn();
  let told = 0;
  for (const store of [session, session.token]) store.subscribe(() => (told += 1));
  for (const name of ['refreshed', 'signed_in', 'changed', 'connection_changed'] as const)
    session.on(name, () => (told += 1));
  const before = [session.getState(), session.token.getState()];
  const requests = world.seen.length;
  for (let n = 0; n < 20; n++) {
    tab.platform.setVisible(false);
    await world.clock.advance(1000);
    tab.platform.setVisible(true);
    await world.clock.advance(1000);
  }
  expect(told).toBe(0);
  expect([session.getState(), session.token.getState()]).toEqual(before);
  expect(session.getState()).toBe(before[0]);
  expect(world.seen).toHaveLength(requests);
});

describe('a manager that is disposed', () => {
  test('I8: a thousand of them, in every stage of life, leave no timer, listener or channel', async () => {
    const { world, tab, session } = await signedIn();
    session.dispose();
    await world.clock.advance(minute);
    const before = [world.clock.pendingTimers(), world.wires.open(), tab.platform.listeners()];
    expect(before).toEqual([0, 0, 0]);
    for (let n = 0; n < 1000; n++) {
      const one = world.open({ platform: tab.platform, vault: tab.vault });
      const stop = [one.session.on('ended', () => {}), one.session.subscribe(() => {}), one.session.hold('upload')];
      if (n % 4 === 1) await done(world, one.session.ready());
      if (n % 4 === 2) void one.session.getAccessToken().catch(() => {});
      if (n % 4 === 3) void one.session.refresh().catch(() => {});
      if (n % 2 === 0) for (const end of stop) end();
      one.session.dispose();
      one.session.dispose();
    }
    await world.clock.advance(minute);
    expect([world.clock.pendingTimers(), world.wires.open(), tab.platform.listeners()]).toEqual(before);
  });

  test('I8: says so to whoever goes on using it, and signs nobody out', async () => {
    const { world, session } = await signedIn();
    const other = world.open().session;
    await done(world, other.ready());
    const waiting = session.refresh().catch((error: unknown) => error);
    session.dispose();
    expect(await done(world, waiting)).toMatchObject({ code: expect.stringMatching(/disposed|aborted/) as string });
    expect(await refusal(world, session.getAccessToken())).toMatchObject({ code: 'disposed' });
    expect(await refusal(world, session.fetch('/session'))).toMatchObject({ code: 'disposed' });
    await world.clock.advance(minute);
    expect(other.getState().status).toBe('authenticated');
    expect((await done(world, other.fetch('/session'))).status).toBe(200);
  });
});

describe('a connection that lasts longer than a token', () => {
  /** What an app writes around a WebSocket: a token for each time it connects. */
  async function connect(session: SessionManager, opened: string[]): Promise<void> {
    opened.push(await session.getAccessToken());
  }

  test('I9: each time it connects it gets a token that is good then', async () => {
    const { world, session } = await signedIn({ idle: false });
    const opened: string[] = [];
    await done(world, connect(session, opened));
    for (let n = 0; n < 5; n++) {
      await world.clock.advance(4 * minute);
      await done(world, connect(session, opened));
      const response = await done(world, session.fetch('/session'));
      expect(response.status).toBe(200);
    }
    expect(new Set(opened).size).toBe(6);
  });

  test('I9: told of a refresh, also of one in another tab, it has the new token at once', async () => {
    const { world, session } = await signedIn({ idle: false });
    const other = world.open({ idle: false }).session;
    await done(world, other.ready());
    const opened: string[] = [];
    session.on('refreshed', () => void connect(session, opened));
    await done(world, other.refresh());
    await world.clock.settle();
    expect(opened).toEqual([other.peekAccessToken()]);
    await done(world, session.signOut());
    expect(await refusal(world, connect(session, opened))).toMatchObject({ code: 'session_ended' });
  });

  test('I9: our own event stream connects with the token of the moment', async () => {
    const world = createWorld();
    const sent = new Set<string>();
    const wrong: unknown[] = [];
    world.proxy = (request) => {
      if (new URL(request.url).pathname !== '/events') return null;
      const carried = request.headers.get('authorization') ?? '';
      sent.add(carried);
      // One that was replaced in this very moment is good to its own end.
      const [, claims = ''] = carried.split('.');
      const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number };
      if (exp * 1000 <= world.clock.now()) wrong.push(carried);
      // As a server does when the token ends: the stream is over.
      return new Response(': hello\n\n', { headers: { 'Content-Type': 'text/event-stream' } });
    };
    const { session } = world.open({ idle: false, liveEvents: true });
    await done(world, session.signIn({ username: 'ada' }));
    await world.clock.advance(20 * minute);
    expect(sent.size).toBeGreaterThan(2);
    expect(wrong).toEqual([]);
  });
});
