import { invalidArgument } from './failures.ts';
import { isSessionId } from './session-id.ts';
import type { SessionPage } from './sessions.ts';
import type { Store, StoreUser } from './store.ts';
import { liveViewOf } from './view.ts';

const longestPage = 200;

/** A page of a user's live sessions. Throws `invalid_argument` for a cursor that is none. */
export async function listSessions(
  store: Pick<Store, 'list'>,
  user: StoreUser,
  page: { limit?: number; cursor?: string; type?: string },
  at: number,
): Promise<SessionPage> {
  const { limit: wished = 50 } = page;
  if (typeof wished !== 'number' || Number.isNaN(wished)) throw invalidArgument('`limit` is a number.');
  const limit = Math.min(Math.max(1, Math.trunc(wished)), longestPage);
  const after = page.cursor === undefined ? null : readCursor(page.cursor);
  // One more than asked tells whether there is a next page.
  const { records, now } = await store.list(user, { limit: limit + 1, after, type: page.type ?? null }, at);
  const sessions = records.slice(0, limit).map((record) => liveViewOf(record, now));
  const last = records.length > limit ? records[limit - 1] : undefined;
  return { sessions, cursor: last === undefined ? null : `${last.stamp}.${last.id}` };
}

function readCursor(cursor: unknown): { stamp: number; id: string } {
  if (typeof cursor !== 'string') throw invalidArgument('The cursor is the text that a page of sessions gave.');
  const dot = cursor.indexOf('.');
  const stamp = Number(cursor.slice(0, dot));
  const id = cursor.slice(dot + 1);
  if (!Number.isSafeInteger(stamp) || !isSessionId(id))
    throw invalidArgument('The cursor is not one that a page of sessions gave; start without it.');
  return { stamp, id };
}
