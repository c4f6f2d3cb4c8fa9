import type { JSONWebKeySet } from 'jose';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { Clock } from '../engine/ports.ts';
import { keySetMaxAgeMs } from './key-set-age.ts';
import type { KeyStore } from './key-store.ts';
import { generateSigningKey, loadSigningKey, type SigningAlgorithm, type SigningKey } from './signing-key.ts';

/** Two cache periods: every verifier has seen a key before the first token signed by it arrives. */
const publishAheadMs = 2 * keySetMaxAgeMs;
/** How long a key that was taken out of the store goes on, and a new one is not known. */
const reloadEveryMs = 5_000;

/** What {@link createKeyRing} takes. */
export interface KeyRingOptions {
  store: KeyStore;
  algorithm: SigningAlgorithm;
  /** How long one key signs. */
  rotateEvery: Duration;
  /** How long tokens of a replaced key may still come in: the life of an access token and some clock skew. */
  keepMs: number;
  clock: Clock;
}

/** The signing keys of a server: one signs, the next is published ahead of its turn, replaced ones verify a while longer. */
export interface KeyRing {
  /** The key that signs now. */
  current(): Promise<SigningKey>;
  /** The key of that name, or null. Looks into the store at most every five seconds: keys come, and stolen ones are taken away. */
  find(kid: string): Promise<SigningKey | null>;
  /** Public keys, for `/.well-known/jwks.json`. */
  published(): Promise<JSONWebKeySet>;
  /** Makes the next key now; it signs once every cache has had time to learn of it. Answers its name. */
  rotate(): Promise<string>;
  /** Takes a key away at once, also the one that signs: the next one does then, or a new one. False when there is none. */
  retire(kid: string): Promise<boolean>;
}

/** Keeps the keys of `store` in order. Works when it is asked, not by timers, so it keeps no process alive. */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { store, algorithm, keepMs, clock } = options;
  const rotateEveryMs = durationMs(options.rotateEvery);
  let keys: SigningKey[] = [];
  let dueAt = Number.NEGATIVE_INFINITY;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  let flight: Promise<void> | null = null;

  async function load(): Promise<void> {
    const known = new Map(keys.map((key) => [key.kid, key]));
    const loaded = (await store.list()).map(async (stored) => known.get(stored.kid) ?? loadSigningKey(stored));
    keys = (await Promise.all(loaded)).toSorted((a, b) => a.signsFrom - b.signsFrom || (a.kid < b.kid ? -1 : 1));
    loadedAt = clock.now();
  }

  async function add(signsFrom: number): Promise<string> {
    const key = await generateSigningKey(algorithm, { now: clock.now(), signsFrom });
    await store.add(key);
    await load();
    return key.kid;
  }

  const announceAt = (key: SigningKey): number => key.signsFrom + rotateEveryMs - publishAheadMs;
  const ours = (): SigningKey[] => keys.filter((key) => key.algorithm === algorithm);

  async function maintain(): Promise<void> {
    const now = clock.now();
    await load();
    const newest = ours().at(-1);
    if (!newest) await add(now);
    else if (now >= announceAt(newest)) await add(Math.max(now + publishAheadMs, newest.signsFrom + rotateEveryMs));
    const replaced = keys.filter((_, index) => now >= (keys[index + 1]?.signsFrom ?? Infinity) + keepMs);
    for (const key of replaced) await store.remove(key.kid);
    keys = keys.filter((key) => !replaced.includes(key));
    dueAt = Math.min(now + reloadEveryMs, ...ours().slice(-1).map(announceAt));
  }

  async function upkeep(): Promise<void> {
    flight ??= maintain().finally(() => (flight = null));
    try {
      await flight;
    } catch (cause) {
      // Keys at hand go on serving: a store that is away for a while must sign nobody out.
      if (ours().length > 0) return void (dueAt = clock.now() + reloadEveryMs);
      throw new SessionError('store_unavailable', 'The signing keys cannot be read; check the key store.', { cause });
    }
  }

  async function current(): Promise<SigningKey> {
    const now = clock.now();
    if (now >= dueAt) await upkeep();
    const usable = ours();
    const key = usable.findLast((each) => each.signsFrom <= now) ?? usable[0];
    if (!key) throw new SessionError('store_unavailable', 'There is no signing key; check the key store.');
    return key;
  }

  async function find(kid: string): Promise<SigningKey | null> {
    const known = (): SigningKey | undefined => keys.find((key) => key.kid === kid);
    const isKnown = known() !== undefined;
    if (clock.now() < (isKnown ? Math.max(loadedAt, failedAt) : loadedAt) + reloadEveryMs) return known() ?? null;
    try {
      await (reading ??= load().finally(() => (reading = null)));
    } catch (error) {
      failedAt = clock.now();
      if (!isKnown) throw error;
    }
    return known() ?? null;
  }

  return {
    current,
    find,
    published: async () => {
      await current();
      return { keys: keys.flatMap((key) => (key.publicJwk ? [key.publicJwk] : [])) };
    },
    rotate: async () => {
      await current();
      return add(clock.now() + publishAheadMs);
    },
    retire: async (kid) => {
      // What is under way may have read the key, and would bring it back.
      await Promise.allSettled([flight, reading]);
      const isThere = (await store.list()).some((key) => key.kid === kid);
      await store.remove(kid);
      await load();
      dueAt = Number.NEGATIVE_INFINITY;
      return isThere;
    },
  };
}
