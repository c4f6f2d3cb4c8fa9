import { firstLook } from '../../engine/decide-sweep.ts';
import type { Decision } from '../../engine/decision.ts';
import { endOf, isExpiry } from '../../engine/life.ts';
import type { SessionRecord } from '../../engine/record.ts';
import { rememberType, type Step } from '../../engine/store.ts';
import { createNoteTable, type NoteTable } from './note-table.ts';
import { createEventTable, type EventTable } from './event-table.ts';
import { openDatabase, type Durability } from './open.ts';
import { keyOf } from './rows.ts';
import { createSessionTable, type SessionTable } from './session-table.ts';
import { createUserTable, type UserTable } from './user-table.ts';

/** A connection with its tables. */
export interface Connection {
  sessions: SessionTable;
  users: UserTable;
  events: EventTable;
  notes: NoteTable;
  /** Keeps the new state of a record that was found in `row`, and counts its user's sessions anew. */
  save(row: number, record: SessionRecord, now: number): void;
  /** Changes whenever another connection has written to the file. */
  dataVersion(): number;
  /** Runs `work` as the only writer of the file; all of it is kept, or, when it throws, nothing. */
  write<T>(work: () => T): T;
  /** One step on one session: read, decide, keep, log. Null, and nothing done, when `mayKeep` refuses the decision. */
  step<Answer>(id: string, now: number, decide: Decide<Answer>, mayKeep?: MayKeep): Step<Answer> | null;
  close(): void;
}

/** The rule of a step. */
export type Decide<Answer> = (record: SessionRecord | null, notBefore: number) => Decision<Answer>;
/** Whether this connection may carry out a decision. */
export type MayKeep = (decision: Decision<unknown>) => boolean;

/** Opens a connection of its own to the file. */
export function connect(
  path: string,
  durability: Durability,
  options: { busyTimeoutMs: number; eventLimit: number; committed: (cursor: number) => void },
): Connection {
  const db = openDatabase(path, durability, options.busyTimeoutMs);
  const sessions = createSessionTable(db);
  const users = createUserTable(db);
  /** Cursors of the events in the open transaction. */
  let logged: number[] = [];
  const events = createEventTable(db, options.eventLimit, (cursor) => logged.push(cursor));
  const notes = createNoteTable(db);
  const dataVersion = db.prepare('PRAGMA data_version');
  // Immediate: a transaction that reads first and writes later could meet another writer in between, and fail.
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  let open = true;

  function write<T>(work: () => T): T {
    begin.run();
    logged = [];
    try {
      const result = work();
      commit.run();
      for (const cursor of logged) options.committed(cursor);
      return result;
    } catch (error) {
      undo();
      throw error;
    }
  }

  function undo(): void {
    try {
      rollback.run();
    } catch {
      // A full disk has ended the transaction already; what counts is the error that led here.
    }
  }

  function save(row: number, record: SessionRecord, now: number): void {
    sessions.save(row, record, now);
    // One that expired was in no count, or in one that nobody goes by since.
    const leaves = record.endReason !== null && !isExpiry(record.endReason) && record.type !== rememberType;
    if (leaves) users.uncountOne(keyOf(record.id).tag, record.stamp);
  }

  return {
    save,
    sessions,
    users,
    events,
    notes,
    dataVersion: () => Number(dataVersion.get()?.['data_version']),
    write,
    step: (id, now, decide, mayKeep) =>
      write(() => {
        const found = sessions.find(id);
        const decision = decide(found?.record ?? null, found?.notBefore ?? 0);
        if (mayKeep?.(decision) === false) return null;
        if (found !== null && decision.write !== null) {
          save(found.row, decision.write, now);
          // Apart: they are in indexes, which every refresh would have to write anew.
          if (decision.write.stamp !== found.record.stamp) sessions.setStamp(found.row, decision.write);
          if (endOf(decision.write) < endOf(found.record))
            sessions.lookSooner(found.row, firstLook(decision.write, now));
        }
        const event = decision.event && events.add(decision.event, keyOf(id).tag);
        return { answer: decision.answer, event, now };
      }),
    close: () => {
      if (open) db.close();
      open = false;
    },
  };
}
