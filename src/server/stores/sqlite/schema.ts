import type { DatabaseSync } from 'node:sqlite';
import { SessionError } from '../../../protocol/session-error.ts';

/** Marks our files, so that another program's database is never taken for an empty one of ours. ASCII "sojn". */
const applicationId = 0x736f6a6e;

/**
 * Step n brings a file from schema n to n + 1. Never changed once released.
 *
 * Sessions lie in a table with row numbers: it fills its pages in order of creation, where a key by random sid would leave
 * them a third empty. `attempts` and `refreshed_at` have their full width from the first day, so that a refresh rewrites
 * a row in place. `look_at` is when a sweep must look at the row: never later than its end, so a touch need not move it.
 */
const migrations = [
  `CREATE TABLE sessions (
     row INTEGER PRIMARY KEY,
     sid BLOB NOT NULL UNIQUE,
     tag BLOB NOT NULL,
     user_id TEXT NOT NULL,
     type TEXT,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     active_at INTEGER NOT NULL,
     refreshed_at INTEGER NOT NULL,
     window_ms INTEGER,
     window_ends_at INTEGER,
     absolute_ends_at INTEGER,
     idle_ms INTEGER,
     renewal INTEGER NOT NULL,
     remembered INTEGER NOT NULL,
     generation INTEGER NOT NULL,
     attempts BLOB NOT NULL,
     stamp INTEGER NOT NULL,
     key_id INTEGER NOT NULL,
     thumbprint ANY,
     label TEXT,
     user_agent TEXT,
     version INTEGER NOT NULL,
     ended_at INTEGER,
     end_reason TEXT,
     look_at INTEGER NOT NULL,
     data TEXT
   ) STRICT;
   CREATE INDEX sessions_of_user ON sessions (tag, stamp);
   CREATE INDEX sessions_to_look_at ON sessions (look_at);
   CREATE TABLE users (tag BLOB PRIMARY KEY, not_before INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE events (
     cursor INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     type TEXT NOT NULL,
     tag BLOB NOT NULL,
     sid BLOB,
     user_id TEXT NOT NULL,
     detail TEXT
   ) STRICT;
   PRAGMA application_id = ${applicationId};`,
  `ALTER TABLE sessions ADD COLUMN alias TEXT;
   ALTER TABLE sessions ADD COLUMN trust_context TEXT;
   ALTER TABLE sessions ADD COLUMN last_action TEXT;
   ALTER TABLE sessions ADD COLUMN last_action_at INTEGER;
   ALTER TABLE sessions ADD COLUMN token_generation INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE sessions ADD COLUMN authenticated_at INTEGER;
   ALTER TABLE sessions ADD COLUMN acr TEXT;
   CREATE INDEX sessions_of_type ON sessions (type, created_at) WHERE type IS NOT NULL;
   CREATE TABLE notes (
     area TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     version INTEGER NOT NULL,
     ends_at INTEGER,
     PRIMARY KEY (area, key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX notes_to_end ON notes (ends_at) WHERE ends_at IS NOT NULL;
   ALTER TABLE users ADD COLUMN live INTEGER;
   ALTER TABLE users ADD COLUMN next_end INTEGER;`,
];

/**
 * Brings the file to the schema of this code. Two processes may do so at once: the second waits, and finds it done.
 *
 * @throws SessionError `not_supported` when the file is newer than this code, or not ours.
 */
export function migrate(db: DatabaseSync, path: string): void {
  if (isCurrent(db, path)) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    const from = versionOf(db, path);
    for (const step of migrations.slice(from)) db.exec(step);
    db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/** In one transaction: another process may set the file up between two reads of ours. */
function isCurrent(db: DatabaseSync, path: string): boolean {
  db.exec('BEGIN');
  try {
    return versionOf(db, path) === migrations.length;
  } finally {
    db.exec('COMMIT');
  }
}

function versionOf(db: DatabaseSync, path: string): number {
  const version = pragma(db, 'user_version');
  if (pragma(db, 'application_id') !== applicationId) {
    const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get();
    if (version === 0 && tables?.['n'] === 0) return 0;
    throw refused(`${path} is the database of another program. Give the sessions a file of their own.`);
  }
  if (version > migrations.length)
    throw refused(
      `${path} has schema ${version}, and this version of sojourn knows ${migrations.length}: ` +
        'a newer version wrote it. Update sojourn, or use another file.',
    );
  return version;
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function refused(message: string): SessionError {
  return new SessionError('not_supported', message);
}
