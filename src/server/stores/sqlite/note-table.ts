import type { DatabaseSync } from 'node:sqlite';
import type { NewNote, Note } from '../../engine/store.ts';
import { nameOf, orderedName } from '../ordered-name.ts';
import type { Row } from './rows.ts';

/** Notes of one connection. No method begins or ends a transaction. */
export interface NoteTable {
  find(area: string, key: string, now: number): Note | null;
  list(area: string, page: { limit: number; after: string | null }, now: number): Note[];
  put(area: string, key: string, note: NewNote, now: number): number | null;
  drop(area: string, key: string, now: number): boolean;
  /** Removes what has ended. */
  sweep(now: number): void;
}

/** The table of notes over `db`. Keys lie in it in a form whose bytes have the order of their code units. */
export function createNoteTable(db: DatabaseSync): NoteTable {
  const columns = 'key, value, version, ends_at';
  const there = '(ends_at IS NULL OR ends_at > ?)';
  const find = db.prepare(`SELECT ${columns} FROM notes WHERE area = ? AND key = ? AND ${there}`);
  const list = db.prepare(`SELECT ${columns} FROM notes WHERE area = ? AND key > ? AND ${there} ORDER BY key LIMIT ?`);
  const put = db.prepare(`INSERT INTO notes (area, key, value, version, ends_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (area, key) DO UPDATE SET value = excluded.value, version = excluded.version, ends_at = excluded.ends_at`);
  const drop = db.prepare('DELETE FROM notes WHERE area = ? AND key = ?');
  const sweep = db.prepare('DELETE FROM notes WHERE ends_at <= ?');

  function findNote(area: string, key: string, now: number): Note | null {
    const row = find.get(area, orderedName(key), now);
    return row === undefined ? null : noteFrom(row);
  }

  return {
    find: findNote,
    // No key lies there as the empty text.
    list: (area, { limit, after }, now) =>
      list.all(area, after === null ? '' : orderedName(after), now, limit).map(noteFrom),
    put: (area, key, { value, expiresAt, ifVersion }, now) => {
      const found = findNote(area, key, now)?.version ?? 0;
      if (ifVersion !== null && ifVersion !== found) return null;
      put.run(area, orderedName(key), value, found + 1, expiresAt);
      return found + 1;
    },
    drop: (area, key, now) => {
      const found = findNote(area, key, now) !== null;
      drop.run(area, orderedName(key));
      return found;
    },
    sweep: (now) => void sweep.run(now),
  };
}

function noteFrom(row: Row): Note {
  return {
    key: nameOf(row['key'] as string),
    value: row['value'] as string,
    version: row['version'] as number,
    expiresAt: row['ends_at'] as number | null,
  };
}
