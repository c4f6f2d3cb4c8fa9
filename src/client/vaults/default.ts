import type { Platform } from '../core/ports.ts';
import type { Vault } from '../core/vault.ts';
import { fallbackVault } from './fallback.ts';
import { indexedDbVault } from './indexed-db.ts';
import { memoryVault } from './memory.ts';

/** The vault for where we are: IndexedDB with memory behind it in browsers, memory elsewhere. */
export function defaultVault(name: string, { clock, lifecycle }: Pick<Platform, 'clock' | 'lifecycle'>): Vault {
  // `in` does not touch it: a browser that blocks storage throws at the touch.
  if (!('indexedDB' in globalThis)) return memoryVault();
  return fallbackVault(indexedDbVault(name, { clock, lifecycle }), clock);
}
