import { deathOf } from './life.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import type { Store } from './store.ts';

/** A session of a named type, live or dead, as it is at `now`. */
export interface TypedSession {
  record: SessionRecord;
  notBefore: number;
  death: DeathReason | null;
  /** The same for all sessions of one reading. */
  now: number;
}

const pageSize = 200;

/** All kept sessions of a named type, newest first. Reads them in pages: costs O(sessions of that type). */
export async function* typedSessions(
  store: Pick<Store, 'ofType'>,
  type: string,
  at: number,
): AsyncGenerator<TypedSession> {
  let after: { createdAt: number; id: string } | null = null;
  let now: number | null = null;
  do {
    const page: Awaited<ReturnType<Store['ofType']>> = await store.ofType(type, { limit: pageSize, after }, at);
    now ??= page.now;
    for (const { record, notBefore } of page.found)
      yield { record, notBefore, death: deathOf(record, notBefore, now), now };
    const last: SessionRecord | undefined = page.found.length < pageSize ? undefined : page.found.at(-1)?.record;
    after = last === undefined ? null : { createdAt: last.createdAt, id: last.id };
  } while (after !== null);
}
