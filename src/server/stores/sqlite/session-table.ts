import type { DatabaseSync } from 'node:sqlite';
import { firstLook } from '../../engine/decide-sweep.ts';
import type { SessionRecord } from '../../engine/record.ts';
import { rememberType, type Found, type ListPage, type TypePage } from '../../engine/store.ts';
import { pageOf } from './page-of.ts';
import { authenticatedCell, cellsOf, keyOf, packAttempts, recordOf, type Row } from './rows.ts';
import { everybodyNotBefore } from './user-table.ts';

/** A session where it lies, and its user's not-before stamp. */
export interface FoundRow extends Found {
  row: number;
}

/** The sessions of one connection; its statements are prepared once. No method begins or ends a transaction. */
export interface SessionTable {
  insert(record: SessionRecord, now: number): void;
  find(id: string): FoundRow | null;
  /** Keeps the new state of a record that was found in `row`. */
  save(row: number, write: SessionRecord, now: number): void;
  setStamp(row: number, record: SessionRecord): void;
  latestStamp(tag: Uint8Array): number;
  /** The latest of all users. Looks at every session. */
  latestOfAll(): number;
  /** How many are live, and the earliest end among them. */
  countLive(tag: Uint8Array, now: number): { live: number; nextEnd: number };
  /** Whether at least `count` sessions, live or dead, are younger than the user's not-before stamp. */
  hasAtLeast(tag: Uint8Array, count: number): boolean;
  listLive(tag: Uint8Array, page: ListPage, now: number): SessionRecord[];
  /** Sessions that a sweep must look at, at most `limit`. */
  toLookAt(now: number, limit: number): FoundRow[];
  /** Sessions of one user that expired and bear no mark of it. */
  expiredUnseen(tag: Uint8Array, now: number): FoundRow[];
  ofType(type: string, page: TypePage): FoundRow[];
  /** A sweep must look at the row at `at` already. */
  lookSooner(row: number, at: number): void;
  lookAgain(row: number, at: number): void;
  remove(row: number): void;
}

const columns = `sid, tag, user_id, type, created_at, updated_at, active_at, refreshed_at, window_ms, window_ends_at,
  absolute_ends_at, idle_ms, renewal, remembered, generation, attempts, stamp, key_id, thumbprint, label, user_agent,
  version, ended_at, end_reason, look_at, data, alias, trust_context, last_action, last_action_at, token_generation,
  authenticated_at, acr`;
const places = columns.replace(/\w+/g, '?');
const notBefore = `max(coalesce((SELECT not_before FROM users WHERE users.tag = sessions.tag), 0), ${everybodyNotBefore})`;
const found = `SELECT row, ${columns}, ${notBefore} AS not_before FROM sessions`;
/** `deathOf(...) === null`, for the next parameter as the time. The conformance suite holds the two together. */
const end = `min(coalesce(window_ends_at, 1e18), coalesce(absolute_ends_at, 1e18), coalesce(active_at + idle_ms, 1e18))`;
const live = `end_reason IS NULL AND stamp > ${notBefore} AND ${end} > ?`;
/** Those that belong into lists and counts. */
const listed = `(type IS NULL OR type <> '${rememberType}')`;

/** The table of sessions over `db`. */
export function createSessionTable(db: DatabaseSync): SessionTable {
  const insert = db.prepare(`INSERT INTO sessions (${columns}) VALUES (${places})`);
  const find = db.prepare(`${found} WHERE sid = ? AND tag = ?`);
  const use = db.prepare(`UPDATE sessions SET updated_at = ?, active_at = ?, refreshed_at = ?, window_ends_at = ?,
    generation = ?, attempts = ?, version = ?, data = ?, window_ms = ?, last_action = ?, last_action_at = ?,
    token_generation = ?, authenticated_at = ?, acr = ? WHERE row = ?`);
  const endRow = db.prepare(
    'UPDATE sessions SET updated_at = ?, window_ends_at = ?, ended_at = ?, end_reason = ?, look_at = ?, data = NULL WHERE row = ?',
  );
  const setStamp = db.prepare('UPDATE sessions SET stamp = ?, updated_at = ? WHERE row = ?');
  const latestStamp = db.prepare('SELECT max(stamp) AS stamp FROM sessions WHERE tag = ?');
  const latestOfAll = db.prepare('SELECT max(stamp) AS stamp FROM sessions');
  const hasAtLeast = db.prepare(`SELECT 1 FROM sessions WHERE tag = ? AND stamp > ${notBefore} LIMIT 1 OFFSET ?`);
  const countLive = db.prepare(
    `SELECT count(*) AS n, min(${end}) AS next_end FROM sessions WHERE tag = ? AND ${listed} AND ${live}`,
  );
  const listLive = db.prepare(`SELECT ${columns} FROM sessions WHERE tag = ? AND ${listed} AND ${live}
    AND (?3 IS NULL OR coalesce(type, 'default') = ?3) AND stamp <= ?4 ORDER BY stamp DESC`);
  const toLookAt = db.prepare(`${found} WHERE look_at <= ? ORDER BY look_at LIMIT ?`);
  const expiredUnseen = db.prepare(
    `${found} WHERE tag = ? AND ${listed} AND end_reason IS NULL AND stamp > ${notBefore} AND ${end} <= ?`,
  );
  const ofType = db.prepare(`${found} WHERE type = ? AND created_at <= ? ORDER BY created_at DESC`);
  const lookSooner = db.prepare('UPDATE sessions SET look_at = min(look_at, ?) WHERE row = ?');
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
      if (write.endedAt !== null)
        endRow.run(write.updatedAt, write.windowEndsAt, write.endedAt, write.endReason, firstLook(write, now), row);
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
          write.windowMs,
          write.lastAction,
          write.lastActionAt,
          write.tokenGeneration,
          authenticatedCell(write),
          write.acr,
          row,
        );
    },
    setStamp: (row, record) => void setStamp.run(record.stamp, record.updatedAt, row),
    latestStamp: (tag) => Number(latestStamp.get(tag)?.['stamp'] ?? 0),
    latestOfAll: () => Number(latestOfAll.get()?.['stamp'] ?? 0),
    countLive: (tag, now) => {
      const row = countLive.get(tag, now)!;
      return { live: row['n'] as number, nextEnd: (row['next_end'] as number | null) ?? Infinity };
    },
    hasAtLeast: (tag, count) => hasAtLeast.get(tag, count - 1) !== undefined,
    listLive: (tag, { limit, after, type }, now) => {
      const rows = listLive.iterate(tag, now, type, after?.stamp ?? Number.MAX_SAFE_INTEGER);
      const place = after && { at: after.stamp, id: after.id };
      return pageOf(
        rows,
        (row) => recordOf(row),
        ({ stamp, id }) => ({ at: stamp, id }),
        { limit, after: place },
      );
    },
    toLookAt: (now, limit) => toLookAt.all(now, limit).map((row) => foundIn(row)),
    expiredUnseen: (tag, now) => expiredUnseen.all(tag, now).map((row) => foundIn(row)),
    ofType: (type, { limit, after }) => {
      if (type === rememberType) return [];
      const rows = ofType.iterate(type, after?.createdAt ?? Number.MAX_SAFE_INTEGER);
      const place = after && { at: after.createdAt, id: after.id };
      const placeOf = ({ record }: Found): { at: number; id: string } => ({ at: record.createdAt, id: record.id });
      return pageOf(rows, (row) => foundIn(row), placeOf, { limit, after: place });
    },
    lookSooner: (row, at) => void lookSooner.run(at, row),
    lookAgain: (row, at) => void lookAgain.run(at, row),
    remove: (row) => void remove.run(row),
  };
}

function foundIn(row: Row, id?: string): FoundRow {
  return { row: row['row'] as number, record: recordOf(row, id), notBefore: row['not_before'] as number };
}
