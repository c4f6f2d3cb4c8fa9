import { deathOf } from './life.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import { rememberType, type Store } from './store.ts';

/** A record, and whether it lives. */
export interface FoundSession {
  record: SessionRecord;
  death: DeathReason | null;
  notBefore: number;
  now: number;
}

/** Reads a session by either kind of id; null when there is none. */
export function createReadSession(
  store: Pick<Store, 'read'>,
  resolve: (id: string) => Promise<string | null>,
  now: () => number,
): (id: string) => Promise<FoundSession | null> {
  return async (id) => {
    const own = await resolve(id);
    if (own === null) return null;
    const { record, notBefore, now: at } = await store.read(own, now());
    // The record behind a remember token is nobody's session.
    if (record === null || record.type === rememberType) return null;
    return { record, death: deathOf(record, notBefore, at), notBefore, now: at };
  };
}
