import { setupServer } from 'msw/node';
import { afterEach, expect, it } from 'vitest';
import type { TokenResponse } from '../../src/protocol/token-response.ts';
import { sessionHandlers } from '../../src/testing/msw.ts';
import { baseUrl, origin, serverUnderTest } from '../server/http/server-under-test.ts';

const network = setupServer();
afterEach(() => network.close());

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', origin },
  body: JSON.stringify(body),
});
const credentials = { username: 'ada', password: 'right' };

it('answers fetch as the real server does', async () => {
  const { server, sessions } = await serverUnderTest();
  network.use(...sessionHandlers(server, { baseUrl }));
  network.listen({ onUnhandledFrame: 'error' });
  const signedIn = (await (await fetch(`${baseUrl}/sessions`, json({ credentials }))).json()) as TokenResponse;
  expect(await sessions.get(signedIn.session_id)).toMatchObject({ userId: 'user_ada' });

  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: signedIn.refresh_token! });
  const refreshed = await fetch(`${baseUrl}/token`, {
    method: 'POST',
    body: form,
    headers: { 'idempotency-key': 'k'.repeat(22) },
  });
  expect(await refreshed.json()).toMatchObject({ generation: 1 });
  const authorization = `Bearer ${signedIn.access_token}`;
  const touched = await fetch(`${baseUrl}/session/touch`, { method: 'POST', headers: { authorization } });
  expect(touched.status).toBe(200);
});

it('streams events', async () => {
  const { server, signIn } = await serverUnderTest();
  network.use(...sessionHandlers(server, { baseUrl }));
  network.listen({ onUnhandledFrame: 'error' });
  const { access_token } = await signIn();
  const answer = await fetch(`${baseUrl}/events`, { headers: { authorization: `Bearer ${access_token}` } });
  const reader = answer.body!.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toBe(': open\n\n');
  await reader.cancel();
});

it('mounts under a path, when both sides say so', async () => {
  const { server } = await serverUnderTest({ basePath: '/auth' });
  network.use(...sessionHandlers(server, { baseUrl: `${baseUrl}/auth/` }));
  network.listen({ onUnhandledFrame: 'error' });
  expect((await fetch(`${baseUrl}/auth/time`)).status).toBe(200);
  expect(() => sessionHandlers(server, { baseUrl })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});
