import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createSessionManager, isSessionError, SessionError, type SessionManager } from '../../src/index.ts';
import { createWorld, api, type World } from './world.ts';
import { done, refusal, signedIn } from './signed-in.ts';
import { json, page } from './trouble.ts';

const minute = 60_000;

/** What every rejection carries. */
const errorSchema = z.object({
  name: z.literal('SessionError'),
  message: z.string().min(20),
  code: z.string().regex(/^[a-z]+(_[a-z]+)*$/),
  retryable: z.boolean(),
  status: z.number().int().min(100).max(599).optional(),
  retryAfterMs: z.number().nonnegative().optional(),
  reason: z
    .string()
    .regex(/^[a-z_]+$/)
    .optional(),
});

/** Every call that can go to the server, or needs somebody who is signed in. */
const calls: Record<string, (session: SessionManager) => Promise<unknown>> = {
  getAccessToken: (session) => session.getAccessToken(),
  'getAccessToken that must last': (session) => session.getAccessToken({ minValidity: '10m' }),
  refresh: (session) => session.refresh(),
  'devices.list': (session) => session.devices.list(),
  'devices.revoke': (session) => session.devices.revoke('session_1'),
  'data.get': (session) => session.data.get(),
  'data.set': (session) => session.data.set('cart', 1),
  'data.merge': (session) => session.data.merge({}),
  'data.remove': (session) => session.data.remove('cart'),
  'data.clear': (session) => session.data.clear(),
  'signOut of others': (session) => session.signOut({ scope: 'others' }),
  'signOut everywhere': (session) => session.signOut({ scope: 'all' }),
};
const callNames = Object.keys(calls);
const withoutToken = callNames.filter((name) => !/^(getAccessToken|refresh)/.test(name));

async function rejection(world: World, call: () => Promise<unknown>): Promise<SessionError> {
  // A call that throws instead of rejecting fails here.
  const error = await refusal(world, call());
  expect(error).toBeInstanceOf(SessionError);
  expect(error).toBeInstanceOf(Error);
  expect(isSessionError(error)).toBe(true);
  const { success, error: why } = errorSchema.safeParse(error);
  expect(why?.message ?? success).toBe(true);
  return error as SessionError;
}

describe('every rejection is an error with a code, and says whether waiting helps', () => {
  it.each(callNames)('E8: %s, with nobody signed in', async (name) => {
    const world = createWorld();
    const { session } = world.open();
    const error = await rejection(world, () => (calls[name] as (typeof calls)[string])(session));
    expect(error).toMatchObject({ code: 'unauthenticated', retryable: false });
  });

  it.each(callNames)('E8: %s, after a sign-out', async (name) => {
    const { world, session } = await signedIn();
    await done(world, session.signOut());
    const error = await rejection(world, () => (calls[name] as (typeof calls)[string])(session));
    expect(error).toMatchObject({ code: 'session_ended', reason: 'signed_out', retryable: false });
  });

  it.each(callNames)('E8: %s, of a manager that was disposed', async (name) => {
    const { world, session } = await signedIn();
    session.dispose();
    const error = await rejection(world, () => (calls[name] as (typeof calls)[string])(session));
    expect(error).toMatchObject({ code: 'disposed', retryable: false });
  });

  it.each(callNames)('E8: %s, without a network, after the token is over', async (name) => {
    const { world, session } = await signedIn();
    world.offline = true;
    await world.clock.advance(20 * minute);
    const error = await rejection(world, () => (calls[name] as (typeof calls)[string])(session));
    expect(error.code).toMatch(/^(offline|network_error)$/);
    expect(error).toMatchObject({ retryable: true });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it.each(withoutToken)('E8: %s, without a network, while the token is good', async (name) => {
    const { world, session } = await signedIn();
    world.offline = true;
    const error = await rejection(world, () => (calls[name] as (typeof calls)[string])(session));
    expect(error.code).toMatch(/^(offline|network_error)$/);
    expect(error).toMatchObject({ retryable: true });
    expect(error.cause).toBeInstanceOf(Error);
  });

  const answers: ReadonlyArray<[string, () => Response, string, boolean]> = [
    ['500', () => page(500), 'server_error', true],
    [
      '503 with Retry-After',
      () => new Response(null, { status: 503, headers: { 'Retry-After': '7' } }),
      'server_error',
      true,
    ],
    ['429', () => page(429), 'rate_limited', true],
    ['403 with a page', () => page(403), 'unexpected_answer', true],
    [
      '409 in words that nobody knows',
      () => json(409, { code: 'toString', reason: 'constructor' }),
      'unexpected_answer',
      true,
    ],
    ['418 with a body that is no JSON', () => json(418, '{'), 'unexpected_answer', true],
  ];
  it.each(
    answers.flatMap(([what, answer, code, retryable]) =>
      withoutToken.map((name) => [name, what, answer, code, retryable] as const),
    ),
  )('E8: %s, when the server answers %s', async (name, _, answer, code, retryable) => {
    const { world, session } = await signedIn();
    world.proxy = ({ url }) => (url.startsWith(`${api}/token`) ? null : answer());
    const error = await rejection(world, () => (calls[name] as (typeof calls)[string])(session));
    expect(error).toMatchObject({ code, retryable, status: answer().status });
    if (answer().headers.has('Retry-After')) expect(error.retryAfterMs).toBe(7000);
  });

  it('E8: a refresh that fails, at once and again while it waits, names the same status', async () => {
    const { world, session } = await signedIn();
    world.proxy = () => new Response(null, { status: 502 });
    const first = await rejection(world, () => session.refresh());
    expect(first).toMatchObject({ code: 'server_error', status: 502, retryable: true });
    const second = await rejection(world, () => session.refresh());
    expect(second).toMatchObject({ code: 'server_error', status: 502, retryable: true });
    expect(second.retryAfterMs).toBeGreaterThan(0);
  });

  it.each<[string, () => Response | Promise<Response>, object]>([
    [
      'refuses the credentials',
      () => json(401, { code: 'invalid_credentials' }),
      { code: 'invalid_credentials', status: 401, retryable: false },
    ],
    ['is limited', () => page(429), { code: 'rate_limited', retryable: true }],
    ['answers with a page', () => page(200), { code: 'unexpected_answer', retryable: true }],
    ['answers with less than a session', () => json(201, { access_token: 'secret-1' }), { code: 'unexpected_answer' }],
    [
      'cannot be reached',
      () => Promise.reject(new TypeError('Failed to fetch')),
      { code: 'network_error', retryable: true },
    ],
  ])('E8: a sign-in, when the server %s', async (_, answer, wanted) => {
    const world = createWorld();
    const { session } = world.open();
    world.proxy = answer;
    const error = await rejection(world, () => session.signIn({ username: 'ada', password: 'secret-2' }));
    expect(error).toMatchObject(wanted);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/secret/);
  });

  it.each<[string, (session: SessionManager) => Promise<unknown>, string]>([
    ['credentials that are no JSON', (session) => session.signIn({ n: 1n }), 'invalid_argument'],
    ['tokens that are none', (session) => session.adopt({ access_token: '' }), 'invalid_token'],
    ['tokens that are nothing', (session) => session.adopt(null), 'invalid_token'],
    [
      'a validity that is no duration',
      (session) => session.getAccessToken({ minValidity: 'soon' }),
      'invalid_duration',
    ],
    [
      'a validity that is no number',
      (session) => session.getAccessToken({ minValidity: Number.NaN }),
      'invalid_duration',
    ],
    [
      'a request to a stranger',
      (session) => session.authorize(new Request('https://evil.example/')),
      'not_allowed_origin',
    ],
    ['data that is no JSON', (session) => session.data.set('big', 1n), 'data_not_serializable'],
    ['data without a name', (session) => session.data.set('', 1), 'invalid_argument'],
    ['a device without a name', (session) => session.devices.revoke('..'), 'invalid_argument'],
  ])('E8: a call with %s', async (_, call, code) => {
    const { world, session } = await signedIn();
    expect(await rejection(world, () => call(session))).toMatchObject({ code, retryable: false });
  });

  it('E8: storage that fails', async () => {
    const { world, session } = await signedIn();
    world.vault.refuse();
    const error = await rejection(world, () => session.refresh());
    expect(error).toMatchObject({ code: 'storage_unavailable', retryable: true });
  });

  it.each([{}, { url: '' }, { url: 'not a url' }, { url: api, lockTimeout: 'x' }])(
    'E8: options that cannot be used: %j',
    (options) => {
      let error: unknown;
      try {
        createSessionManager(options);
      } catch (thrown) {
        error = thrown;
      }
      expect(errorSchema.safeParse(error).success).toBe(true);
      expect(error).toMatchObject({ code: expect.stringMatching(/^invalid_/), retryable: false });
    },
  );
});
