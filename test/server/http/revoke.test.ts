import { expect, it } from 'vitest';
import { hashOf } from '../tokens/hash-of.ts';
import { baseUrl, bodyOf, serverUnderTest } from './server-under-test.ts';

it('ends the session of a revocation token: no proof, no header, and again 200', async () => {
  const { signIn, call, sessions, refresh } = await serverUnderTest();
  const { revocation_token, session_id, refresh_token } = await signIn();
  for (let i = 0; i < 2; i++) {
    const answer = await call('POST', '/revoke', { form: { token: revocation_token } });
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
  }
  expect(await sessions.get(session_id)).toBeNull();
  expect(await bodyOf(await refresh(refresh_token!))).toMatchObject({ reason: 'signed_out_elsewhere' });
});

it('ends the session of a refresh token, whatever the hint says', async () => {
  const { signIn, call, sessions } = await serverUnderTest();
  const { refresh_token, session_id } = await signIn();
  expect(
    (await call('POST', '/revoke', { form: { token: refresh_token!, token_type_hint: 'access_token' } })).status,
  ).toBe(200);
  expect(await sessions.get(session_id)).toBeNull();
});

it('answers 200 to tokens it does not know (RFC 7009 section 2.2)', async () => {
  const { call, signIn, sessions } = await serverUnderTest();
  const { access_token, revocation_token, session_id } = await signIn();
  const forged = `${revocation_token.slice(0, -1)}${revocation_token.endsWith('A') ? 'Q' : 'A'}`;
  for (const token of ['nonsense', forged, access_token, 'x'.repeat(4000)])
    expect((await call('POST', '/revoke', { form: { token } })).status).toBe(200);
  expect(await sessions.get(session_id)).not.toBeNull();
});

it('refuses a request without a token', async () => {
  const { call } = await serverUnderTest();
  const answer = await call('POST', '/revoke', { form: {} });
  expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
});

it('ends a bound session by its refresh token only with a proof, by its revocation token without', async () => {
  const { signIn, call, sessions, provingClient } = await serverUnderTest();
  const client = await provingClient();
  const bind = async (): Promise<Record<string, string>> => ({
    dpop: await client.prove('POST', `${baseUrl}/sessions`),
  });
  const first = await signIn({ headers: await bind() });
  const bare = await call('POST', '/revoke', { form: { token: first.refresh_token! } });
  expect([bare.status, await bare.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_dpop_proof' })]);
  expect(await sessions.get(first.session_id)).not.toBeNull();

  const dpop = await client.prove('POST', `${baseUrl}/revoke`);
  expect((await call('POST', '/revoke', { form: { token: first.refresh_token! }, headers: { dpop } })).status).toBe(
    200,
  );
  expect(await sessions.get(first.session_id)).toBeNull();

  const second = await signIn({ headers: await bind() });
  expect((await call('POST', '/revoke', { form: { token: second.revocation_token } })).status).toBe(200);
  expect(await sessions.get(second.session_id)).toBeNull();
});

it('takes a proof that names a token for no other one', async () => {
  const { signIn, call, sessions, provingClient } = await serverUnderTest();
  const client = await provingClient();
  // Two sessions of one key: a captured proof for the one must not end the other.
  const dpop = (): Promise<string> => client.prove('POST', `${baseUrl}/sessions`);
  const [first, second] = [
    await signIn({ headers: { dpop: await dpop() } }),
    await signIn({ headers: { dpop: await dpop() } }),
  ];
  const captured = await client.prove('POST', `${baseUrl}/revoke`, { claims: { rth: hashOf(first.refresh_token!) } });
  const send = (token: string): Promise<Response> =>
    call('POST', '/revoke', { form: { token }, headers: { dpop: captured } });
  const other = await send(second.refresh_token!);
  expect([other.status, await bodyOf(other)]).toEqual([400, expect.objectContaining({ error: 'invalid_dpop_proof' })]);
  expect(await sessions.get(second.session_id)).not.toBeNull();
  expect((await send(first.refresh_token!)).status).toBe(200);
  expect(await sessions.get(first.session_id)).toBeNull();
});

it('does not say 200 before the end is in the store', async () => {
  const { signIn, call, sessions } = await serverUnderTest();
  const { revocation_token } = await signIn();
  await sessions.close();
  const answer = await call('POST', '/revoke', { form: { token: revocation_token } });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
});

it('takes what a beacon sends: a form with a charset', async () => {
  const { signIn, call, sessions } = await serverUnderTest();
  const { revocation_token, session_id } = await signIn();
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
  expect((await call('POST', '/revoke', { body: `token=${revocation_token}`, headers })).status).toBe(200);
  expect(await sessions.get(session_id)).toBeNull();
});
