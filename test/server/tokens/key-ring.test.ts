import { calculateJwkThumbprint } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyRing, type KeyRing } from '../../../src/server/tokens/key-ring.ts';
import { keySetMaxAgeMs } from '../../../src/server/tokens/key-set-age.ts';
import { memoryKeyStore, type KeyStore } from '../../../src/server/tokens/key-store.ts';
import type { SigningAlgorithm } from '../../../src/server/tokens/signing-key.ts';

const dayMs = 86_400_000;
const keepMs = 360_000;
let now = 0;
let store: KeyStore;
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  store = memoryKeyStore();
});

const ringOn = (keyStore: KeyStore = store, algorithm: SigningAlgorithm = 'ES256'): KeyRing =>
  createKeyRing({ store: keyStore, algorithm, rotateEvery: '30d', keepMs, clock: { now: () => now } });
const publishedKids = async (ring: KeyRing): Promise<unknown[]> => (await ring.published()).keys.map(({ kid }) => kid);

describe('the key ring', () => {
  it('makes a first key that signs at once, named by its thumbprint (RFC 7638)', async () => {
    const ring = ringOn();
    const { kid } = await ring.current();
    const { keys } = await ring.published();
    expect(keys).toEqual([expect.objectContaining({ kid, alg: 'ES256', use: 'sig', kty: 'EC' })]);
    expect(await calculateJwkThumbprint(keys[0]!)).toBe(kid);
  });

  it('publishes no private member', async () => {
    const { keys } = await ringOn().published();
    expect(Object.keys(keys[0]!).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('publishes nothing of a secret', async () => {
    expect(await ringOn(store, 'HS256').published()).toEqual({ keys: [] });
  });

  it('publishes the next key two cache periods before it signs, and keeps the old one for as long as its tokens live', async () => {
    const ring = ringOn();
    const first = (await ring.current()).kid;

    now += 30 * dayMs - 2 * keySetMaxAgeMs - 1;
    await ring.current();
    expect(await publishedKids(ring)).toEqual([first]);

    now += 1;
    expect((await ring.current()).kid).toBe(first);
    const [, second] = await publishedKids(ring);
    expect(second).toBeDefined();

    now += 2 * keySetMaxAgeMs - 1;
    expect((await ring.current()).kid).toBe(first);
    now += 1;
    expect((await ring.current()).kid).toBe(second);
    expect(await publishedKids(ring)).toEqual([first, second]);

    now += keepMs;
    expect(await publishedKids(ring)).toEqual([second]);
    expect(await ring.find(first)).toBeNull();
  });

  it('does not skip the announcement after a long sleep', async () => {
    const ring = ringOn();
    const first = (await ring.current()).kid;
    now += 300 * dayMs;
    expect((await ring.current()).kid).toBe(first);
    now += 2 * keySetMaxAgeMs;
    expect((await ring.current()).kid).not.toBe(first);
  });

  it('rotates when it is told to, by the same schedule', async () => {
    const ring = ringOn();
    const first = (await ring.current()).kid;
    const next = await ring.rotate();
    expect((await ring.current()).kid).toBe(first);
    now += 2 * keySetMaxAgeMs;
    expect((await ring.current()).kid).toBe(next);
  });

  it('goes on with its keys while the store is away', async () => {
    let isAway = false;
    const ring = ringOn({
      ...store,
      list: () => (isAway ? Promise.reject(new Error('away')) : store.list()),
    });
    const { kid } = await ring.current();
    isAway = true;
    now += dayMs;
    expect((await ring.current()).kid).toBe(kid);
  });

  it('says store_unavailable when it never had a key', async () => {
    const ring = ringOn({ ...store, list: () => Promise.reject(new Error('away')) });
    await expect(ring.current()).rejects.toMatchObject({ code: 'store_unavailable', retryable: true });
  });

  it('learns the key of another server on the same store', async () => {
    const [a, b] = [ringOn(), ringOn()];
    await a.current();
    await b.current();
    const kid = await b.rotate();
    expect(await a.find(kid)).toBeNull();
    now += 5000;
    expect(await a.find(kid)).toMatchObject({ kid });
  });

  it('asks the store for unknown names at most every five seconds', async () => {
    let lists = 0;
    const ring = ringOn({ ...store, list: () => ((lists += 1), store.list()) });
    await ring.current();
    const before = lists;
    for (let i = 0; i < 100; i++) await ring.find(`forged ${i}`);
    expect(lists).toBe(before);
    now += 5000;
    for (let i = 0; i < 100; i++) await ring.find(`forged ${i}`);
    expect(lists).toBe(before + 1);
  });

  it('signs with the new algorithm after a change, and still knows the old key', async () => {
    const old = (await ringOn().current()).kid;
    const ring = ringOn(store, 'EdDSA');
    expect(await ring.current()).toMatchObject({ algorithm: 'EdDSA' });
    expect(await ring.find(old)).toMatchObject({ kid: old });
  });

  it('makes one key when many ask at once', async () => {
    const ring = ringOn();
    const kids = await Promise.all(Array.from({ length: 20 }, async () => (await ring.current()).kid));
    expect(new Set(kids).size).toBe(1);
    expect(await store.list()).toHaveLength(1);
  });
});
