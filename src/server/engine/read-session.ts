import { deathOf } from './life.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import type { Store } from './store.ts';

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
    return record && { record, death: deathOf(record, notBefore, at), notBefore, now: at };
  };
}
