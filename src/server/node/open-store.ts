import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SessionError } from '../../protocol/session-error.ts';
import type { Store } from '../engine/store.ts';
import type { SharedLimits } from '../http/limits.ts';
import { createMemoryStore } from '../stores/memory.ts';
import type { ReplayGuard } from '../tokens/replay-guard.ts';
import { memoryKeyStore, type KeyStore } from '../tokens/key-store.ts';
import type { MacSecrets } from '../tokens/mac.ts';
import { fileKeyStore } from './file-key-store.ts';
import { nonceSecretsAt } from './change-nonce-secrets.ts';
import { followSecrets, macSecretsAt } from './live-secrets.ts';
import { hasSecrets, keptSecrets, newSecrets, type ServerSecrets } from './secrets.ts';

/** A store with the secrets that belong to it. */
export interface OpenedStore {
  store: Store;
  secrets: ServerSecrets;
  /** Those of refresh tokens, as they are now: they may be changed while a server runs. */
  macSecrets: () => MacSecrets;
  /** Those of DPoP nonces, as they are now. */
  nonceSecrets: () => readonly Uint8Array[];
  keyStore: KeyStore;
  /** Where data lives, for people. */
  place: string;
  /** Where several servers share the store. */
  replays?: ReplayGuard;
  limits?: SharedLimits;
  /** Ends what was opened. A store that was handed in stays open. */
  close: () => Promise<void>;
}

/** How {@link openStore} opens. */
export interface OpenOptions {
  /** Folder of the secrets. Default: `<file>.secrets` beside an SQLite file. Redis needs one, and so does a store of one's own. */
  secrets?: string | undefined;
  /** Whether there must be a store already: who looks at one that is not there has mistyped its name. Default: false. */
  mustExist?: boolean;
  /** Is told when changed secrets cannot be read; those of before go on serving. Default: nobody is. */
  onError?: ((error: unknown) => void) | undefined;
}

/**
 * Opens the store that a URL names: `memory`, `sqlite:./path` or `redis://host:6379`; or takes one that is open. Secrets live
 * and die with their sessions: in memory, or in a folder.
 *
 * @throws SessionError `invalid_argument`, `not_supported`, `storage_unavailable`, `store_unavailable`
 */
export async function openStore(named: string | Store, options: OpenOptions = {}): Promise<OpenedStore> {
  if (typeof named !== 'string') return around(named, options);
  if (named === 'memory') return openMemory();
  if (named.startsWith('sqlite:') && named.length > 'sqlite:'.length)
    return openSqlite(resolve(named.slice('sqlite:'.length)), options);
  if (/^rediss?:\/\//.test(named) && URL.canParse(named)) return openOnRedis(named, options);
  throw new SessionError(
    'invalid_argument',
    `'${shown(named)}' is no store; write memory, sqlite:./sojourn.db or redis://localhost:6379.`,
  );
}

/**
 * The folder of the secrets that belong to a store, as {@link openStore} finds it; it must be there.
 *
 * @throws SessionError `invalid_argument`, `storage_unavailable`
 */
export function secretsFolderOf(url: string, given: string | undefined): string {
  const path = url.startsWith('sqlite:') ? resolve(url.slice('sqlite:'.length)) : null;
  if (url === 'memory') throw new SessionError('invalid_argument', 'Secrets in memory end with their server.');
  if (given === undefined && path === null) throw needsFolder();
  const folder = resolve(given ?? `${path}.secrets`);
  if (!hasSecrets(folder)) throw noSecrets(folder);
  return folder;
}

function openMemory(): OpenedStore {
  const store = createMemoryStore();
  const secrets = newSecrets();
  const macSecrets = macSecretsAt(secrets, 0);
  const nonceSecrets = nonceSecretsAt(secrets, 0);
  return {
    store,
    secrets,
    macSecrets: () => macSecrets,
    nonceSecrets: () => nonceSecrets,
    keyStore: memoryKeyStore(),
    place: 'memory: everybody is signed out when it stops',
    close: async () => store.close(),
  };
}

/** A store of the app's. New secrets at every start would refuse everybody who is in it. */
function around(store: Store, options: OpenOptions): OpenedStore {
  if (options.secrets === undefined)
    throw new SessionError(
      'invalid_argument',
      'A store of your own needs `secrets`: the folder of the secrets and signing keys that all its servers share.',
    );
  const folder = resolve(options.secrets);
  return {
    store,
    ...keptIn(folder, options),
    place: `a store of the app, secrets in ${folder}`,
    close: async () => {},
  };
}

/** What a folder of secrets gives to the servers that share it. */
function keptIn(
  folder: string,
  { onError = () => {} }: OpenOptions,
): Pick<OpenedStore, 'secrets' | 'macSecrets' | 'nonceSecrets' | 'keyStore'> {
  const { mac, nonces } = followSecrets({ folder, now: () => Date.now(), onError });
  return {
    secrets: keptSecrets(folder),
    macSecrets: mac,
    nonceSecrets: nonces,
    keyStore: fileKeyStore(folder),
  };
}

async function openSqlite(path: string, options: OpenOptions): Promise<OpenedStore> {
  const { secrets: given, mustExist = false } = options;
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
  const kept = keptIn(folder, options);
  const { createSqliteStore } = await import('../stores/sqlite.ts');
  const store = createSqliteStore({ path });
  return {
    store,
    ...kept,
    place: `${path} (SQLite), secrets in ${folder}`,
    close: async () => store.close(),
  };
}

async function openOnRedis(url: string, options: OpenOptions): Promise<OpenedStore> {
  const { secrets: given, mustExist = false } = options;
  if (given === undefined) throw needsFolder();
  const folder = resolve(given);
  if (mustExist && !hasSecrets(folder)) throw noSecrets(folder);
  const { openRedis, withoutPassword } = await import('./open-redis.ts');
  const { store, replays, limits, close } = await openRedis(url);
  return {
    store,
    replays,
    limits,
    ...keptIn(folder, options),
    place: `${withoutPassword(url)} (Redis), secrets in ${folder}`,
    close: async () => {
      await store.close();
      await close();
    },
  };
}

function needsFolder(): SessionError {
  return new SessionError(
    'invalid_argument',
    'A store in Redis needs --secrets <folder>: the secrets and signing keys that all its servers share.',
  );
}

function noSecrets(folder: string): SessionError {
  return new SessionError(
    'storage_unavailable',
    `There are no secrets in ${folder}: name the folder of the servers with --secrets.`,
    { retryable: false },
  );
}

/** What comes before an `@` may be a password. */
function shown(url: string): string {
  return url.replace(/^.*@/, '…@').slice(0, 60);
}
