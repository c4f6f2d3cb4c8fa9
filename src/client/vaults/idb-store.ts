import { get, update, type UseStore } from 'idb-keyval';
import type { Cleanup, Clock, Lifecycle } from '../core/ports.ts';
import { SessionError } from '../../protocol/session-error.ts';
import { unavailable } from './trouble.ts';

/** What an {@link idbStore} stands on. */
export interface IdbOptions {
  clock: Clock;
  /** With it, the connection is closed while the page is away: a frozen page with an open one blocks whoever deletes the data. */
  lifecycle?: Lifecycle;
  /** How long to wait for the database before giving up, in milliseconds. @default 3000 */
  boundMs?: number;
}

/** What an edit needs of an `IDBObjectStore`, in words that a program without the DOM's types can read. */
export interface Shelf {
  get(key: string): { onsuccess: ((this: never, event: never) => unknown) | null; readonly result: unknown };
  put(value: unknown, key: string): unknown;
  delete(key: string): unknown;
}

/** Values by key in an IndexedDB database of their own. */
export interface IdbStore {
  get(key: string): Promise<unknown>;
  /** In one transaction: `edit` sees the value and answers the next one, or {@link keep}. `shelf` reaches the other keys. */
  edit(key: string, edit: (value: unknown, shelf: Shelf) => unknown): Promise<void>;
  close(): void;
}

/** Answered by an edit that changes nothing. */
export const keep: object = /* @__PURE__ */ Object.freeze({});

const shelfName = 'vault';
/** A connection that broke under us. By name: classes and messages differ between browsers, and some aborts say nothing. */
const broken = /^((InvalidState|Unknown|Abort|NotFound)Error)?$/;
/** Storage that this page may not have. Waiting does not help. */
const denied = /^(Security|Reference|Type)Error$/;

/**
 * `idb-keyval` on a connection of our own: it recovers from one that was closed silently, gives way to whoever deletes the
 * database, and bounds every wait, because `open()` may never settle.
 */
export function idbStore(name: string, { clock, lifecycle, boundMs = 3000 }: IdbOptions): IdbStore {
  let connection: Promise<IDBDatabase> | undefined;
  let stopLifecycle: Cleanup | undefined;
  let empty = false;

  const close = (): void => {
    connection?.then(
      (database) => database.close(),
      () => {},
    );
    connection = undefined;
    stopLifecycle?.();
    stopLifecycle = undefined;
  };
  const connect = (): Promise<IDBDatabase> => {
    if (connection) return connection;
    stopLifecycle = lifecycle?.subscribe((event) => event === 'away' && close());
    const opening = (connection = new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      const drop = (): void => {
        if (connection === opening) close();
      };
      request.onupgradeneeded = () => request.result.createObjectStore(shelfName);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        empty = !database.objectStoreNames.length;
        database.onclose = drop;
        database.onversionchange = () => {
          database.close();
          drop();
        };
        resolve(database);
      };
    }));
    opening.catch(() => connection === opening && close());
    return opening;
  };

  const attempt: UseStore = (mode, run) =>
    new Promise((resolve, reject) => {
      let transaction: IDBTransaction | undefined;
      let late = false;
      const stop = clock.after(boundMs, () => {
        late = true;
        try {
          transaction?.abort();
        } catch {
          // It is being committed at this very moment: it lands, and whoever asks again finds it done.
        }
        if (!transaction) close();
        reject(unavailable(`IndexedDB did not answer within ${boundMs} ms`));
      });
      connect()
        .then((database) => {
          if (late) throw unavailable('IndexedDB opened too late');
          transaction = database.transaction(shelfName, mode, { durability: 'strict' });
          return run(transaction.objectStore(shelfName));
        })
        .then(resolve, reject)
        .finally(stop);
    });

  const use: UseStore = (mode, run) =>
    attempt(mode, run).catch((error) => {
      if (!broken.test(nameOf(error))) throw error;
      close();
      // A database without any store (a creation that was cut short) is made anew.
      if (empty) indexedDB.deleteDatabase(name);
      return attempt(mode, run);
    });

  const explain = (error: unknown): never => {
    if (error instanceof SessionError) throw error;
    throw unavailable(`IndexedDB failed (${nameOf(error) || 'no reason given'})`, error, !denied.test(nameOf(error)));
  };

  return {
    get: (key) => get(key, use).catch(explain),
    async edit(key, edit) {
      let shelf: Shelf;
      let thrown: { error: unknown } | undefined;
      // Thrown through `update` so that it writes nothing.
      const nothing = new Error('nothing');
      const change = (value: unknown): unknown => {
        try {
          const next = edit(value, shelf);
          if (next !== keep) return next;
        } catch (error) {
          thrown = { error };
        }
        throw nothing;
      };
      try {
        await update(key, change, (mode, run) => use(mode, (opened) => run((shelf = opened))));
      } catch (error) {
        if (thrown) throw thrown.error;
        if (error !== nothing) explain(error);
      }
    },
    close,
  };
}

function nameOf(error: unknown): string {
  return (error as Error | null)?.name ?? '';
}
