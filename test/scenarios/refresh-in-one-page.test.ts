import { describe, expect, it } from 'vitest';
import type { SessionManager } from '../../src/index.ts';
import { codeOf, done } from './done.ts';
import { count, createWorld, type World } from './world.ts';

const minute = 60_000;
/** An API of the app's own. */
const things = 'https://things.example.com';
const options = { idle: false, apiOrigins: [things] } as const;

const refreshes = (world: World): number => count(world, 'POST /token', 200);

/** Ada, with an access token that is over; the page slept through its end. */
async function asleep(world: World): Promise<SessionManager> {
  const { session } = world.open(options);
  await done(world, session.signIn({ username: 'ada' }));
  world.clock.sleep(6 * minute);
  return session;
}

/** An API that notes the tokens it gets, and refuses those that `isRefused` says. */
function apiThat(world: World, isRefused: (token: string) => boolean): string[] {
  const tokens: string[] = [];
  world.proxy = (request) => {
    if (!request.url.startsWith(things)) return null;
    const [, token = ''] = request.headers.get('authorization')?.split(' ') ?? [];
    tokens.push(token);
    return new Response('{}', { status: isRefused(token) ? 401 : 200 });
  };
  return tokens;
}

describe.each([
  ['bearer mode', false],
  ['cookie mode', true],
])('%s', (_, cookies) => {
  it('A1: 100 callers at once with a token that is over get one token, of one refresh', async () => {
    const world = createWorld({ cookies });
    const session = await asleep(world);
    const tokens = await done(world, Promise.all(Array.from({ length: 100 }, () => session.getAccessToken())));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).toBeTypeOf('string');
    expect(refreshes(world)).toBe(1);
  });

  it('A1: fetch, getAccessToken and refresh at once share one refresh too', async () => {
    const world = createWorld({ cookies });
    const session = await asleep(world);
    const tokens = apiThat(world, () => false);
    const calls = [
      ...Array.from({ length: 15 }, () => session.fetch(`${things}/all`)),
      ...Array.from({ length: 15 }, () => session.getAccessToken()),
      ...Array.from({ length: 15 }, () => session.refresh()),
    ];
    await done(world, Promise.all(calls));
    expect(new Set([...tokens, session.peekAccessToken()]).size).toBe(1);
    expect(refreshes(world)).toBe(1);
  });
});

it('A1: 30 answers of 401, some long after the others, cost one refresh and bring every request through', async () => {
  const world = createWorld();
  const { session } = world.open(options);
  await done(world, session.signIn({ username: 'ada' }));
  const first = await done(world, session.getAccessToken());
  const tokens = apiThat(world, (token) => token === first);
  world.late('/slow', 20_000);
  const slow = session.fetch(`${things}/slow`);
  const answers = await done(world, Promise.all(Array.from({ length: 30 }, () => session.fetch(`${things}/all`))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await world.clock.advance(20_000);
  expect((await done(world, slow)).status).toBe(200);
  expect(refreshes(world)).toBe(1);
  expect(tokens.filter((token) => token !== first)).toHaveLength(31);
});

describe.each([
  ['429', () => new Response('{}', { status: 429 })],
  ['500', () => new Response('oops', { status: 500 })],
  ['400 that is no answer of a session server', () => new Response('<p>Bad request', { status: 400 })],
  ['400 with a code it does not know', () => Response.json({ error: 'invalid_request' }, { status: 400 })],
])('a refresh that is always answered %s', (_, answer) => {
  it('A2: 200 callers one after the other in a minute cost no more requests than the backoff has steps', async () => {
    const world = createWorld();
    const session = await asleep(world);
    let asked = 0;
    world.proxy = ({ url }) => {
      if (!url.endsWith('/token')) return null;
      asked += 1;
      return answer();
    };
    for (let call = 0; call < 200; call++) {
      await expect(done(world, session.getAccessToken())).rejects.toMatchObject({
        name: 'SessionError',
        retryable: true,
      });
      await world.clock.advance(300);
    }
    // At once, then after 1, 2, 4, 8, 16 and 32 seconds, of which up to half is left away.
    expect(asked).toBeGreaterThanOrEqual(5);
    expect(asked).toBeLessThanOrEqual(7);
    expect(session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
  });
});

it('A2: callers one after the other, refused for good, cost one request: the session is over', async () => {
  const world = createWorld();
  const session = await asleep(world);
  let asked = 0;
  world.proxy = ({ url }) => {
    if (!url.endsWith('/token')) return null;
    asked += 1;
    return Response.json({ error: 'invalid_grant', reason: 'revoked' }, { status: 400 });
  };
  for (let call = 0; call < 200; call++)
    expect(await codeOf(done(world, session.getAccessToken()))).toBe('session_ended');
  expect(asked).toBe(1);
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'revoked' });
});

describe('an API that refuses every token', () => {
  it('A3: one request is one refresh and one repeat; the caller gets the 401, and an event says so', async () => {
    const world = createWorld();
    const { session } = world.open(options);
    await done(world, session.signIn({ username: 'ada' }));
    const tokens = apiThat(world, () => true);
    const rejected: string[] = [];
    session.on('rejected_after_refresh', ({ url }) => rejected.push(url));
    expect((await done(world, session.fetch(`${things}/all?q=secret`))).status).toBe(401);
    expect(new Set(tokens).size).toBe(2);
    expect(tokens).toHaveLength(2);
    expect(refreshes(world)).toBe(1);
    expect(rejected).toEqual([`${things}/all`]);
    expect(session.getState()).toMatchObject({ status: 'authenticated', connection: 'online' });
  });

  it('A3: an app that asks again and again does not make a refresh of every request', async () => {
    const world = createWorld();
    const first = world.open(options).session;
    await done(world, first.signIn({ username: 'ada' }));
    const second = world.open(options).session;
    await done(world, second.ready());
    apiThat(world, () => true);
    for (let call = 0; call < 100; call++) {
      for (const session of [first, second])
        expect((await done(world, session.fetch(`${things}/all`))).status).toBe(401);
      await world.clock.advance(300);
    }
    expect(refreshes(world)).toBeLessThanOrEqual(4);
    expect(first.getState().status).toBe('authenticated');
  });
});

describe.each([
  ['500', () => new Response('oops', { status: 500 })],
  ['401', () => new Response(null, { status: 401 })],
  ['invalid_grant', () => Response.json({ error: 'invalid_grant', reason: 'revoked' }, { status: 400 })],
])('requests that wait for a refresh which is answered %s', (_, answer) => {
  it('A4: all settle at once, and none is sent with the token that is over', async () => {
    const world = createWorld();
    const session = await asleep(world);
    const tokens = apiThat(world, () => false);
    world.fail('/token', answer());
    world.late('/token', 1000);
    const calls = Array.from({ length: 5 }, () => codeOf(session.fetch(`${things}/all`)));
    await world.clock.advance(999);
    let settled = 0;
    for (const call of calls) void call.then(() => (settled += 1));
    await world.clock.settle();
    expect(settled).toBe(0);
    await world.clock.advance(1);
    expect(settled).toBe(5);
    expect(await Promise.all(calls)).not.toContain(null);
    expect(tokens).toEqual([]);
  });

  it('A4: all that were refused with 401 before settle too, and nothing waits behind them', async () => {
    const world = createWorld();
    const { session } = world.open(options);
    await done(world, session.signIn({ username: 'ada' }));
    const tokens = apiThat(world, () => true);
    world.fail('/token', answer());
    const calls = await done(
      world,
      Promise.all(Array.from({ length: 5 }, () => codeOf(session.fetch(`${things}/all`)))),
    );
    expect(calls).not.toContain(null);
    expect(tokens).toHaveLength(5);
    await done(world, codeOf(session.fetch(`${things}/all`)));
    await done(world, session.signOut());
    expect(session.getState()).toMatchObject({ status: 'unauthenticated' });
  });
});
