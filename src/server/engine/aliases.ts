import { SessionError } from '../../protocol/session-error.ts';
import { invalidArgument } from './failures.ts';
import { deathOf, tombstoneMs } from './life.ts';
import { isSessionId } from './session-id.ts';
import type { Store } from './store.ts';

/** Ids that callers chose. Each is a note that leads to our own id, written before the session is. */
export interface Aliases {
  /** Our own id for either kind of id; null when it can lead nowhere. */
  resolve(id: string): Promise<string | null>;
  /** Makes `alias` lead to `id`. Throws `session_exists` while it leads to a live session. */
  claim(alias: string, id: string, absoluteEndsAt: number | null, now: number): Promise<void>;
}

const pattern = /^[\w.:~-]{1,128}$/;
/** A claim this young may be of a session that is being created right now. */
const inTheMakingMs = 10_000;

interface Pointer {
  id: string;
  at: number;
}

/** Aliases on the notes of `store`. */
export function createAliases(store: Pick<Store, 'note' | 'putNote' | 'read'>, now: () => number): Aliases {
  async function isTaken({ id, at }: Pointer, since: number): Promise<boolean> {
    const found = await store.read(id, since);
    if (found.record === null) return since - at < inTheMakingMs;
    return deathOf(found.record, found.notBefore, found.now) === null;
  }

  return {
    resolve: async (id) => {
      if (isSessionId(id)) return id;
      if (typeof id !== 'string' || !pattern.test(id)) return null;
      const note = await store.note(areaOf(id), '', now());
      return note && (JSON.parse(note.value) as Pointer).id;
    },
    claim: async (alias, id, absoluteEndsAt, at) => {
      if (typeof alias !== 'string' || !pattern.test(alias) || isSessionId(alias))
        throw invalidArgument(
          'A session id of your own is 1 to 128 characters of A-Z, a-z, 0-9 and _.:~- and does not look like ours.',
        );
      const note = await store.note(areaOf(alias), '', at);
      if (note !== null && (await isTaken(JSON.parse(note.value) as Pointer, at))) throw taken();
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
  };
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
