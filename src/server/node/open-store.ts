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
  /** Ends what the store itself leaves open: a connection. */
  close?: () => Promise<void>;
}

/** How {@link openStore} opens. */
export interface OpenOptions {
  /** Folder of the secrets. Default: `<file>.secrets` beside an SQLite file. Redis needs one. */
  secrets?: string | undefined;
  /** Whether there must be a store already: who looks at one that is not there has mistyped its name. Default: false. */
  mustExist?: boolean;
}

/**
 * Opens the store that a URL names: `memory`, `sqlite:./path` or `redis://host:6379`. Secrets live and die with their
 * sessions: in memory, or in a folder.
 *
 * @throws SessionError `invalid_argument`, `not_supported`, `storage_unavailable`, `store_unavailable`
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<OpenedStore> {
  if (url === 'memory')
    return {
      store: createMemoryStore(),
      secrets: newSecrets(),
      keyStore: memoryKeyStore(),
      place: 'memory: everybody is signed out when it stops',
    };
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length)
    return openSqlite(resolve(url.slice('sqlite:'.length)), options);
  if (/^rediss?:\/\//.test(url) && URL.canParse(url)) return openOnRedis(url, options);
  throw new SessionError(
    'invalid_argument',
    `'${shown(url)}' is no store; write memory, sqlite:./sojourn.db or redis://localhost:6379.`,
  );
}

async function openSqlite(path: string, { secrets: given, mustExist = false }: OpenOptions): Promise<OpenedStore> {
  const folder = given === undefined ? `${path}.secrets` : resolve(given);
  if (mustExist && !existsSync(path))
    throw new SessionError(
      'storage_unavailable',
      `There is no database at ${path}; name it with --store sqlite:<file>.`,
      {
        retryable: false,
      },
    );
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

async function openOnRedis(url: string, { secrets: given, mustExist = false }: OpenOptions): Promise<OpenedStore> {
  if (given === undefined)
    throw new SessionError(
      'invalid_argument',
      'A store in Redis needs --secrets <folder>: the secrets and signing keys that all its servers share.',
    );
  const folder = resolve(given);
  if (mustExist && !hasSecrets(folder))
    throw new SessionError(
      'storage_unavailable',
      `There are no secrets in ${folder}: name the folder of the servers with --secrets.`,
      { retryable: false },
    );
  const { openRedis, withoutPassword } = await import('./open-redis.ts');
  const { store, close } = await openRedis(url);
  const secrets = keptSecrets(folder);
  return {
    store,
    secrets,
    keyStore: fileKeyStore(folder),
    place: `${withoutPassword(url)} (Redis), secrets in ${folder}`,
    close,
  };
}

/** What comes before an `@` may be a password. */
function shown(url: string): string {
  return url.replace(/^.*@/, '…@').slice(0, 60);
}
