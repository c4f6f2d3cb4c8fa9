import { http, HttpResponse } from 'msw/http';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SigningKey } from '../../../src/client/core/ports.ts';
import type { Grant, RefreshAttempt, TokenAnswer, Transport } from '../../../src/client/core/transport.ts';
import { webKeys } from '../../../src/client/platform/keys.ts';
import { referenceTransport } from '../../../src/client/transports/reference.ts';
import { sessionHandlers } from '../../../src/testing/msw.ts';
import {
  attemptKey,
  baseUrl,
  origin,
  serverUnderTest,
  type ServerUnderTest,
} from '../../server/http/server-under-test.ts';

const network = setupServer();
const keys = webKeys();
const { signal } = new AbortController();
let sent = 0;
let world: ServerUnderTest;
let transport: Transport;

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterAll(() => network.close());
afterEach(() => network.resetHandlers());
beforeEach(async () => {
  world = await serverUnderTest();
  use(world);
  transport = referenceTransport({ url: baseUrl, requestTimeoutMs: 1000 });
});

function use({ server }: ServerUnderTest): void {
  sent = 0;
  const counting = { ...server, fetch: (request: Request) => (sent++, server.fetch(request)) };
  network.use(...sessionHandlers(counting, { baseUrl }));
}

const credentials = { username: 'ada', password: 'right' };

async function signIn(proof: string | null = null): Promise<Grant> {
  return granted(await transport.signIn({ credentials, remember: false, proof, signal }));
}

function granted(answer: TokenAnswer): Grant {
  if (answer.kind !== 'granted') throw new Error(`not granted: ${JSON.stringify(answer)}`);
  return answer.grant;
}

function attempt(grant: Grant, name = 'first', proof: string | null = null): RefreshAttempt {
  const { sessionId, refreshToken, generation } = grant;
  const key = attemptKey(name);
  return { sessionId, refreshToken, generation, attemptKey: key, attempts: [{ generation, key }], proof, signal };
}

describe('against the real server', () => {
  test('signs in, refreshes, and gets the same successor for the same attempt', async () => {
    const first = await signIn();
    expect(first).toMatchObject({
      generation: 0,
      tokenType: 'Bearer',
      user: { id: 'user_ada' },
      serverTime: world.clock.now(),
    });
    expect(first.session).toMatchObject({ id: first.sessionId, remembered: false });
    expect(first.lifeMs).toBeGreaterThan(280_000);
    const second = granted(await transport.refresh(attempt(first)));
    const again = granted(await transport.refresh(attempt(first)));
    expect(second).toMatchObject({ sessionId: first.sessionId, generation: 1, revocationToken: first.revocationToken });
    expect(again.refreshToken).toBe(second.refreshToken);
  });

  test('wrong credentials fail, and nothing else', async () => {
    const answer = await transport.signIn({
      credentials: { ...credentials, password: 'wrong' },
      remember: false,
      proof: null,
      signal,
    });
    expect(answer).toMatchObject({ kind: 'failed', error: { code: 'invalid_credentials', status: 401 } });
  });

  test('a second holder ends the session: reuse_detected', async () => {
    const first = await signIn();
    await transport.refresh(attempt(first));
    expect(await transport.refresh(attempt(first, 'thief'))).toEqual({
      kind: 'ended',
      reason: 'reuse_detected',
      foreign: false,
    });
  });

  test('a delayed duplicate is stale', async () => {
    const first = await signIn();
    const second = granted(await transport.refresh(attempt(first, 'a')));
    await transport.refresh(attempt(second, 'b'));
    expect(await transport.refresh(attempt(first, 'a'))).toEqual({ kind: 'stale', generation: null });
  });

  test('a token that was never issued is refresh_rejected', async () => {
    const first = await signIn();
    const forged = { ...first, refreshToken: `${first.refreshToken?.slice(0, -3)}AAA` };
    expect(await transport.refresh(attempt(forged))).toEqual({
      kind: 'ended',
      reason: 'refresh_rejected',
      foreign: false,
    });
  });

  test('a revocation token signs out, for ever and idempotently', async () => {
    const first = await signIn();
    expect(await transport.revoke(first.revocationToken ?? '', signal)).toBe(true);
    expect(await transport.revoke(first.revocationToken ?? '', signal)).toBe(true);
    expect(await transport.refresh(attempt(first))).toMatchObject({ kind: 'ended', reason: 'signed_out_elsewhere' });
    expect(await transport.revoke('rubbish', signal)).toBe(true);
  });

  test('asks for the time', async () => {
    expect(await transport.time(signal)).toBe(world.clock.now());
  });

  test('binds to a key, and without its proof gets an error that ends nothing', async () => {
    const key = (await keys.create()) as SigningKey;
    const { signInUrl, tokenUrl } = transport;
    const at = { method: 'POST', now: world.clock.now() };
    const first = await signIn(await keys.prove(key, { ...at, url: signInUrl ?? '' }));
    expect(first.tokenType).toBe('DPoP');
    expect(await transport.refresh(attempt(first))).toMatchObject({
      kind: 'failed',
      error: { code: 'invalid_dpop_proof' },
    });
    const refreshToken = first.refreshToken ?? '';
    const proof = await keys.prove(key, { ...at, url: tokenUrl, refreshToken, attemptKey: attemptKey('first') });
    expect(await transport.refresh(attempt(first, 'first', proof))).toMatchObject({
      kind: 'granted',
      grant: { generation: 1 },
    });
  });

  test("a proof with a clock that is wrong is told the server's nonce", async () => {
    const key = (await keys.create()) as SigningKey;
    const proof = await keys.prove(key, {
      method: 'POST',
      url: transport.signInUrl ?? '',
      now: world.clock.now() - 3_600_000,
    });
    const answer = await transport.signIn({ credentials, remember: false, proof, signal });
    if (answer.kind !== 'use_nonce') throw new Error(answer.kind);
    const { nonce } = answer;
    const better = await keys.prove(key, {
      method: 'POST',
      url: transport.signInUrl ?? '',
      now: world.clock.now() - 3_600_000,
      nonce,
    });
    expect(await transport.signIn({ credentials, remember: false, proof: better, signal })).toMatchObject({
      kind: 'granted',
    });
  });

  test("binding 'refresh' leaves the access token a bearer token", async () => {
    transport = referenceTransport({ url: baseUrl, requestTimeoutMs: 1000, binding: 'refresh' });
    const key = (await keys.create()) as SigningKey;
    const at = { method: 'POST', now: world.clock.now() };
    const first = await signIn(await keys.prove(key, { ...at, url: transport.signInUrl ?? '' }));
    expect(first.tokenType).toBe('Bearer');
    const refreshToken = first.refreshToken ?? '';
    const proof = await keys.prove(key, {
      ...at,
      url: transport.tokenUrl,
      refreshToken,
      attemptKey: attemptKey('first'),
    });
    expect(granted(await transport.refresh(attempt(first, 'first', proof))).tokenType).toBe('Bearer');
  });

  test('adopts what the server handed to somebody else (a server-rendered page)', async () => {
    const tokens = await world.signIn();
    expect(transport.parseGrant(tokens)).toMatchObject({
      sessionId: tokens.session_id,
      generation: 0,
      refreshToken: tokens.refresh_token,
    });
    const { refresh_token: _, ...without } = tokens;
    // Visible ASCII is what a header can carry (RFC 6750 section 2.1).
    const unsendable = ['TO\nKEN', 'TO KEN', 'TOK\u00C9N'].map((text) => ({ ...tokens, access_token: text }));
    for (const wrong of [null, 'text', {}, { ...tokens, generation: '1' }, without, ...unsendable])
      expect(() => transport.parseGrant(wrong)).toThrow(expect.objectContaining({ code: 'invalid_token' }));
  });
});

describe('what is sent', () => {
  /** The request as `fetch` is given it; on the wire its modes cannot be seen. */
  async function requestOf(send: () => Promise<unknown>): Promise<Request> {
    const seen: Request[] = [];
    transport = referenceTransport({
      url: baseUrl,
      requestTimeoutMs: 1000,
      fetch: async (...args) => (seen.push(new Request(...args)), new Response()),
    });
    await send();
    expect(seen).toHaveLength(1);
    return seen[0] as Request;
  }
  const modes = ({ url, method, redirect, cache, credentials, keepalive }: Request): unknown => ({
    url,
    method,
    redirect,
    cache,
    credentials,
    keepalive,
  });
  const safe = { redirect: 'error', cache: 'no-store', credentials: 'omit' };

  test('a refresh is one form with the quoted key, no cookies, no cache, no redirects', async () => {
    const grant = { sessionId: 's', refreshToken: 'r', generation: 0 } as Grant;
    const request = await requestOf(() => transport.refresh(attempt(grant, 'first', 'proof')));
    expect(modes(request)).toEqual({ ...safe, method: 'POST', url: `${baseUrl}/token`, keepalive: false });
    expect(Object.fromEntries(request.headers)).toEqual({
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      'idempotency-key': `"${attemptKey('first')}"`,
      dpop: 'proof',
    });
    expect(await request.text()).toBe('grant_type=refresh_token&refresh_token=r');
  });

  test('a revocation needs no preflight and outlives the page', async () => {
    const request = await requestOf(() => transport.revoke('token', signal));
    expect(modes(request)).toEqual({ ...safe, method: 'POST', url: `${baseUrl}/revoke`, keepalive: true });
    expect(Object.fromEntries(request.headers)).toEqual({
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    });
    expect(await request.text()).toBe('token=token');
  });

  test('refresh calls fetch before its first await', async () => {
    let calls = 0;
    transport = referenceTransport({
      url: baseUrl,
      requestTimeoutMs: 1000,
      fetch: async () => (calls++, new Response()),
    });
    const answer = transport.refresh(attempt({ sessionId: 's', refreshToken: 'r', generation: 0 } as Grant));
    expect(calls).toBe(1);
    await answer;
  });

  test('credentials that are no JSON fail typed, and are not sent', async () => {
    const answer = await transport.signIn({ credentials: { big: 1n }, remember: false, proof: null, signal });
    expect(answer).toMatchObject({ kind: 'failed', error: { code: 'invalid_argument' } });
    expect(sent).toBe(0);
  });

  test('the url is a folder; outside of a page it must be absolute', () => {
    const { tokenUrl, apiUrl } = referenceTransport({
      url: 'https://api.example.com/auth//?x=1#y',
      requestTimeoutMs: 1,
    });
    expect([tokenUrl, apiUrl]).toEqual(['https://api.example.com/auth/token', 'https://api.example.com/auth']);
    expect(() => referenceTransport({ url: '/auth', requestTimeoutMs: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });
});

describe('what the network does', () => {
  const token = `${baseUrl}/token`;
  const grant = { sessionId: 's', refreshToken: 'r', generation: 0 } as Grant;

  test.each([
    ['E1: a network error', () => HttpResponse.error(), 'network_error'],
    ['E5: a captive portal', () => HttpResponse.html('<h1>Accept our terms</h1>'), 'unexpected_answer'],
    ['E4: a firewall', () => HttpResponse.html('<h1>Forbidden</h1>', { status: 403 }), 'unexpected_answer'],
    ['E4: a redirect to another host', () => HttpResponse.redirect('https://evil.example/token', 307), 'network_error'],
    ['E4: JSON of another shape', () => HttpResponse.json({ access_token: 'a' }), 'unexpected_answer'],
    ['E2: a gateway', () => HttpResponse.html('<h1>Bad gateway</h1>', { status: 502 }), 'server_error'],
  ])('%s keeps the session', async (_, answer, code) => {
    network.use(http.post(token, answer));
    expect(await transport.refresh(attempt(grant))).toMatchObject({ kind: 'failed', error: { code } });
  });

  test('a server that never answers is a timeout', async () => {
    transport = referenceTransport({ url: baseUrl, requestTimeoutMs: 20 });
    network.use(http.all(`${baseUrl}/*`, () => new Promise(() => {})));
    expect(await transport.refresh(attempt(grant))).toMatchObject({ kind: 'failed', error: { code: 'timeout' } });
    expect(await transport.revoke('token', signal)).toBe(false);
    expect(await transport.time(signal)).toBe(null);
  });

  test('a revocation is not lost in a captive portal, nor in an outage', async () => {
    network.use(http.post(`${baseUrl}/revoke`, () => HttpResponse.html('<h1>Accept our terms</h1>'), { once: true }));
    expect(await transport.revoke('token', signal)).toBe(false);
    network.use(
      http.post(`${baseUrl}/revoke`, () => HttpResponse.json({ code: 'store_unavailable' }, { status: 503 }), {
        once: true,
      }),
    );
    expect(await transport.revoke('token', signal)).toBe(false);
  });
});

describe('in cookie mode', () => {
  /** What a browser adds by itself. */
  function browser(): { fetch: typeof fetch; jar: { cookie: string | null } } {
    const jar: { cookie: string | null } = { cookie: null };
    const send: typeof fetch = async (input, init) => {
      const request = new Request(input as string, init);
      request.headers.set('origin', origin);
      if (init?.credentials === 'include' && jar.cookie) request.headers.set('cookie', jar.cookie);
      const answer = await world.server.fetch(request);
      const set = answer.headers.get('set-cookie')?.split(';', 1)[0];
      if (set !== undefined) jar.cookie = set.endsWith('=') ? null : set;
      return answer;
    };
    return { fetch: send, jar };
  }

  beforeEach(async () => void (world = await serverUnderTest({ cookie: true })));

  test('no script ever sees the refresh token, and the attempts go along', async () => {
    const { fetch, jar } = browser();
    transport = referenceTransport({ url: baseUrl, cookies: true, requestTimeoutMs: 1000, fetch });
    const first = await signIn();
    expect(first.refreshToken).toBe(null);
    expect(jar.cookie).toMatch(/^__Host-Http-rt-.{11}=.{67}$/);
    const second = granted(await transport.refresh(attempt(first, 'a')));
    expect(second).toMatchObject({ generation: 1, refreshToken: null });
    // The answer was lost: the jar is one ahead of the record, and the same attempt gets the same generation.
    expect(granted(await transport.refresh(attempt(first, 'a'))).generation).toBe(1);
    // The record is far behind the jar: the server names the generation.
    const third = { generation: 1, key: attemptKey('b') };
    await transport.refresh({ ...attempt(second, 'b'), attempts: [third] });
    const lost = await transport.refresh({
      ...attempt(first, 'c'),
      attempts: [{ generation: 0, key: attemptKey('c') }],
    });
    expect(lost).toEqual({ kind: 'stale', generation: 2 });
    expect(await transport.revoke(first.revocationToken ?? '', signal)).toBe(true);
    expect(jar.cookie).toBe(null);
  });

  test.each([
    ['a manager without `cookies` at a server in cookie mode', true, 'cookies: true'],
    ['a manager with `cookies` at a server without', false, 'leave it out'],
  ])('%s: the sign-in fails by the name of the option, and leaves no session behind', async (_, cookie, advice) => {
    world = await serverUnderTest({ cookie });
    const { fetch } = browser();
    transport = referenceTransport({ url: baseUrl, cookies: !cookie, requestTimeoutMs: 1000, fetch });
    expect(await transport.signIn({ credentials, remember: false, proof: null, signal })).toMatchObject({
      kind: 'failed',
      error: { code: 'invalid_argument', retryable: false, message: expect.stringContaining(advice) },
    });
    expect((await world.sessions.list('user_ada')).sessions).toEqual([]);
  });

  test('a refresh token in an answer is not taken over', () => {
    transport = referenceTransport({ url: baseUrl, cookies: true, requestTimeoutMs: 1000 });
    return world.signIn().then((tokens) => {
      expect(transport.parseGrant({ ...tokens, refresh_token: 'leaked' }).refreshToken).toBe(null);
    });
  });
});
