export { defaultVault } from './default.ts';
export { fallbackVault } from './fallback.ts';
export { type IdbOptions } from './idb-store.ts';
export { indexedDbVault } from './indexed-db.ts';
export { memoryVault } from './memory.ts';
export { tabVault, type TabVaultOptions } from './tab.ts';
export { webStorageVault, type WebStorageVaultOptions } from './web-storage.ts';
export type { Persistence, Revocation, Vault, VaultContents } from '../core/vault.ts';
export type { VaultRecord } from '../core/record.ts';
