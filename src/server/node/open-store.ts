import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SessionError } from '../../protocol/session-error.ts';
import type { Store } from '../engine/store.ts';
import { createMemoryStore } from '../stores/memory.ts';
import { memoryKeyStore, type KeyStore } from '../tokens/key-store.ts';
import { fileKeyStore } from './file-key-store.ts';
import { hasSecrets, keptSecrets, newSecrets, type ServerSecrets } from './secrets.ts';

/** A store with the secrets that belong to it. */
export interface OpenedStore {
  store: Store;
  secrets: ServerSecrets;
  keyStore: KeyStore;
  /** Where data lives, for people. */
  place: string;
}

/**
 * Opens the store that a URL names: `memory`, or `sqlite:./path`. Secrets live and die with their sessions: in memory, or in
 * the folder `<file>.secrets` beside the database.
 *
 * @throws SessionError `invalid_argument`, `not_supported`, `storage_unavailable`
 */
export async function openStore(url: string): Promise<OpenedStore> {
  if (url === 'memory')
    return {
      store: createMemoryStore(),
      secrets: newSecrets(),
      keyStore: memoryKeyStore(),
      place: 'memory: everybody is signed out when it stops',
    };
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length)
    return openSqlite(resolve(url.slice('sqlite:'.length)));
  if (url.startsWith('redis'))
    throw new SessionError('not_supported', 'Redis is not in this version; use sqlite:./sojourn.db.');
  throw new SessionError('invalid_argument', `'${url.slice(0, 60)}' is no store; write memory or sqlite:./sojourn.db.`);
}

async function openSqlite(path: string): Promise<OpenedStore> {
  const folder = `${path}.secrets`;
  if (existsSync(path) && !hasSecrets(folder))
    throw new SessionError(
      'storage_unavailable',
      `${path} was made with secrets that are not in ${folder}: its sessions cannot be read without them. Restore the folder, or move the database away to start anew (everybody signs in again).`,
      { retryable: false },
    );
  const secrets = keptSecrets(folder);
  const { createSqliteStore } = await import('../stores/sqlite.ts');
  const store = createSqliteStore({ path });
  return { store, secrets, keyStore: fileKeyStore(folder), place: `${path} (SQLite), secrets in ${folder}` };
}
