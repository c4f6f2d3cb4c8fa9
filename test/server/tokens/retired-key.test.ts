import { customFetch, decodeProtectedHeader, type FetchImplementation } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAccessTokens, type AccessTokens } from '../../../src/server/tokens/access-tokens.ts';
import { memoryKeyStore, type KeyStore } from '../../../src/server/tokens/key-store.ts';
import { createAccessTokenVerifier, createRemoteJWKSet, type AccessTokenVerifier } from '../../../src/server/verify.ts';
import { attemptKey, bodyOf, serverUnderTest } from '../http/server-under-test.ts';
import { aSession } from './a-session.ts';

let now: number;
let keyStore: KeyStore;
let isAway: boolean;
beforeEach(() => {
  now = Date.UTC(2026, 0, 5, 12);
  keyStore = memoryKeyStore();
  isAway = false;
  // What reads the key set over the network goes by the clock of its machine.
  vi.useFakeTimers({ toFake: ['Date'], now });
});
afterEach(() => void vi.useRealTimers());

const step = (ms: number): void => void vi.setSystemTime((now += ms));
const server = (): AccessTokens =>
  createAccessTokens({ issuer: 'https://i', audience: 'https://a', keyStore, clock: { now: () => now } });
const issued = async (by: AccessTokens): Promise<string> =>
  (await by.issue({ session: aSession(), stamp: 1, bound: false })).token;
const kidOf = (token: string): string => decodeProtectedHeader(token).kid!;
const answers = async (check: Promise<unknown>): Promise<string> =>
  check.then(
    () => 'good',
    (error: { code: string }) => error.code,
  );

/** An API that reads the key set of the server over the network. */
function api(of: AccessTokens): { verify: (token: string) => Promise<unknown>; reads: () => number } {
  let reads = 0;
  const fetched: FetchImplementation = async () => {
    reads += 1;
    if (isAway) throw new TypeError('fetch failed');
    return Response.json(await of.keySet());
  };
  const jwks = createRemoteJWKSet(new URL('https://i/.well-known/jwks.json'), { [customFetch]: fetched });
  const verify: AccessTokenVerifier = createAccessTokenVerifier({
    jwks,
    issuer: 'https://i',
    audience: 'https://a',
    now: () => now,
  });
  const request = (token: string): Request =>
    new Request('https://a/things', { headers: { authorization: `Bearer ${token}` } });
  return { verify: (token) => verify(request(token)), reads: () => reads };
}

describe('a signing key that is retired', () => {
  it('is refused by its server at once, for tokens that were checked before, too', async () => {
    const tokens = server();
    const token = await issued(tokens);
    expect(await answers(tokens.verify(token))).toBe('good');
    expect(await tokens.retire(kidOf(token))).toBe(true);
    expect(await answers(tokens.verify(token))).toBe('invalid_token');
    expect(JSON.stringify(await tokens.keySet())).not.toContain(kidOf(token));
    const next = await issued(tokens);
    expect(kidOf(next)).not.toBe(kidOf(token));
    expect(await answers(tokens.verify(next))).toBe('good');
    expect(await tokens.retire(kidOf(token))).toBe(false);
  });

  it('is refused within five seconds by a server of the same keys, whether it signs or only checks', async () => {
    const [one, other, checking] = [server(), server(), server()];
    const token = await issued(one);
    await issued(other);
    for (const each of [other, checking]) expect(await answers(each.verify(token))).toBe('good');
    await keyStore.remove(kidOf(token));
    step(4999);
    expect(await answers(checking.verify(token))).toBe('good');
    step(1);
    for (const each of [other, checking]) expect(await answers(each.verify(token))).toBe('invalid_token');
    expect(kidOf(await issued(other))).not.toBe(kidOf(token));
  });

  it('gives way to the next one that is published, which caches know already', async () => {
    const tokens = server();
    const token = await issued(tokens);
    const next = await tokens.rotate();
    await tokens.retire(kidOf(token));
    expect(kidOf(await issued(tokens))).toBe(next);
  });

  it.each([
    ['just now', 0, 65_000],
    ['a while ago', 50_000, 15_000],
  ])('is refused within 65 seconds by an API that read the key set %s', async (_name, passed, withinMs) => {
    const tokens = server();
    const { verify } = api(tokens);
    expect(await answers(verify(await issued(tokens)))).toBe('good');
    step(passed);
    const token = await issued(tokens);
    expect(await answers(verify(token))).toBe('good');
    await tokens.retire(kidOf(token));
    const refusedAfter = async (): Promise<number> => {
      for (let ms = 0; ; ms += 1000, step(1000)) if ((await answers(verify(token))) === 'invalid_token') return ms;
    };
    const ms = await refusedAfter();
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(withinMs);
  });

  it('leaves no API without the new key for more than five seconds', async () => {
    const tokens = server();
    const { verify, reads } = api(tokens);
    const token = await issued(tokens);
    expect(await answers(verify(token))).toBe('good');
    await tokens.retire(kidOf(token));
    const next = await issued(tokens);
    step(4999);
    for (let i = 0; i < 10; i++) expect(await answers(verify(next))).toBe('invalid_token');
    expect(reads()).toBe(1);
    step(1);
    expect(await answers(verify(next))).toBe('good');
    expect(reads()).toBe(2);
  });

  it('is not waited for: an API goes on while the server is away, for five minutes and no longer', async () => {
    const tokens = createAccessTokens({
      issuer: 'https://i',
      audience: 'https://a',
      keyStore,
      clock: { now: () => now },
      life: '1h',
    });
    const { verify, reads } = api(tokens);
    const token = await issued(tokens);
    expect(await answers(verify(token))).toBe('good');
    isAway = true;
    while (now < Date.UTC(2026, 0, 5, 12, 4, 59)) {
      step(1000);
      expect(await answers(verify(token))).toBe('good');
    }
    // Asked again every five seconds, and not with every request.
    expect(reads()).toBeLessThanOrEqual(60);
    step(61_000);
    expect(await answers(verify(token))).toBe('server_error');
    isAway = false;
    expect(await answers(verify(token))).toBe('good');
  });

  it('keeps nobody out for longer than a refresh takes', async () => {
    const on = await serverUnderTest();
    const held = await on.signIn();
    await on.tokens.retire(kidOf(held.access_token));
    const refused = await on.call('GET', '/session', { accessToken: held.access_token });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    const next = await bodyOf(await on.refresh(held.refresh_token!, attemptKey(1)));
    expect((await on.call('GET', '/session', { accessToken: String(next['access_token']) })).status).toBe(200);
  });

  it('is not asked for with every token: the store is read once in five seconds', async () => {
    let lists = 0;
    const list = keyStore.list;
    keyStore = { ...keyStore, list: () => ((lists += 1), list()) };
    const tokens = server();
    const token = await issued(tokens);
    await tokens.verify(token);
    lists = 0;
    for (let i = 0; i < 100; i++) await tokens.verify(token);
    step(5000);
    for (let i = 0; i < 100; i++) await tokens.verify(token);
    expect(lists).toBe(1);
  });

  it('is a matter of the store being there: while it is away, keys at hand go on', async () => {
    const list = keyStore.list;
    let isStoreAway = false;
    let lists = 0;
    keyStore = {
      ...keyStore,
      list: async () => {
        lists += 1;
        if (isStoreAway) throw new Error('away');
        return list();
      },
    };
    const tokens = server();
    const token = await issued(tokens);
    await tokens.verify(token);
    isStoreAway = true;
    lists = 0;
    step(5000);
    for (let i = 0; i < 10; i++) {
      expect(await answers(tokens.verify(token))).toBe('good');
      await issued(tokens);
    }
    expect(lists).toBeLessThanOrEqual(2);
    isStoreAway = false;
    await keyStore.remove(kidOf(token));
    step(5000);
    expect(await answers(tokens.verify(token))).toBe('invalid_token');
  });
});
