import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createAccessTokens,
  type AccessTokens,
  type AccessTokensOptions,
} from '../../../src/server/tokens/access-tokens.ts';
import { aSession } from './a-session.ts';

let now = 0;
beforeEach(() => void (now = Date.UTC(2026, 0, 5, 12)));

const tokensWith = (options: Partial<AccessTokensOptions> = {}): AccessTokens =>
  createAccessTokens({ issuer: 'https://i', audience: 'https://a', clock: { now: () => now }, ...options });

describe('an access token', () => {
  it('has the profile of RFC 9068, and our claims', async () => {
    const { token } = await tokensWith().issue({ session: aSession(), stamp: 17, bound: true });
    const [header] = token.split('.');
    expect(Buffer.from(header!, 'base64url').toString()).toMatch(
      /^\{"alg":"ES256","typ":"at\+jwt","kid":"[\w-]{43}"\}$/,
    );
    expect(decodeJwt(token)).toEqual({
      iss: 'https://i',
      aud: 'https://a',
      sub: 'user_ada',
      client_id: 'browser',
      sid: aSession().id,
      session_type: 'default',
      session_stamp: 17,
      gen: 3,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: now / 1000,
      exp: expect.any(Number),
      auth_time: now / 1000 - 3600,
    });
  });

  it.each(['ES256', 'EdDSA', 'HS256'] as const)('is signed and verified with %s', async (algorithm) => {
    const tokens = tokensWith({ algorithm });
    const { token } = await tokens.issue({ session: aSession(), stamp: 1, bound: false });
    expect(decodeProtectedHeader(token).alg).toBe(algorithm);
    await expect(tokens.verify(token)).resolves.toMatchObject({ sub: 'user_ada' });
  });

  it('lives five minutes, up to 5 % less, and never longer', async () => {
    const tokens = tokensWith();
    const lives = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const { token, expiresIn } = await tokens.issue({ session: aSession(), stamp: 1, bound: false });
      expect(decodeJwt(token).exp).toBe(now / 1000 + expiresIn);
      lives.add(expiresIn);
    }
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(284);
    expect(Math.max(...lives)).toBeLessThanOrEqual(300);
    expect(lives.size).toBeGreaterThan(5);
  });

  it('keeps its milliseconds when it is short', async () => {
    const { expiresIn } = await tokensWith({ life: '3s' }).issue({ session: aSession(), stamp: 1, bound: false });
    expect(expiresIn).toBeGreaterThan(2.84);
    expect(expiresIn).toBeLessThanOrEqual(3);
  });

  it('never outlives the session', async () => {
    const tokens = tokensWith();
    const { token, expiresIn } = await tokens.issue({
      session: aSession({ absoluteEndsAt: now + 90_500 }),
      stamp: 1,
      bound: false,
    });
    expect(decodeJwt(token).exp).toBe(now / 1000 + 90);
    expect(expiresIn).toBe(90);
    const last = await tokens.issue({ session: aSession({ absoluteEndsAt: now + 300 }), stamp: 1, bound: false });
    expect(last.expiresIn).toBe(0.3);
    const window = aSession({ windowEndsAt: now + 20_000, renewal: 'none' });
    expect((await tokens.issue({ session: window, stamp: 1, bound: false })).expiresIn).toBe(20);
    const renewed = aSession({ windowEndsAt: now + 20_000, renewal: 'access' });
    expect((await tokens.issue({ session: renewed, stamp: 1, bound: false })).expiresIn).toBeGreaterThan(280);
  });

  it('carries the key of its session only when it is to be bound', async () => {
    const tokens = tokensWith();
    const session = aSession({ keyThumbprint: 'thumb' });
    const bound = await tokens.issue({ session, stamp: 1, bound: true });
    expect(bound.tokenType).toBe('DPoP');
    expect(decodeJwt(bound.token)['cnf']).toEqual({ jkt: 'thumb' });
    const free = await tokens.issue({ session, stamp: 1, bound: false });
    expect(free.tokenType).toBe('Bearer');
    expect(decodeJwt(free.token)['cnf']).toBeUndefined();
  });

  it('ends at its end to the millisecond, also when it was verified before', async () => {
    const tokens = tokensWith({ life: '10s' });
    const { token, expiresIn } = await tokens.issue({ session: aSession(), stamp: 1, bound: false });
    await tokens.verify(token);
    now += Math.round(expiresIn * 1000) - 1;
    await expect(tokens.verify(token)).resolves.toMatchObject({ sub: 'user_ada' });
    now += 1;
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'token_expired', status: 401 });
    const unread = await tokens.issue({ session: aSession(), stamp: 1, bound: false });
    now += Math.round(unread.expiresIn * 1000);
    await expect(tokens.verify(unread.token)).rejects.toMatchObject({ code: 'token_expired' });
    await expect(tokensWith().verify(token)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('is checked once, and then remembered', async () => {
    const tokens = tokensWith();
    const { token } = await tokens.issue({ session: aSession(), stamp: 1, bound: false });
    const first = await tokens.verify(token);
    expect(await tokens.verify(token)).toBe(first);
  });

  it('outlives the rotation of its key', async () => {
    const tokens = tokensWith({ rotateEvery: '1h' });
    const { token } = await tokens.issue({ session: aSession(), stamp: 1, bound: false });
    now += 30_000;
    await tokens.rotate();
    now += 250_000;
    await expect(tokens.verify(token)).resolves.toMatchObject({ gen: 3 });
  });
});
