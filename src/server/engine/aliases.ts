import { SessionError } from '../../protocol/session-error.ts';
import { invalidArgument } from './failures.ts';
import { deathOf, tombstoneMs } from './life.ts';
import { isSessionId } from './session-id.ts';
import type { Note, Reading, Store } from './store.ts';

/** Ids that callers chose. Each is a note that leads to our own id, written before the session is. */
export interface Aliases {
  /** Our own id for either kind of id; null when it can lead nowhere. */
  resolve(id: string): Promise<string | null>;
  /** Makes `alias` lead to `id`. Throws `session_exists` while it leads to a live session. */
  claim(alias: string, id: string, absoluteEndsAt: number | null, now: number): Promise<void>;
  /** Lets those go whose sessions had no end in sight, and ended: they lead to the tombstone, and then leave by themselves. */
  sweep(): Promise<void>;
}

const pattern = /^[\w.:~-]{1,128}$/;
/** A claim this young may be of a session that is being created right now. */
const inTheMakingMs = 10_000;
/** Aliases that do not leave by themselves, under the ids of their sessions: a `Pending` each. */
const pendingArea = 'aliases';
const page = 100;

interface Pointer {
  id: string;
  at: number;
}

interface Pending {
  alias: string;
  at: number;
}

/** Throws `invalid_argument` unless a session may have this id. */
export function checkAlias(alias: unknown): void {
  if (typeof alias !== 'string' || !pattern.test(alias) || isSessionId(alias))
    throw invalidArgument(
      'A session id of your own is 1 to 128 characters of A-Z, a-z, 0-9 and _.:~- and does not look like ours.',
    );
}

/** Aliases on the notes of `store`. */
export function createAliases(
  store: Pick<Store, 'note' | 'notes' | 'putNote' | 'dropNote' | 'read'>,
  now: () => number,
): Aliases {
  async function isTaken({ id, at }: Pointer, since: number): Promise<boolean> {
    const found = await store.read(id, since);
    return found.record === null ? since - at < inTheMakingMs : isLive(found);
  }

  /** One that leads to another session by now is not this one's to end. */
  async function letGo(alias: string, id: string, at: number): Promise<void> {
    const note = await store.note(areaOf(alias), '', at);
    if (note === null || (JSON.parse(note.value) as Pointer).id !== id) return;
    const { value, version } = note;
    await store.putNote(areaOf(alias), '', { value, expiresAt: at + tombstoneMs, ifVersion: version }, at);
  }

  async function sweepOne({ key: id, value }: Note): Promise<void> {
    const { alias, at } = JSON.parse(value) as Pending;
    const found = await store.read(id, now());
    // A session that is not there was never made, or its tombstone has left; within days of the claim nobody can tell.
    if (found.record === null ? found.now - at < tombstoneMs : isLive(found)) return;
    await letGo(alias, id, found.now);
    await store.dropNote(pendingArea, id, found.now);
  }

  return {
    resolve: async (id) => {
      if (isSessionId(id)) return id;
      if (typeof id !== 'string' || !pattern.test(id)) return null;
      const note = await store.note(areaOf(id), '', now());
      return note && (JSON.parse(note.value) as Pointer).id;
    },
    claim: async (alias, id, absoluteEndsAt, at) => {
      checkAlias(alias);
      const note = await store.note(areaOf(alias), '', at);
      if (note !== null && (await isTaken(JSON.parse(note.value) as Pointer, at))) throw taken();
      if (absoluteEndsAt === null) {
        const pending: Pending = { alias, at };
        // First, so that none is forgotten when the machine dies in between.
        await store.putNote(pendingArea, id, { value: JSON.stringify(pending), expiresAt: null, ifVersion: 0 }, at);
      }
      const pointer: Pointer = { id, at };
      const version = await store.putNote(
        areaOf(alias),
        '',
        {
          value: JSON.stringify(pointer),
          expiresAt: absoluteEndsAt === null ? null : absoluteEndsAt + tombstoneMs,
          ifVersion: note?.version ?? 0,
        },
        at,
      );
      if (version === null) throw taken();
    },
    sweep: async () => {
      for (let after: string | null | undefined = null; after !== undefined;) {
        const found: Note[] = await store.notes(pendingArea, { limit: page, after }, now());
        await Promise.all(found.map(sweepOne));
        after = found.length < page ? undefined : found.at(-1)!.key;
      }
    },
  };
}

function isLive({ record, notBefore, now }: Reading): boolean {
  return record !== null && deathOf(record, notBefore, now) === null;
}

/** An area of its own for each, so that a store of many machines spreads them. */
function areaOf(alias: string): string {
  return `alias:${alias}`;
}

function taken(): SessionError {
  return new SessionError('session_exists', 'A live session has this id already; end it first, or choose another id.', {
    status: 409,
  });
}
