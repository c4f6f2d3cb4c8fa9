import { inspect } from 'node:util';
import { http, HttpResponse } from 'msw/http';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RefreshAttempt, TokenAnswer } from '../../../src/client/core/transport.ts';
import { oauth2Transport, type OAuth2TransportOptions } from '../../../src/client/transports/oauth2.ts';

const tokenUrl = 'https://id.example.com/oauth/token';
const revocationUrl = 'https://id.example.com/oauth/revoke';
const network = setupServer();
const { signal } = new AbortController();

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterAll(() => network.close());
afterEach(() => {
  network.resetHandlers();
  vi.unstubAllGlobals();
});

interface Seen {
  headers: Record<string, string>;
  form: Record<string, string>;
}

function endpoint(answer: () => Response, url = tokenUrl): Seen[] {
  const seen: Seen[] = [];
  network.use(
    http.post(url, async ({ request }) => {
      seen.push({
        headers: Object.fromEntries(request.headers),
        form: Object.fromEntries(new URLSearchParams(await request.text())),
      });
      return answer();
    }),
  );
  return seen;
}

const attempt: RefreshAttempt = {
  sessionId: 'oauth2_s',
  generation: 3,
  refreshToken: 'old',
  attemptKey: 'k'.repeat(22),
  attempts: [],
  proof: null,
  signal,
};

function refresh(
  options: Partial<OAuth2TransportOptions> = {},
  given: Partial<RefreshAttempt> = {},
): Promise<TokenAnswer> {
  return oauth2Transport({ tokenUrl, ...options }).refresh({ ...attempt, ...given });
}

const jwt = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('a refresh', () => {
  test('sends the grant of RFC 6749 section 6 and no header that a stranger’s CORS would refuse', async () => {
    const seen = endpoint(() =>
      HttpResponse.json({ access_token: 'a', token_type: 'bearer', expires_in: 60, refresh_token: 'new' }),
    );
    const answer = await refresh({ clientId: 'app', scope: 'openid' });
    expect(answer).toMatchObject({
      kind: 'granted',
      grant: {
        sessionId: 'oauth2_s',
        generation: 4,
        accessToken: 'a',
        tokenType: 'Bearer',
        refreshToken: 'new',
        lifeMs: 60_000,
        revocationToken: null,
      },
    });
    expect(seen[0]?.form).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'old',
      scope: 'openid',
      client_id: 'app',
    });
    expect(seen[0]?.headers).not.toHaveProperty('idempotency-key');
    expect(seen[0]?.headers).not.toHaveProperty('dpop');
  });

  test('sends key and proof where the server takes them', async () => {
    const seen = endpoint(() => HttpResponse.json({ access_token: 'a', token_type: 'DPoP' }));
    expect(oauth2Transport({ tokenUrl, dpop: true }).acceptsProof).toBe(true);
    const answer = await refresh({ dpop: true, idempotencyKey: true }, { proof: 'p' });
    expect(answer).toMatchObject({ grant: { tokenType: 'DPoP' } });
    expect(seen[0]?.headers).toMatchObject({ 'idempotency-key': `"${attempt.attemptKey}"`, dpop: 'p' });
  });

  test('keeps the old refresh token where the server does not rotate', async () => {
    endpoint(() => HttpResponse.json({ access_token: 'a' }));
    expect(await refresh({ revocationUrl })).toMatchObject({
      grant: { refreshToken: 'old', revocationToken: 'old', generation: 4 },
    });
  });

  test.each<[string, unknown, number | null]>([
    ['a string', { access_token: 'a', expires_in: '90' }, 90_000],
    ['null, as some write nothing', { access_token: 'a', expires_in: null }, null],
    ['missing, and the token is opaque', { access_token: 'a' }, null],
    ['missing, and the token is a JWT', { access_token: jwt({ iat: 4_000_000_000, exp: 4_000_000_300 }) }, 300_000],
    ['missing, and the JWT has no exp', { access_token: jwt({ iat: 4_000_000_000 }) }, null],
    ['missing, and the JWT’s exp is no number', { access_token: jwt({ exp: 'NaN' }) }, null],
    ['missing, and the JWT is broken', { access_token: 'a.!.c' }, null],
  ])('F4: expires_in is %s', async (_, body, lifeMs) => {
    endpoint(() => HttpResponse.json(body as never));
    expect(await refresh()).toMatchObject({ kind: 'granted', grant: { lifeMs } });
  });

  // For want of a life such a token would count as good for ten years.
  test.each([0, -5, 'abc', '', '0', {}, []])('expires_in of %j is no life: the answer is none', async (wrong) => {
    const body = { access_token: jwt({ iat: 4_000_000_000, exp: 4_000_000_300 }), expires_in: wrong };
    endpoint(() => HttpResponse.json(body));
    expect(await refresh()).toMatchObject({ kind: 'failed', error: { code: 'unexpected_answer', retryable: true } });
    expect(() => oauth2Transport({ tokenUrl }).parseGrant(body)).toThrow(
      expect.objectContaining({ code: 'invalid_token' }),
    );
  });

  test("F5: a JWT's exp is held against the server's clock where it can be seen", async () => {
    const date = new Date(4_000_000_100_000).toUTCString();
    endpoint(() =>
      HttpResponse.json({ access_token: jwt({ iat: 4_000_000_000, exp: 4_000_000_300 }) }, { headers: { Date: date } }),
    );
    expect(await refresh()).toMatchObject({ grant: { lifeMs: 200_000, serverTime: 4_000_000_100_000 } });
  });

  test('E6: a bare invalid_grant is foreign: the access token may serve to its end', async () => {
    endpoint(() => HttpResponse.json({ error: 'invalid_grant' }, { status: 400 }));
    expect(await refresh()).toEqual({ kind: 'ended', reason: 'refresh_rejected', foreign: true });
  });

  test('without a refresh token there is nothing to renew with, and nothing is sent', async () => {
    expect(await refresh({}, { refreshToken: null })).toEqual({
      kind: 'ended',
      reason: 'refresh_rejected',
      foreign: true,
    });
  });

  test.each<[string, () => Response, string]>([
    ['a page', () => HttpResponse.html('<p>'), 'unexpected_answer'],
    [
      'a type of token that we cannot use',
      () => HttpResponse.json({ access_token: 'a', token_type: 'mac' }),
      'unexpected_answer',
    ],
    ['a token that no header can carry', () => HttpResponse.json({ access_token: 'TO\nKEN' }), 'unexpected_answer'],
    [
      'a type of token that only an object knows',
      () => HttpResponse.json({ access_token: 'a', token_type: 'constructor' }),
      'unexpected_answer',
    ],
    ['invalid_client', () => HttpResponse.json({ error: 'invalid_client' }, { status: 401 }), 'unexpected_answer'],
    ['503', () => new HttpResponse(null, { status: 503 }), 'server_error'],
    ['no network', () => HttpResponse.error(), 'network_error'],
  ])('goes on after %s', async (_, answer, code) => {
    endpoint(answer);
    expect(await refresh()).toMatchObject({ kind: 'failed', error: { code } });
  });

  test('understands words of its own through `parse`, and survives one that throws', async () => {
    endpoint(() => HttpResponse.json({ data: { accessToken: 'a', refreshToken: 'n' } }));
    const parse = (answer: unknown): unknown => {
      const { data } = answer as { data: { accessToken: string; refreshToken: string } };
      return { access_token: data.accessToken, refresh_token: data.refreshToken };
    };
    expect(await refresh({ parse })).toMatchObject({ grant: { accessToken: 'a', refreshToken: 'n' } });
    endpoint(() => HttpResponse.json(null));
    expect(await refresh({ parse })).toMatchObject({ kind: 'failed', error: { code: 'unexpected_answer' } });
  });

  test('calls fetch before its first await', async () => {
    let calls = 0;
    const waiting = refresh({ fetch: async () => (calls++, new Response()) });
    expect(calls).toBe(1);
    await waiting;
  });
});

describe('adopted tokens', () => {
  const { parseGrant } = oauth2Transport({ tokenUrl, revocationUrl });

  test('are a session named by its tokens: the same ones again are the same session', () => {
    const tokens = { access_token: 'a', refresh_token: 'secret-refresh-token', expires_in: 60 };
    const first = parseGrant(tokens);
    expect(first).toMatchObject({ generation: 0, revocationToken: 'secret-refresh-token', lifeMs: 60_000 });
    expect(first.sessionId).toMatch(/^oauth2_[0-9a-f]{16}$/);
    expect(parseGrant({ ...tokens, access_token: 'b' }).sessionId).toBe(first.sessionId);
    expect(parseGrant({ ...tokens, refresh_token: 'other-refresh-token' }).sessionId).not.toBe(first.sessionId);
  });

  test.each([[null], ['text'], [{}], [{ access_token: '' }], [{ access_token: 1 }]])(
    'are refused when they are %j',
    (tokens) => {
      expect(() => parseGrant(tokens)).toThrow(expect.objectContaining({ code: 'invalid_token' }));
    },
  );

  // The browser would refuse the header of every request, with a message that holds it.
  test.each(['SECRET\nTOKEN', 'SECRET TOKEN', 'SECRET\u2028', 'SECR\u00C9T', ' SECRET', 'SECRET\0'])(
    'are refused when no header can carry %j, and no message says it',
    (token) => {
      let error: unknown;
      try {
        parseGrant({ access_token: token, refresh_token: 'r' });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'invalid_token' });
      expect(inspect(error, { depth: 5 })).not.toMatch(/SECR/);
    },
  );
});

test('a path is a token endpoint of the page’s own origin', () => {
  vi.stubGlobal('location', { href: 'https://app.example.com/notes/7' });
  expect(oauth2Transport({ tokenUrl: '/oauth/token' }).tokenUrl).toBe('https://app.example.com/oauth/token');
});

describe('a revocation', () => {
  test('hands the refresh token back by RFC 7009', async () => {
    const seen = endpoint(() => new HttpResponse(null, { status: 200 }), revocationUrl);
    expect(await oauth2Transport({ tokenUrl, revocationUrl, clientId: 'app' }).revoke('old', signal)).toBe(true);
    expect(seen[0]?.form).toEqual({ token: 'old', token_type_hint: 'refresh_token', client_id: 'app' });
  });

  test('waits for a server that cannot take it now', async () => {
    endpoint(() => new HttpResponse(null, { status: 503 }), revocationUrl);
    expect(await oauth2Transport({ tokenUrl, revocationUrl }).revoke('old', signal)).toBe(false);
  });

  test('is nothing where there is no endpoint', async () => {
    expect(await oauth2Transport({ tokenUrl }).revoke('old', signal)).toBe(true);
  });
});

test('signs nobody in by itself', async () => {
  const transport = oauth2Transport({ tokenUrl });
  expect(transport).toMatchObject({ signInUrl: null, apiUrl: null, acceptsProof: false });
  expect(await transport.signIn({ credentials: {}, remember: false, proof: null, signal })).toMatchObject({
    error: { code: 'not_supported' },
  });
  expect(await transport.time(signal)).toBe(null);
});
