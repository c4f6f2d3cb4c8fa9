import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { JsonValue } from '../../server/engine/json.ts';
import type { Note, NoteStore } from '../../server/engine/store.ts';
import { invalidArgument, SessionError, translating } from './errors.ts';
import { toStored, type Untyped } from './stored-json.ts';

/** Values by key, in the store of the sessions. */
export interface KeyValues {
  /** Null when there is none, or none any more. */
  get<Value = Untyped>(key: string): Promise<Value | null>;
  /** Keeps a value, for ever or for `expiresIn`. */
  set(key: string, value: unknown, options?: { expiresIn?: Duration }): Promise<void>;
  /** True when there was one. */
  delete(key: string): Promise<boolean>;
  /** Keys and values, by key upwards; the first 100 after `after`, or as many as you say. */
  list<Value = Untyped>(page?: { after?: string; limit?: number }): Promise<{ key: string; value: Value }[]>;
}

const area = 'sdk-do:db';
const longestKey = 256;
const longestPage = 1000;

/** A minimal database on the notes of a store. Null notes: the engine was handed in without its store. */
export function createKeyValues(world: () => { notes: NoteStore | null; clock: { now(): number } }): KeyValues {
  function open(): { notes: NoteStore; now: number } {
    const { notes, clock } = world();
    if (notes !== null) return { notes, now: clock.now() };
    throw new SessionError('NOT_IMPLEMENTED', 'There is no store for `db`.', {
      hint: 'Pass the store of the engine with `createSdk({ sessions, store })`.',
    });
  }

  return {
    get: translating(async (key: string) => {
      const { notes, now } = open();
      const note = await notes.note(area, checked(key), now);
      return note && valueOf(note);
    }) as KeyValues['get'],
    set: translating(async (key, value, { expiresIn } = {}) => {
      const { notes, now } = open();
      const expiresAt = expiresIn === undefined ? null : now + durationMs(expiresIn);
      await notes.putNote(
        area,
        checked(key),
        { value: JSON.stringify(toStored(value)), expiresAt, ifVersion: null },
        now,
      );
    }),
    delete: translating(async (key) => {
      const { notes, now } = open();
      return notes.dropNote(area, checked(key), now);
    }),
    list: translating(async (options?: { after?: string; limit?: number }) => {
      const { notes, now } = open();
      const { after, limit = 100 } = options ?? {};
      if (!(limit >= 1)) throw invalidArgument('`limit` is at least 1.');
      const page = { limit: Math.min(Math.trunc(limit), longestPage), after: after ?? null };
      const found = await notes.notes(area, page, now);
      return found.map((note) => ({ key: note.key, value: valueOf(note) }));
    }) as KeyValues['list'],
  };
}

function valueOf({ value }: Note): JsonValue {
  return JSON.parse(value) as JsonValue;
}

function checked(key: unknown): string {
  if (typeof key === 'string' && key !== '' && key.length <= longestKey) return key;
  throw invalidArgument(`A key is 1 to ${longestKey} characters.`);
}
