import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../../../src/server/engine/base64url.ts';
import { isSessionId, sessionIdBytes, userTagOf } from '../../../src/server/engine/session-id.ts';
import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import type { Store } from '../../../src/server/engine/store.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createMac } from '../../../src/server/tokens/mac.ts';
import { createRandom } from '../../../src/server/tokens/random.ts';
import { createWorld, next } from './world.ts';

/** A store that says when it was asked for anything. */
function watched(store: Store): { store: Store; asked: () => number } {
  let count = 0;
  const watching = new Proxy(store, {
    get: (target, name) => {
      count++;
      return Reflect.get(target, name) as unknown;
    },
  });
  return { store: watching, asked: () => count };
}

describe('base64url', () => {
  test('is what Node writes, and reads only that', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = encodeBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(decodeBase64url(text)).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const bytes = decodeBase64url(text);
        expect(bytes === null || encodeBase64url(bytes) === text).toBe(true);
      }),
    );
  });
});

describe('a refresh token', () => {
  test('has 67 characters and says version, key, user tag, sid and generation', async () => {
    const world = createWorld(createMemoryStore());
    const { refreshToken, revocationToken, session } = await world.sessions.create({ userId: 'ada' });
    const second = await next(world, refreshToken);
    const bytes = decodeBase64url(second)!;
    expect([refreshToken.length, revocationToken.length, bytes.length]).toEqual([67, 67, 50]);
    expect([bytes[0], bytes[1]]).toEqual([1, 1]);
    expect(bytes.subarray(2, 30)).toEqual(sessionIdBytes(session.id));
    expect([...bytes.subarray(30, 34)]).toEqual([0, 0, 0, 1]);
    expect(isSessionId(session.id)).toBe(true);
    const other = await world.sessions.create({ userId: 'ada' });
    expect(userTagOf(other.session.id)).toBe(userTagOf(session.id));
    expect(other.session.id).not.toBe(session.id);
  });

  test('with any bit flipped is unknown, and the store is not asked', async () => {
    const { store, asked } = watched(createMemoryStore());
    const world = createWorld(store);
    const { refreshToken, revocationToken } = await world.sessions.create({ userId: 'ada' });
    const before = asked();
    // Byte 1 names the key: a flip there names a key nobody has, see below.
    const bits = Array.from({ length: 400 }, (_, bit) => bit).filter((bit) => bit >> 3 !== 1);
    for (const token of [refreshToken, revocationToken])
      for (const bit of bits) {
        const bytes = decodeBase64url(token)!;
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const forged = encodeBase64url(bytes);
        expect(await world.refresh(forged)).toEqual({ outcome: 'ended', reason: 'unknown', sessionId: null });
        expect(await world.sessions.revokeByToken(forged, null)).toBe(false);
      }
    expect(asked()).toBe(before);
  });

  test('changed in any way is unknown or unavailable, and the store is not asked', async () => {
    const { store, asked } = watched(createMemoryStore());
    const world = createWorld(store);
    const { refreshToken } = await world.sessions.create({ userId: 'ada' });
    const before = asked();
    const char = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_= .é'.split(''));
    const changed = fc.oneof(
      fc.tuple(fc.nat(66), char).map(([at, to]) => refreshToken.slice(0, at) + to + refreshToken.slice(at + 1)),
      fc.nat(66).map((length) => refreshToken.slice(0, length)),
      fc.string({ maxLength: 200 }),
      fc.array(char, { minLength: 67, maxLength: 67 }).map((chars) => chars.join('')),
      fc.constant(refreshToken + refreshToken),
    );
    await fc.assert(
      fc.asyncProperty(changed, async (token) => {
        fc.pre(token !== refreshToken);
        const outcome = await world.refresh(token).catch((error: unknown) => error);
        expect(['unknown', 'store_unavailable']).toContain(
          (outcome as { reason?: string }).reason ?? (outcome as { code?: string }).code,
        );
      }),
      { numRuns: 2000 },
    );
    expect(asked()).toBe(before);
  });

  test('of a key that is not here yet is unavailable, not forged', async () => {
    const secrets = { 1: new Uint8Array(32).fill(1), 2: new Uint8Array(32).fill(2) };
    const userTagSecret = new Uint8Array(32).fill(9);
    const store = createMemoryStore();
    const ahead = { store, clock: { now: () => 1 }, random: createRandom() };
    const both = createSessions({ ...ahead, mac: createMac({ secrets, current: 2, userTagSecret }) });
    const old = createSessions({ ...ahead, mac: createMac({ secrets: { 1: secrets[1] }, current: 1, userTagSecret }) });
    const { refreshToken, revocationToken } = await both.create({ userId: 'ada' });
    const unavailable = { code: 'store_unavailable', status: 503, retryable: true };
    const request = { refreshToken, attemptKey: 'key', keyThumbprint: null };
    await expect(old.refresh(request)).rejects.toMatchObject(unavailable);
    await expect(old.revokeByToken(revocationToken, null)).rejects.toMatchObject(unavailable);
    expect(await both.refresh(request)).toMatchObject({ outcome: 'rotated' });
  });

  test('and its retries survive a rotation of the signing key; the revocation token stays what it was', async () => {
    const secrets = { 1: new Uint8Array(32).fill(1), 2: new Uint8Array(32).fill(2) };
    const userTagSecret = new Uint8Array(32).fill(9);
    const ports = { store: createMemoryStore(), clock: { now: () => 1 }, random: createRandom() };
    const before = createSessions({ ...ports, mac: createMac({ secrets, current: 1, userTagSecret }) });
    const after = createSessions({ ...ports, mac: createMac({ secrets, current: 2, userTagSecret }) });
    const issued = await before.create({ userId: 'ada' });
    const request = { refreshToken: issued.refreshToken, attemptKey: 'key', keyThumbprint: null };
    const first = await before.refresh(request);
    const again = await after.refresh(request);
    expect(again).toMatchObject({ outcome: 'replayed', revocationToken: issued.revocationToken });
    // Two spellings of generation 1, under two keys; one attempt all the same.
    if (!('refreshToken' in first) || !('refreshToken' in again)) throw new Error('No tokens.');
    const second = { attemptKey: 'key 1', keyThumbprint: null };
    expect(await after.refresh({ ...second, refreshToken: again.refreshToken })).toMatchObject({ outcome: 'rotated' });
    expect(await after.refresh({ ...second, refreshToken: first.refreshToken })).toMatchObject({ outcome: 'replayed' });
  });
});

describe('a revocation token', () => {
  test('ends its session, refreshes nothing, and is the same all its life', async () => {
    const world = createWorld(createMemoryStore());
    const { refreshToken, revocationToken, session } = await world.sessions.create({
      userId: 'ada',
      keyThumbprint: 'key',
    });
    expect(await world.refresh(revocationToken)).toMatchObject({ outcome: 'ended', reason: 'unknown' });
    const refreshed = await world.refresh(refreshToken, 'a', { keyThumbprint: 'key' });
    expect(refreshed).toMatchObject({ revocationToken });
    expect(await world.sessions.revokeByToken(revocationToken, null)).toBe(true);
    expect(await world.sessions.revokeByToken(revocationToken, null)).toBe(false);
    expect(await world.sessions.inspect(session.id)).toMatchObject({ endReason: 'signed_out_elsewhere' });
  });

  test('is not needed by whoever has the refresh token and its key', async () => {
    const world = createWorld(createMemoryStore());
    const free = await world.sessions.create({ userId: 'ada' });
    expect(await world.sessions.revokeByToken(free.refreshToken, null)).toBe(true);
    const bound = await world.sessions.create({ userId: 'ada', keyThumbprint: 'key' });
    for (const thumbprint of [null, 'other'])
      await expect(world.sessions.revokeByToken(bound.refreshToken, thumbprint)).rejects.toMatchObject({
        code: 'invalid_dpop_proof',
      });
    expect(await world.sessions.get(bound.session.id)).not.toBeNull();
    expect(await world.sessions.revokeByToken(bound.refreshToken, 'key')).toBe(true);
  });
});
