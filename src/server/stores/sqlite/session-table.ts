import type { DatabaseSync } from 'node:sqlite';
import { firstLook } from '../../engine/decide-sweep.ts';
import type { SessionRecord } from '../../engine/record.ts';
import type { ListPage } from '../../engine/store.ts';
import { cellsOf, keyOf, packAttempts, recordOf, type Row } from './rows.ts';

/** A session where it lies, and its user's not-before stamp. */
export interface Found {
  row: number;
  record: SessionRecord;
  notBefore: number;
}

/** The sessions of one connection; its statements are prepared once. No method begins or ends a transaction. */
export interface SessionTable {
  insert(record: SessionRecord, now: number): void;
  find(id: string): Found | null;
  /** Keeps the new state of a record that was found in `row`. */
  save(row: number, write: SessionRecord, now: number): void;
  setStamp(row: number, record: SessionRecord): void;
  latestStamp(tag: Uint8Array): number;
  countLive(tag: Uint8Array, now: number): number;
  listLive(tag: Uint8Array, page: ListPage, now: number): SessionRecord[];
  /** Sessions that a sweep must look at, at most `limit`. */
  toLookAt(now: number, limit: number): Found[];
  lookAgain(row: number, at: number): void;
  remove(row: number): void;
}

const columns = `sid, tag, user_id, type, created_at, updated_at, active_at, refreshed_at, window_ms, window_ends_at,
  absolute_ends_at, idle_ms, renewal, remembered, generation, attempts, stamp, key_id, thumbprint, label, user_agent,
  version, ended_at, end_reason, look_at, data`;
const places = columns.replace(/\w+/g, '?');
const notBefore = 'coalesce((SELECT not_before FROM users WHERE users.tag = sessions.tag), 0)';
const found = `SELECT row, ${columns}, ${notBefore} AS not_before FROM sessions`;
/** `deathOf(...) === null`, for the next parameter as the time. The conformance suite holds the two together. */
const live = `end_reason IS NULL AND stamp > ${notBefore} AND min(coalesce(window_ends_at, 1e18),
  coalesce(absolute_ends_at, 1e18), coalesce(active_at + idle_ms, 1e18)) > ?`;

/** The table of sessions over `db`. */
export function createSessionTable(db: DatabaseSync): SessionTable {
  const insert = db.prepare(`INSERT INTO sessions (${columns}) VALUES (${places})`);
  const find = db.prepare(`${found} WHERE sid = ? AND tag = ?`);
  const use = db.prepare(`UPDATE sessions SET updated_at = ?, active_at = ?, refreshed_at = ?, window_ends_at = ?,
    generation = ?, attempts = ?, version = ?, data = ? WHERE row = ?`);
  const end = db.prepare(
    'UPDATE sessions SET updated_at = ?, ended_at = ?, end_reason = ?, look_at = ?, data = NULL WHERE row = ?',
  );
  const setStamp = db.prepare('UPDATE sessions SET stamp = ?, updated_at = ? WHERE row = ?');
  const latestStamp = db.prepare('SELECT max(stamp) AS stamp FROM sessions WHERE tag = ?');
  const countLive = db.prepare(`SELECT count(*) AS n FROM sessions WHERE tag = ? AND ${live}`);
  const listLive = db.prepare(`SELECT ${columns} FROM sessions WHERE tag = ? AND ${live}
    AND stamp <= ? AND (stamp, sid) < (?, ?) ORDER BY stamp DESC, sid DESC LIMIT ?`);
  const toLookAt = db.prepare(`${found} WHERE look_at <= ? ORDER BY look_at LIMIT ?`);
  const lookAgain = db.prepare('UPDATE sessions SET look_at = ? WHERE row = ?');
  const remove = db.prepare('DELETE FROM sessions WHERE row = ?');

  return {
    insert: (record, now) => void insert.run(...cellsOf(record, now)),
    find: (id) => {
      const { tag, sid } = keyOf(id);
      const row = find.get(sid, tag);
      return row === undefined ? null : foundIn(row, id);
    },
    save: (row, write, now) => {
      if (write.endedAt !== null) end.run(write.updatedAt, write.endedAt, write.endReason, firstLook(write, now), row);
      else
        use.run(
          write.updatedAt,
          write.lastActivityAt,
          write.lastRefreshedAt ?? write.createdAt,
          write.windowEndsAt,
          write.generation,
          packAttempts(write.attempts),
          write.version,
          write.data,
          row,
        );
    },
    setStamp: (row, record) => void setStamp.run(record.stamp, record.updatedAt, row),
    latestStamp: (tag) => Number(latestStamp.get(tag)?.['stamp'] ?? 0),
    countLive: (tag, now) => Number(countLive.get(tag, now)?.['n']),
    listLive: (tag, { limit, after }, now) => {
      const stamp = after?.stamp ?? Number.MAX_SAFE_INTEGER;
      const sid = after === null ? new Uint8Array() : keyOf(after.id).sid;
      return listLive.all(tag, now, stamp, stamp, sid, limit).map((row) => recordOf(row));
    },
    toLookAt: (now, limit) => toLookAt.all(now, limit).map((row) => foundIn(row)),
    lookAgain: (row, at) => void lookAgain.run(at, row),
    remove: (row) => void remove.run(row),
  };
}

function foundIn(row: Row, id?: string): Found {
  return { row: row['row'] as number, record: recordOf(row, id), notBefore: row['not_before'] as number };
}
