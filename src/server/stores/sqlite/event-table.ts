import type { DatabaseSync } from 'node:sqlite';
import type { NewEvent } from '../../engine/decision.ts';
import type { SessionEvent } from '../../engine/session-event.ts';
import { eventCells, eventFrom, textOf } from './rows.ts';

/** The newest events. */
export interface EventTable {
  add(event: NewEvent, tag: Uint8Array): SessionEvent;
  of(tag: Uint8Array, after: number, limit: number): SessionEvent[];
  /** Events of all users after a cursor, with the tag of each one's user. */
  all(after: number, limit: number): { event: SessionEvent; userTag: string }[];
  /** The newest cursor; 0 when there are no events. */
  newest(): number;
}

const trimEvery = 256;

/** The table of events over `db`, of which about `limit` are kept. `added` is told each new cursor. */
export function createEventTable(db: DatabaseSync, limit: number, added: (cursor: number) => void): EventTable {
  // Led by the clock: a file that lost its last events in a power cut does not give their cursors again.
  const add = db.prepare(`INSERT INTO events (cursor, at, type, tag, sid, user_id, detail)
    VALUES (max(coalesce((SELECT max(cursor) FROM events), 0) + 1, ?1), ?1, ?2, ?3, ?4, ?5, ?6)`);
  const of = db.prepare('SELECT * FROM events WHERE cursor > ? AND tag = ? ORDER BY cursor LIMIT ?');
  const all = db.prepare('SELECT * FROM events WHERE cursor > ? ORDER BY cursor LIMIT ?');
  const newest = db.prepare('SELECT max(cursor) AS cursor FROM events');
  const trim = db.prepare(
    'DELETE FROM events WHERE cursor <= (SELECT cursor FROM events ORDER BY cursor DESC LIMIT 1 OFFSET ?)',
  );
  let sinceTrim = 0;
  return {
    add: (event, tag) => {
      const { lastInsertRowid } = add.run(...eventCells(event, tag));
      if (++sinceTrim >= trimEvery) {
        sinceTrim = 0;
        trim.run(limit);
      }
      const cursor = Number(lastInsertRowid);
      added(cursor);
      return { cursor, ...event };
    },
    of: (tag, after, atMost) => of.all(after, tag, atMost).map(eventFrom),
    all: (after, atMost) =>
      all.all(after, atMost).map((row) => ({ event: eventFrom(row), userTag: textOf(row['tag'] as Uint8Array) })),
    newest: () => Number(newest.get()?.['cursor'] ?? 0),
  };
}
