import { describe, expect, it } from 'vitest';
import { tokenResponseSchema, type TokenResponse } from '../../../src/protocol/token-response.ts';
import { attemptKey, bodyOf, serverUnderTest } from './server-under-test.ts';

const grant = async (answer: Response): Promise<TokenResponse> => {
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as TokenResponse;
};

describe('POST /token', () => {
  it('rotates', async () => {
    const { signIn, refresh, clock } = await serverUnderTest();
    const first = await signIn();
    clock.advance(60_000);
    const answer = await refresh(first.refresh_token!);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('pragma')).toBe('no-cache');
    const body = await grant(answer);
    expect(tokenResponseSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      generation: 1,
      session_id: first.session_id,
      revocation_token: first.revocation_token,
      server_time: '2026-01-05T12:01:00.000Z',
      // A refresh is not activity.
      idle_expires_at: first.idle_expires_at,
    });
    expect(body.refresh_token).not.toBe(first.refresh_token);
    expect(body.user).toBeUndefined();
  });

  it('takes the attempt key quoted or bare', async () => {
    const { signIn, refresh } = await serverUnderTest();
    const { refresh_token } = await signIn();
    const bare = await grant(await refresh(refresh_token!, attemptKey('same')));
    const quoted = await grant(await refresh(refresh_token!, `"${attemptKey('same')}"`));
    expect(quoted.refresh_token).toBe(bare.refresh_token);
  });

  it('gives the same successor to 100 requests at once', async () => {
    const { signIn, refresh } = await serverUnderTest();
    const { refresh_token } = await signIn();
    const answers = await Promise.all(Array.from({ length: 100 }, async () => grant(await refresh(refresh_token!))));
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.generation))).toEqual(new Set([1]));
  });

  it('answers 409 stale_generation, a problem without the word invalid_grant, to an attempt that comes late', async () => {
    const { signIn, refresh } = await serverUnderTest();
    const { refresh_token } = await signIn();
    const next = await grant(await refresh(refresh_token!, attemptKey(0)));
    await grant(await refresh(next.refresh_token!, attemptKey(1)));
    const late = await refresh(refresh_token!, attemptKey(0));
    expect([late.status, late.headers.get('content-type')]).toEqual([409, 'application/problem+json']);
    const body = await bodyOf(late);
    expect(body).toMatchObject({ code: 'stale_generation' });
    expect(body).not.toHaveProperty('error');
    expect(body).not.toHaveProperty('generation');
  });

  it('ends the session when a second holder shows up, and says why', async () => {
    const { signIn, refresh } = await serverUnderTest();
    const { refresh_token } = await signIn();
    const next = await grant(await refresh(refresh_token!, attemptKey('honest')));
    const thief = await refresh(refresh_token!, attemptKey('thief'));
    expect(thief.status).toBe(400);
    expect(await thief.json()).toMatchObject({
      error: 'invalid_grant',
      code: 'session_ended',
      reason: 'reuse_detected',
    });
    const honest = await refresh(next.refresh_token!, attemptKey('next'));
    expect(await honest.json()).toMatchObject({ error: 'invalid_grant', reason: 'reuse_detected' });
  });

  it('takes a request without a key for a fresh one: strict rotation', async () => {
    const { signIn, refresh } = await serverUnderTest();
    const { refresh_token } = await signIn();
    expect((await refresh(refresh_token!, null)).status).toBe(200);
    expect(await bodyOf(await refresh(refresh_token!, null))).toMatchObject({ reason: 'reuse_detected' });
  });

  it.each<[string, number, boolean, string]>([
    ['idle', 30 * 60_000, false, 'idle'],
    ['idle, twelve hours later', 12 * 3_600_000, false, 'idle'],
    ['the absolute end', 12 * 3_600_000, true, 'absolute_expired'],
  ])('says why after %s', async (_name, ms, isUsed, reason) => {
    const { signIn, refresh, sessions, clock } = await serverUnderTest();
    const { refresh_token, session_id } = await signIn();
    for (let passed = 0; passed < ms; passed += 10 * 60_000) {
      if (isUsed) await sessions.touch(session_id);
      clock.advance(10 * 60_000);
    }
    const answer = await refresh(refresh_token!);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant', reason }),
    ]);
  });

  it('says why after a revocation, of one and of all', async () => {
    const { signIn, refresh, sessions } = await serverUnderTest();
    const one = await signIn();
    await sessions.revoke(one.session_id, 'revoked');
    expect(await bodyOf(await refresh(one.refresh_token!))).toMatchObject({ reason: 'revoked' });
    const other = await signIn();
    await sessions.revokeAll('user_ada');
    expect(await bodyOf(await refresh(other.refresh_token!))).toMatchObject({ reason: 'revoked_all' });
  });

  it('tells a stranger nothing', async () => {
    const { signIn, refresh } = await serverUnderTest();
    const { refresh_token, revocation_token, access_token } = await signIn();
    const flipped = `${refresh_token!.slice(0, -1)}${refresh_token!.endsWith('A') ? 'Q' : 'A'}`;
    for (const token of [flipped, 'x', revocation_token, access_token, 'A'.repeat(5000)])
      expect(await bodyOf(await refresh(token))).toEqual({
        error: 'invalid_grant',
        error_description: 'The session is over; sign in again.',
        code: 'session_ended',
        reason: 'unknown',
      });
    expect((await refresh(refresh_token!)).status).toBe(200);
  });

  it.each<[string, Record<string, string>, string]>([
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no grant', { grant_type: '' }, 'unsupported_grant_type'],
    ['another client', { client_id: 'other' }, 'invalid_client'],
    ['no token', { refresh_token: '' }, 'invalid_request'],
    ['an unknown binding', { binding: 'none' }, 'invalid_request'],
  ])('refuses %s in the words of RFC 6749', async (_name, form, error) => {
    const { signIn, refresh } = await serverUnderTest();
    const { refresh_token } = await signIn();
    const answer = await refresh(refresh_token!, attemptKey(1), { form });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/json']);
    expect(await answer.json()).toMatchObject({ error });
    expect(
      (await refresh(refresh_token!, attemptKey(1), { form: { client_id: 'browser', scope: 'x', foo: 'y' } })).status,
    ).toBe(200);
  });

  it('refuses a field that comes twice, and a key that is none, without rotating', async () => {
    const { signIn, refresh, call } = await serverUnderTest();
    const { refresh_token } = await signIn();
    const body = `grant_type=refresh_token&refresh_token=${refresh_token!}&refresh_token=${refresh_token!}`;
    const twice = await call('POST', '/token', {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(await bodyOf(twice)).toMatchObject({ error: 'invalid_request' });
    for (const key of [
      'short',
      '""',
      'with space in the middle',
      'x'.repeat(65),
      `${attemptKey(1)}, ${attemptKey(2)}`,
      'ключключключключключ'.replaceAll(/./g, '%'),
    ])
      expect(await bodyOf(await refresh(refresh_token!, key))).toMatchObject({ error: 'invalid_request' });
    expect(await bodyOf(await refresh(refresh_token!))).toMatchObject({ generation: 1 });
  });

  it('asks at each refresh who the user is by now', async () => {
    let roles = ['reader'];
    const { signIn, refresh } = await serverUnderTest({ findUser: (id) => ({ id, roles }) });
    const first = await signIn();
    roles = ['admin'];
    const next = await grant(await refresh(first.refresh_token!));
    expect(next.user).toEqual({ id: 'user_ada', roles: ['admin'] });
  });

  it('ends all sessions of an account that is gone, when any of them asks', async () => {
    const { signIn, refresh, sessions, call } = await serverUnderTest({ findUser: () => null });
    const [here, elsewhere, other] = [await signIn(), await signIn(), await signIn({ username: 'grace' })];
    const ended = { error: 'invalid_grant', reason: 'revoked_all' };
    for (let i = 0; i < 2; i++) expect(await bodyOf(await refresh(here.refresh_token!))).toMatchObject(ended);
    for (const { session_id } of [here, elsewhere]) expect(await sessions.get(session_id)).toBeNull();
    expect((await call('GET', '/session', { accessToken: elsewhere.access_token })).status).toBe(401);
    expect(await sessions.get(other.session_id)).not.toBeNull();
  });

  it('does not hand out somebody else', async () => {
    const { signIn, refresh, errors } = await serverUnderTest({ findUser: () => ({ id: 'user_eve' }) });
    const { refresh_token } = await signIn();
    expect((await refresh(refresh_token!)).status).toBe(500);
    expect(errors).toHaveLength(1);
  });

  it('loses nothing when the directory fails after the rotation', async () => {
    let isDown = true;
    const { signIn, refresh, errors } = await serverUnderTest({
      findUser: (id) => {
        if (isDown) throw new Error('directory down');
        return { id };
      },
    });
    const { refresh_token } = await signIn();
    expect((await refresh(refresh_token!)).status).toBe(500);
    expect(errors).toHaveLength(1);
    isDown = false;
    expect(await grant(await refresh(refresh_token!))).toMatchObject({ generation: 1, user: { id: 'user_ada' } });
  });

  it('answers 503, never an end, when the store is away', async () => {
    const { signIn, refresh, sessions } = await serverUnderTest();
    const { refresh_token } = await signIn();
    await sessions.close();
    const answer = await refresh(refresh_token!);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    const body = await bodyOf(answer);
    expect(body).toMatchObject({ code: 'store_unavailable' });
    expect(body).not.toHaveProperty('error');
  });
});
