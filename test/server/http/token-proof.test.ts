import { beforeEach, describe, expect, it } from 'vitest';
import { hashOf } from '../tokens/hash-of.ts';
import type { ProofParts, ProvingClient } from '../tokens/proving-client.ts';
import { createAccessTokens } from '../../../src/server/tokens/access-tokens.ts';
import {
  attemptKey,
  baseUrl,
  bodyOf,
  origin,
  serverUnderTest,
  startedAt,
  type ServerUnderTest,
} from './server-under-test.ts';

const url = `${baseUrl}/token`;
const key = attemptKey('first');
let on: ServerUnderTest;
let client: ProvingClient;
let token: string;
let sessionId: string;

beforeEach(async () => {
  on = await serverUnderTest();
  client = await on.provingClient();
  const dpop = await client.prove('POST', `${baseUrl}/sessions`);
  const signedIn = await on.signIn({ headers: { dpop } });
  token = signedIn.refresh_token!;
  sessionId = signedIn.session_id;
});

const send = (dpop: string | null, withKey: string | null = key): Promise<Response> =>
  on.refresh(token, withKey, { headers: dpop === null ? {} : { dpop } });
const proof = (claims: Record<string, unknown> = {}, parts: ProofParts = {}, by = client): Promise<string> =>
  by.prove('POST', url, { ...parts, claims: { idk: key, rth: hashOf(token), ...claims } });

describe('a refresh of a session that is bound to a key', () => {
  it('passes with a proof that names the attempt and the token, again with a fresh proof', async () => {
    const first = await bodyOf(await send(await proof()));
    expect(first).toMatchObject({ token_type: 'DPoP', generation: 1 });
    const second = await bodyOf(await send(await proof()));
    expect(second['refresh_token']).toBe(first['refresh_token']);
  });

  it('binds only the refresh token when asked to', async () => {
    const answer = await on.refresh(token, key, { form: { binding: 'refresh' }, headers: { dpop: await proof() } });
    expect(await bodyOf(answer)).toMatchObject({ token_type: 'Bearer' });
  });

  it.each<[string, () => Promise<string | null>]>([
    ['without a proof', async () => null],
    ['with a proof of another key', async () => proof({}, {}, await on.provingClient())],
    ['with a proof that is nonsense', async () => 'nonsense'],
    ['with a proof for another attempt', () => proof({ idk: attemptKey('other') })],
    ['with a proof for no attempt', () => proof({ idk: undefined })],
    ['with a proof for another token', () => proof({ rth: hashOf('other') })],
    ['with a proof for no token', () => proof({ rth: undefined })],
    ['with a proof for another method', () => client.prove('GET', url, { claims: { idk: key, rth: hashOf(token) } })],
    [
      'with a proof for another place',
      () => client.prove('POST', `${baseUrl}/revoke`, { claims: { idk: key, rth: hashOf(token) } }),
    ],
  ])('is refused %s, and the session lives on', async (_name, make) => {
    const answer = await send(await make());
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_dpop_proof', code: 'invalid_dpop_proof' }),
    ]);
    expect(await on.sessions.get(sessionId)).toMatchObject({ generation: 0 });
    expect((await send(await proof())).status).toBe(200);
  });

  it('is refused with a proof that was used', async () => {
    const dpop = await proof();
    await send(dpop);
    expect(await bodyOf(await send(dpop))).toMatchObject({ error: 'invalid_dpop_proof' });
  });

  it('needs no attempt in the proof when the request has none, but not another one', async () => {
    expect(await bodyOf(await send(await proof({ rth: hashOf('other'), idk: undefined }), null))).toMatchObject({
      error: 'invalid_dpop_proof',
    });
    expect((await send(await client.prove('POST', url), null)).status).toBe(200);
  });

  it('gets a nonce for a wrong clock, in the form of RFC 9449 section 8', async () => {
    const iat = startedAt / 1000 + 3600;
    const first = await send(await proof({ iat }));
    expect([first.status, await first.json()]).toEqual([400, expect.objectContaining({ error: 'use_dpop_nonce' })]);
    const nonce = first.headers.get('dpop-nonce');
    expect(nonce).toMatch(/^[\w-]+$/);
    expect((await send(await proof({ iat, nonce }))).status).toBe(200);
  });

  it('kills for a right proof with a wrong attempt: that is a copy of the whole profile', async () => {
    await send(await proof());
    const thief = attemptKey('thief');
    const answer = await send(await proof({ idk: thief }), thief);
    expect(await bodyOf(answer)).toMatchObject({ error: 'invalid_grant', reason: 'reuse_detected' });
  });

  it('judges the URL that clients call when a proxy stands in front', async () => {
    const behind = await serverUnderTest({ publicOrigin: 'https://public.example.com' });
    const prover = await behind.provingClient();
    const dpop = await prover.prove('POST', 'https://public.example.com/sessions');
    expect(await behind.signIn({ headers: { dpop } })).toMatchObject({ token_type: 'DPoP' });
  });

  describe('names the server, whatever host a request names', () => {
    const elsewhere = 'https://other.example.com';
    const json = { credentials: { username: 'ada', password: 'right' } };
    const signInAt = async (
      { server, provingClient }: ServerUnderTest,
      called: string,
      proven: string,
    ): Promise<[number, unknown]> => {
      const dpop = await (await provingClient()).prove('POST', proven);
      const headers = { origin, dpop, 'content-type': 'application/json' };
      const request = new Request(called, { method: 'POST', headers, body: JSON.stringify(json) });
      const answer = await server.fetch(request);
      return [answer.status, (await bodyOf(answer))['code']];
    };
    const refusal = [400, 'invalid_dpop_proof'];

    it.each([
      ['at the root', {}, '/sessions'],
      ['under a path', { basePath: '/auth' }, '/auth/sessions'],
    ])('by the origin of an https issuer, %s', async (_where, options, path) => {
      const there = await serverUnderTest(options);
      expect(await signInAt(there, elsewhere + path, elsewhere + path)).toEqual(refusal);
      // As a proxy calls it.
      expect(await signInAt(there, `http://10.0.0.7:8080${path}`, baseUrl + path)).toEqual([201, undefined]);
      expect(await signInAt(there, baseUrl + path, baseUrl + path)).toEqual([201, undefined]);
      expect(await signInAt(there, baseUrl + path, baseUrl)).toEqual(refusal);
    });

    it('by the issuer alone, and not by a path in it', async () => {
      const tokens = createAccessTokens({ issuer: `${baseUrl}/tenants/7`, audience: 'a' });
      const there = await serverUnderTest({ tokens });
      expect(await signInAt(there, `${elsewhere}/sessions`, `${baseUrl}/sessions`)).toEqual([201, undefined]);
    });

    it('by `publicOrigin` rather than by the issuer', async () => {
      const there = await serverUnderTest({ publicOrigin: 'https://public.example.com', basePath: '/auth' });
      const called = `${baseUrl}/auth/sessions`;
      expect(await signInAt(there, called, called)).toEqual(refusal);
      expect(await signInAt(there, called, 'https://public.example.com/auth/sessions')).toEqual([201, undefined]);
    });

    it.each(['http://localhost:4000', 'a name and no URL'])('except in development: %s', async (issuer) => {
      const tokens = createAccessTokens({ issuer, audience: 'a' });
      const there = await serverUnderTest({ tokens });
      const called = 'http://127.0.0.1:4000/sessions';
      expect(await signInAt(there, called, called)).toEqual([201, undefined]);
      expect(await signInAt(there, called, 'http://localhost:4000/sessions')).toEqual(refusal);
    });

    it('and the refusal says which origin that is', async () => {
      const there = await serverUnderTest();
      const dpop = await (await there.provingClient()).prove('POST', `${elsewhere}/sessions`);
      const answer = await there.call('POST', '/sessions', { json, headers: { dpop } });
      expect((await bodyOf(answer))['detail']).toContain(`not the URL of this request at ${baseUrl}.`);
    });
  });

  it('can be told to demand a nonce of everybody', async () => {
    const strict = await serverUnderTest({ dpop: { demandNonce: true } });
    const prover = await strict.provingClient();
    const json = { credentials: { username: 'ada', password: 'right' } };
    const first = await strict.call('POST', '/sessions', {
      json,
      headers: { dpop: await prover.prove('POST', `${baseUrl}/sessions`) },
    });
    expect(first.status).toBe(400);
    const nonce = first.headers.get('dpop-nonce');
    const dpop = await prover.prove('POST', `${baseUrl}/sessions`, { claims: { nonce } });
    expect((await strict.call('POST', '/sessions', { json, headers: { dpop } })).status).toBe(201);
  });
});

describe('a session without a key', () => {
  it('is not hindered by a proof', async () => {
    const { refresh_token } = await on.signIn();
    token = refresh_token!;
    expect(await bodyOf(await send(await proof()))).toMatchObject({ token_type: 'Bearer', generation: 1 });
  });
});
