import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { Clock } from '../engine/ports.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import { memoryKeyStore, type KeyStore } from './key-store.ts';
import type { SecretKeys } from './token-secrets.ts';

/** Signing keys with a public half. */
export interface SessionTokenKeys {
  algorithm: 'ES256' | 'EdDSA';
  /** Default: in memory, so that tokens do not outlive the process. */
  keyStore?: KeyStore;
  /** How long one key signs. Default `'30d'`. */
  rotateEvery?: Duration;
  /** How long tokens of a replaced key are read: as long as a token lives. Default `'30d'`. */
  keepFor?: Duration;
}

/** What signs and checks session tokens. */
export type SigningKeys = Pick<KeyRing, 'current' | 'find' | 'published'>;

/** Keys with a public half, which rotate on schedule. */
export function ringOfKeys({ algorithm, keyStore, rotateEvery, keepFor }: SessionTokenKeys, clock: Clock): SigningKeys {
  return createKeyRing({
    store: keyStore ?? memoryKeyStore(),
    algorithm,
    rotateEvery: rotateEvery ?? '30d',
    keepMs: durationMs(keepFor ?? '30d'),
    clock,
  });
}

/** Secrets, at least one: they change only when somebody changes the settings. */
export function ringOfSecrets(secretKeys: () => Promise<SecretKeys[]>): SigningKeys {
  return {
    current: async () => (await secretKeys())[0]!.signing,
    find: async (wanted) => (await secretKeys()).find(({ kid }) => kid === wanted)?.signing ?? null,
    published: async () => ({ keys: [] }),
  };
}
