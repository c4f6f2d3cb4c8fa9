import { DatabaseSync } from 'node:sqlite';
import { SessionError } from '../../../protocol/session-error.ts';
import { migrate } from './schema.ts';

/** How a connection treats a power cut. Both survive the death of the process. */
export type Durability =
  /** The last writes may be forgotten; no wait for the disk. */
  | 'NORMAL'
  /** An acknowledged write is on the disk. */
  | 'FULL';

const openAttempts = 20;
const openPauseMs = 50;

/** Opens the file in write-ahead mode, with the schema of this code. */
export function openDatabase(path: string, durability: Durability, busyTimeoutMs: number): DatabaseSync {
  for (let attempt = 1; ; attempt++) {
    const db = new DatabaseSync(path);
    try {
      db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs};
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = ${durability};
        PRAGMA journal_size_limit = 16777216;
        PRAGMA cache_size = -8000`);
      migrate(db, path);
      return db;
    } catch (error) {
      db.close();
      // The very first change to write-ahead mode does not heed the busy timeout when two processes make it.
      if (!isBusy(error) || attempt === openAttempts) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, openPauseMs);
    }
  }
}

/** Runs work on a database; what SQLite throws becomes `store_unavailable`: never "no session", never "ok". */
export type Guard = <T>(work: () => T) => T;

/** A guard for the database at `path`. */
export function createGuard(path: string): Guard {
  return (work) => {
    try {
      return work();
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      throw new SessionError('store_unavailable', `The session database ${path} cannot be used: ${error.message}.`, {
        cause: error,
        status: 503,
        retryAfterMs: 1000,
      });
    }
  };
}

function isSqliteError(error: unknown): error is Error & { code: string; errcode?: number } {
  if (!(error instanceof Error) || !('code' in error)) return false;
  // The second is what a closed database throws.
  return error.code === 'ERR_SQLITE_ERROR' || error.code === 'ERR_INVALID_STATE';
}

function isBusy(error: unknown): boolean {
  const busy = 5;
  return isSqliteError(error) && error.errcode !== undefined && (error.errcode & 0xff) === busy;
}
