import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { tokenResponseSchema } from '../../../src/protocol/token-response.ts';
import { baseUrl, bodyOf, serverUnderTest, startedAt } from './server-under-test.ts';

const credentials = { username: 'ada', password: 'right' };

describe('POST /sessions', () => {
  it('answers tokens, the user and the session', async () => {
    const { call, tokens } = await serverUnderTest();
    const answer = await call('POST', '/sessions', {
      json: { credentials, device: { label: 'Kitchen' } },
      headers: { 'user-agent': 'Browser/1' },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(Date.parse(answer.headers.get('date')!)).toBe(startedAt);
    const body = await answer.json();
    expect(tokenResponseSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      generation: 0,
      session_expires_at: '2026-01-06T00:00:00.000Z',
      idle_expires_at: '2026-01-05T12:30:00.000Z',
      idle_timeout: 1800,
      server_time: '2026-01-05T12:00:00.000Z',
      user: { id: 'user_ada', name: 'Somebody' },
      session: {
        user_id: 'user_ada',
        current: true,
        remembered: false,
        device: { label: 'Kitchen', user_agent: 'Browser/1' },
      },
    });
    await expect(tokens.verify(body.access_token)).resolves.toMatchObject({ sub: 'user_ada', sid: body.session_id });
  });

  it('remembers for longer when asked to', async () => {
    const { signIn } = await serverUnderTest();
    const { session_expires_at, idle_timeout, session } = await signIn({ remember: true });
    expect(session_expires_at).toBe('2026-02-04T12:00:00.000Z');
    expect(idle_timeout).toBe(14 * 86_400);
    expect(session!.remembered).toBe(true);
  });

  it('binds both tokens to the key of a proof, or only the refresh token', async () => {
    const { signIn, sessions, provingClient } = await serverUnderTest();
    const client = await provingClient();
    const prove = async (): Promise<Record<string, string>> => ({
      dpop: await client.prove('POST', `${baseUrl}/sessions`),
    });

    const all = await signIn({ headers: await prove() });
    expect(all.token_type).toBe('DPoP');
    expect(decodeJwt(all.access_token)['cnf']).toEqual({ jkt: client.thumbprint });

    const refreshOnly = await signIn({ headers: await prove(), json: { credentials, binding: 'refresh' } });
    expect(refreshOnly.token_type).toBe('Bearer');
    expect(await sessions.get(refreshOnly.session_id)).toMatchObject({ keyThumbprint: client.thumbprint });
  });

  it('refuses a bad proof before it asks who it is', async () => {
    let asked = 0;
    const { call, provingClient } = await serverUnderTest({ authenticate: () => ((asked += 1), null) });
    const client = await provingClient();
    const dpop = await client.prove('POST', `${baseUrl}/token`);
    const answer = await call('POST', '/sessions', { json: { credentials }, headers: { dpop } });
    expect([answer.status, (await bodyOf(answer))['code']]).toEqual([400, 'invalid_dpop_proof']);
    expect(asked).toBe(0);
  });

  it('gives a client whose clock is wrong a nonce', async () => {
    const { call, provingClient } = await serverUnderTest();
    const client = await provingClient();
    const iat = startedAt / 1000 - 7200;
    const late = await client.prove('POST', `${baseUrl}/sessions`, { claims: { iat } });
    const first = await call('POST', '/sessions', { json: { credentials }, headers: { dpop: late } });
    expect([first.status, (await bodyOf(first))['code']]).toEqual([400, 'use_dpop_nonce']);
    const nonce = first.headers.get('dpop-nonce');
    const mended = await client.prove('POST', `${baseUrl}/sessions`, { claims: { iat, nonce } });
    expect((await call('POST', '/sessions', { json: { credentials }, headers: { dpop: mended } })).status).toBe(201);
  });

  it('says the same of an unknown account and of a wrong password', async () => {
    const { call } = await serverUnderTest();
    const texts = [];
    for (const wrong of [
      { username: 'nobody', password: 'right' },
      { username: 'ada', password: 'wrong' },
    ]) {
      const answer = await call('POST', '/sessions', { json: { credentials: wrong } });
      texts.push([answer.status, [...answer.headers], await answer.text()]);
    }
    expect(texts[0]).toEqual(texts[1]);
    expect(texts[0]![0]).toBe(401);
    expect(JSON.parse(texts[0]![2] as string)).toMatchObject({ code: 'invalid_credentials' });
  });

  it.each<[string, unknown, RegExp]>([
    ['no credentials', {}, /credentials/],
    ['credentials that are text', { credentials: 'ada' }, /credentials/],
    ['credentials that are a list', { credentials: [] }, /credentials/],
    ['a misspelt member', { credentials, rember: true }, /rember/],
    ['remember that is text', { credentials, remember: 'yes' }, /remember/],
    ['an unknown binding', { credentials, binding: 'none' }, /binding/],
    ['an endless label', { credentials, device: { label: 'x'.repeat(101) } }, /device.label/],
    ['a list', [], /sign-in/],
    ['null', null, /sign-in/],
  ])('refuses %s with 400 that says so', async (_name, json, says) => {
    const { call } = await serverUnderTest();
    const answer = await call('POST', '/sessions', { json });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ code: 'invalid_argument', detail: expect.stringMatching(says) });
  });

  it('tells nothing of a failure of the app, and reports it', async () => {
    const { call, errors } = await serverUnderTest({
      authenticate: () => {
        throw new Error('SELECT * FROM secrets');
      },
    });
    const answer = await call('POST', '/sessions', { json: { credentials } });
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(text).not.toContain('secrets');
    expect(JSON.parse(text)).toMatchObject({ code: 'server_error' });
    expect(errors).toEqual([expect.objectContaining({ message: 'SELECT * FROM secrets' })]);
  });

  it('does not take a user without an id from the app', async () => {
    const { call, errors } = await serverUnderTest({ authenticate: () => ({ name: 'x' }) as never });
    expect((await call('POST', '/sessions', { json: { credentials } })).status).toBe(500);
    expect(errors).toHaveLength(1);
  });

  it('answers 503 with Retry-After when the store is away', async () => {
    const { call, sessions } = await serverUnderTest();
    await sessions.close();
    const answer = await call('POST', '/sessions', { json: { credentials } });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'store_unavailable' });
  });
});

it('the app says what else a session is made of, and cannot take away what the client proved', async () => {
  const on = await serverUnderTest({
    newSession: (user, { address }) => ({ data: { role: 'editor', of: user.id, address }, window: '1h' }),
  });
  const { session_id, access_token } = await on.signIn({ remember: true });
  const session = await on.sessions.get(session_id);
  expect(session).toMatchObject({ data: { role: 'editor', of: 'user_ada', address: null }, remembered: true });
  expect(session?.windowEndsAt).toBe(session!.createdAt + 3_600_000);
  expect((await on.call('GET', '/session/data', { accessToken: access_token })).status).toBe(200);
});
