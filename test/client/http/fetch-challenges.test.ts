import { describe, expect, test, vi } from 'vitest';
import { SessionError } from '../../../src/protocol/session-error.ts';
import type { StepUp } from '../../../src/client/http/step-up.ts';
import { api, keys, ok, problem, tokens, world, type Answer, type World } from './api-under-test.ts';
import { fakeAuthorizer } from './fake-authorizer.ts';

describe('a token that is bound to a key', () => {
  async function bound(answer: Answer): Promise<World> {
    return world(answer, { authorizer: fakeAuthorizer({ key: await keys.create() }) });
  }
  const proofs = ({ sent }: World): Array<Record<string, unknown>> =>
    sent.map(({ headers }) => JSON.parse(headers.get('dpop') ?? 'null') as Record<string, unknown>);

  test('goes with a proof of method, URL and token', async () => {
    const there = await bound(ok);
    await there.fetch('users?q=1', { method: 'PUT', body: 'x' });
    expect(tokens(there)).toEqual(['DPoP token-1']);
    expect(proofs(there)[0]).toMatchObject({ method: 'PUT', accessToken: 'token-1', url: `${api}/v1/users?q=1` });
  });

  test('is proven again for the nonce that the API asks for, without a refresh, and the nonce is kept', async () => {
    const wants: Answer = ({ headers }) =>
      JSON.parse(headers.get('dpop') ?? '{}').nonce === 'n1'
        ? new Response()
        : problem(401, 'use_dpop_nonce', { 'DPoP-Nonce': 'n1' });
    const there = await bound(wants);
    expect((await there.fetch('users', { method: 'POST', body: 'x' })).status).toBe(200);
    expect((await there.fetch('users')).status).toBe(200);
    expect(proofs(there).map(({ nonce }) => nonce)).toEqual([undefined, 'n1', 'n1']);
    expect(there.authorizer.refreshes).toBe(0);
  });

  test('reads the question of a foreign API from WWW-Authenticate', async () => {
    const headers = { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", error_description="x"', 'DPoP-Nonce': 'n1' };
    const there = await bound(
      ({ headers: given }) =>
        new Response(null, JSON.parse(given.get('dpop') ?? '{}').nonce ? {} : { status: 401, headers }),
    );
    expect((await there.fetch('users')).status).toBe(200);
    expect(there.authorizer.refreshes).toBe(0);
  });

  test('follows a nonce that changes with every answer', async () => {
    let count = 0;
    const there = await bound(() => new Response(null, { headers: { 'DPoP-Nonce': `n${++count}` } }));
    for (let i = 0; i < 3; i++) await there.fetch('users');
    expect(proofs(there).map(({ nonce }) => nonce)).toEqual([undefined, 'n1', 'n2']);
  });

  test('an API that is never content with its nonces gets three requests', async () => {
    let count = 0;
    const there = await bound(() => problem(401, 'use_dpop_nonce', { 'DPoP-Nonce': `n${++count}` }));
    expect((await there.fetch('users')).status).toBe(401);
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([3, 0]);
  });
});

describe('step-up', () => {
  const standard = 'DPoP error="insufficient_user_authentication", max_age="300", algs="ES256"';
  const json = { 'Content-Type': 'application/json' };
  const wants: Answer = ({ token }) => (token === 'Bearer token-1' ? problem(401, 'step_up_required') : new Response());

  test.each([401, 403])('N3: parks a request that is answered %i, and replays it once', async (status) => {
    const stepUp = vi.fn<StepUp>(async () => {});
    const there = world(
      ({ token }) => (token === 'Bearer token-1' ? problem(status, 'step_up_required') : new Response()),
      { stepUp },
    );
    expect((await there.fetch('transfer', { method: 'POST', body: 'x' })).status).toBe(200);
    expect(stepUp).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ url: `${api}/v1/transfer`, method: 'POST' }),
    );
    expect(there.sent.map(({ body }) => body.length)).toEqual([1, 1]);
  });

  test.each<[string, BodyInit | null, Record<string, string>]>([
    ['in WWW-Authenticate alone', null, { 'WWW-Authenticate': standard }],
    ['there, beside a code of its own', '{"code":"E42"}', { 'WWW-Authenticate': standard, ...json }],
    ['in its JSON', '{"error":"insufficient_user_authentication"}', json],
  ])('understands an API that asks in the words of RFC 9470 %s', async (_where, body, headers) => {
    const stepUp = vi.fn<StepUp>(async () => {});
    const there = world(
      ({ token }) => (token === 'Bearer token-1' ? new Response(body, { status: 401, headers }) : new Response()),
      { stepUp },
    );
    expect((await there.fetch('transfer')).status).toBe(200);
    expect(stepUp).toHaveBeenCalledOnce();
  });

  test('N3: cancelled, it rejects typed', async () => {
    const cause = new Error('cancelled');
    const there = world(wants, { stepUp: () => Promise.reject(cause) });
    await expect(there.fetch('transfer')).rejects.toMatchObject({ code: 'step_up_required', cause });
    expect(there.sent).toHaveLength(1);
  });

  test('one dialog serves all who wait', async () => {
    const stepUp = vi.fn<StepUp>(() => new Promise((done) => setTimeout(done, 10)));
    const there = world(wants, { stepUp });
    const answers = await Promise.all([there.fetch('a'), there.fetch('b'), there.fetch('c')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([stepUp.mock.calls.length, there.authorizer.refreshes]).toEqual([1, 1]);
    there.authorizer.refreshes = 0;
    await there.fetch('d');
    expect(stepUp).toHaveBeenCalledTimes(2);
  });

  test('N3: the person leaves while the dialog is open: the request is given up, and the next one gets a dialog', async () => {
    const over = new SessionError('session_ended', 'Signed out.', { reason: 'signed_out' });
    const authorizer = fakeAuthorizer();
    const dialogs: string[] = [];
    const stepUp: StepUp = ({ url }) => {
      dialogs.push(url);
      return dialogs.length === 1 ? new Promise(() => {}) : Promise.resolve();
    };
    const there = world(wants, { authorizer, stepUp });
    const parked = there.fetch('a');
    await vi.waitFor(() => expect(dialogs).toHaveLength(1));
    const { authorize } = authorizer;
    authorizer.authorize = () => Promise.reject(new SessionError('unauthenticated', 'Nobody is signed in.'));
    authorizer.leave(over);
    await expect(parked).rejects.toBe(over);
    authorizer.authorize = authorize;
    expect((await there.fetch('b')).status).toBe(200);
    expect(dialogs).toHaveLength(2);
  });

  test('N3: a new session of the same person, opened in the dialog, keeps the request waiting', async () => {
    const authorizer = fakeAuthorizer();
    let answer = (): void => {};
    const dialog = new Promise<void>((resolve) => (answer = resolve));
    const there = world(wants, { authorizer, stepUp: () => dialog });
    const parked = there.fetch('transfer');
    await vi.waitFor(() => expect(there.sent).toHaveLength(1));
    authorizer.leave(new SessionError('session_ended', 'A new session took its place.'));
    answer();
    expect((await parked).status).toBe(200);
  });

  test('asked for again, the answer is the caller’s', async () => {
    const there = world(() => problem(401, 'step_up_required'), { stepUp: async () => {} });
    expect((await there.fetch('a')).status).toBe(401);
    expect(there.sent).toHaveLength(2);
  });

  test('without the hook, the answer is the caller’s, and no refresh is tried', async () => {
    const there = world(wants);
    expect(await (await there.fetch('a')).json()).toMatchObject({ code: 'step_up_required' });
    expect([there.sent.length, there.authorizer.refreshes]).toEqual([1, 0]);
  });
});

describe('authorize', () => {
  test('answers a copy with the token on it; the original stays usable', async () => {
    const there = world(ok);
    const request = new Request(`${api}/users`, { method: 'POST', body: 'x' });
    const copy = await there.authorize(request);
    expect(copy.headers.get('authorization')).toBe('Bearer token-1');
    expect([await copy.text(), await request.text(), request.headers.has('authorization')]).toEqual(['x', 'x', false]);
    there.authorizer.leave(new Error('over'));
    expect(copy.signal.aborted).toBe(true);
  });

  test('refuses other origins', async () => {
    const there = world(ok);
    await expect(there.authorize(new Request('https://evil.example/'))).rejects.toMatchObject({
      code: 'not_allowed_origin',
    });
  });
});
