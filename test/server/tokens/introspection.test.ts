import { inspect } from 'node:util';
import {
  createAccessTokenVerifier,
  createIntrospection,
  type Introspection,
  type IntrospectionOptions,
} from 'sojourn/server/verify';
import { beforeEach, describe, expect, it } from 'vitest';
import { baseUrl, serverUnderTest, type ServerUnderTest } from '../http/server-under-test.ts';
import { hashOf } from './hash-of.ts';

const apiKey = 'introspection-key-Zx81-q0p9-w2o8-e3i7';
const url = `${baseUrl}/introspect`;

let on: ServerUnderTest;
let asked: Request[];
/** What stands between the API and the session server. */
let between: (request: Request) => Promise<Response>;
let roles: string[];

beforeEach(async () => {
  roles = ['reader'];
  on = await serverUnderTest({ introspectionKey: apiKey, claims: () => ({ roles }) });
  asked = [];
  between = async (request) => on.server.fetch(request);
});

function introspecting(options: Partial<IntrospectionOptions> = {}): Introspection {
  return createIntrospection({
    url,
    apiKey,
    now: () => on.clock.now(),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push(request.clone());
      return between(request);
    },
    ...options,
  });
}

async function verifying(introspection: Introspection): Promise<(token: string) => Promise<unknown>> {
  const jwks = await on.tokens.keySet();
  const now = (): number => on.clock.now();
  const verify = createAccessTokenVerifier({ jwks, issuer: baseUrl, audience: baseUrl, introspection, now });
  return async (token) =>
    verify(new Request('https://api.example.com/', { headers: { authorization: `Bearer ${token}` } }));
}

describe('an API that asks whether sessions live', () => {
  it('notices within ten seconds that one was ended, and asks no more about it', async () => {
    const verify = await verifying(introspecting());
    const { access_token: token, session_id: id } = await on.signIn();
    await verify(token);
    await on.sessions.revoke(id, 'revoked');
    on.clock.advance(9_999);
    expect(await verify(token)).toMatchObject({ sid: id });
    on.clock.advance(1);
    const ended = { code: 'invalid_token', status: 401, message: expect.stringContaining('session is over') };
    await expect(verify(token)).rejects.toMatchObject(ended);
    on.clock.advance(60_000);
    await expect(verify(token)).rejects.toMatchObject(ended);
    expect(asked).toHaveLength(2);
  });

  it('asks again when the clock was set back: no answer is believed for longer', async () => {
    const introspection = introspecting();
    const { access_token: token, session_id: id } = await on.signIn();
    expect(await introspection.isActive(token)).toBe(true);
    on.clock.advance(-1);
    expect(await introspection.isActive(token)).toBe(true);
    expect(asked).toHaveLength(2);
    await on.sessions.revoke(id, 'revoked');
    on.clock.advance(-3_600_000);
    expect(await introspection.isActive(token)).toBe(false);
  });

  it('asks about a bound token, too, once its proof is right', async () => {
    const client = await on.provingClient();
    const dpop = await client.prove('POST', `${baseUrl}/sessions`);
    const { access_token: token, session_id: id } = await on.signIn({ headers: { dpop } });
    const options = { issuer: baseUrl, audience: baseUrl, introspection: introspecting(), now: () => on.clock.now() };
    const verify = createAccessTokenVerifier({ jwks: await on.tokens.keySet(), ...options });
    const request = async (): Promise<Request> => {
      const proof = await client.prove('GET', 'https://api.example.com/', { claims: { ath: hashOf(token) } });
      return new Request('https://api.example.com/', { headers: { authorization: `DPoP ${token}`, dpop: proof } });
    };
    expect(await verify(await request())).toMatchObject({ sid: id });
    await on.sessions.revoke(id, 'revoked');
    on.clock.advance(10_000);
    await expect(verify(await request())).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('notices new claims of a user, whose next token is good', async () => {
    const verify = await verifying(introspecting({ every: 0.001 }));
    const { access_token: token, refresh_token } = await on.signIn();
    expect(await verify(token)).toMatchObject({ roles: ['reader'] });
    roles = ['admin'];
    await on.sessions.claimsChanged('user_ada');
    on.clock.advance(1);
    await expect(verify(token)).rejects.toMatchObject({ code: 'invalid_token' });
    const { access_token: next } = (await (await on.refresh(refresh_token!)).json()) as { access_token: string };
    expect(await verify(next)).toMatchObject({ roles: ['admin'] });
  });

  it('asks once for many requests at the same time, and once for each token', async () => {
    const verify = await verifying(introspecting());
    const [one, two] = [await on.signIn(), await on.signIn({ username: 'grace' })];
    await Promise.all(Array.from({ length: 50 }, (_, i) => verify((i % 2 ? one : two).access_token)));
    expect(asked).toHaveLength(2);
  });

  it('does not ask about a token that is refused anyway', async () => {
    const verify = await verifying(introspecting());
    await expect(verify('a.b.c')).rejects.toMatchObject({ code: 'invalid_token' });
    expect(asked).toEqual([]);
  });

  it('sends the token in the body to that address alone, and follows no redirect', async () => {
    const { access_token: token } = await on.signIn();
    await introspecting().isActive(token);
    const [request] = asked;
    expect([request!.method, request!.url, request!.redirect]).toEqual(['POST', url, 'error']);
    expect(await request!.text()).toBe(`token=${token}`);
  });
});

describe('while the session server cannot be asked', () => {
  it.each<[string, () => Promise<Response>]>([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['fails', async () => new Response('no', { status: 502 })],
    ['answers something else', async () => Response.json({ hello: 1 })],
  ])('because it %s, tokens are refused for now, or accepted if you say so', async (_what, answer) => {
    const { access_token: token } = await on.signIn();
    between = answer;
    const refusal = { code: 'server_error', status: 503, retryable: true, retryAfterMs: 1000 };
    await expect((await verifying(introspecting()))(token)).rejects.toMatchObject(refusal);
    const accepting = await verifying(introspecting({ whileAway: 'accept' }));
    expect(await accepting(token)).toMatchObject({ sub: 'user_ada' });
    // It is asked again after a second, and nobody waits for it until then.
    between = async (request) => on.server.fetch(request);
    await on.sessions.revokeAll('user_ada');
    asked = [];
    on.clock.advance(999);
    expect(await accepting(token)).toMatchObject({ sub: 'user_ada' });
    expect(asked).toEqual([]);
    on.clock.advance(1);
    await expect(accepting(token)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('gives up after two seconds', async () => {
    const { access_token: token } = await on.signIn();
    between = (request) =>
      new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error)),
      );
    await expect(introspecting({ timeout: 20 / 1000 }).isActive(token)).rejects.toMatchObject({ status: 503 });
  });

  it('a refused API key is an error of its own, also where tokens are accepted, and is in no message', async () => {
    const { access_token: token } = await on.signIn();
    const wrong = 'wrong-key-Zx81-q0p9-w2o8-e3i7-r4u6';
    const error: unknown = await introspecting({ apiKey: wrong, whileAway: 'accept' })
      .isActive(token)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'server_error',
      retryable: false,
      message: expect.stringContaining('API key'),
    });
    expect(String((error as Error).stack)).not.toContain(wrong);
  });

  it.each(['key-SECRET\nkey-two', 'key-SECRET ', 'key-SECRET\u2028', 'kéy-SECRET', '', undefined as never])(
    'an API key that no header could carry (%j) is refused at once, and is in no message',
    (wrong) => {
      let error: unknown;
      try {
        introspecting({ apiKey: wrong });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('`apiKey`') });
      expect(inspect(error, { depth: 5 })).not.toContain('SECRET');
    },
  );

  it('what cannot be used is refused at once', () => {
    expect(() => introspecting({ url: '/introspect' })).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => introspecting({ every: 'soon' as '1s' })).toThrow(
      expect.objectContaining({ code: 'invalid_duration' }),
    );
  });
});
