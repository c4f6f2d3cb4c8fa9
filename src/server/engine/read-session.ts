import { deathOf, isExpiry } from './life.ts';
import type { DeathReason, SessionRecord } from './record.ts';
import { rememberType, type Logged, type Store } from './store.ts';

/** A record, and whether it lives. */
export interface FoundSession {
  record: SessionRecord;
  death: DeathReason | null;
  notBefore: number;
  now: number;
}

/** What {@link createReadSession} works with. */
export interface ReadSessionPorts {
  store: Pick<Store, 'read' | 'putData'>;
  resolve: (id: string) => Promise<string | null>;
  now: () => number;
  publish: (logged: Logged, id: string) => void;
  onError: (error: unknown) => void;
}

/** No data has this version: a write on its condition writes nothing, and marks a session whose time is over. */
const noVersion = -1;

/** Reads a session by either kind of id; null when there is none. Who first finds one expired has that told. */
export function createReadSession(ports: ReadSessionPorts): (id: string) => Promise<FoundSession | null> {
  const { store, resolve, now, publish, onError } = ports;

  async function markExpired(id: string, at: number): Promise<void> {
    try {
      publish(await store.putData(id, { data: null, ifVersion: noVersion }, at), id);
    } catch (error) {
      // What was read holds all the same; the next look tells it.
      onError(error);
    }
  }

  return async (id) => {
    const own = await resolve(id);
    if (own === null) return null;
    const { record, notBefore, now: at } = await store.read(own, now());
    // The record behind a remember token is nobody's session.
    if (record === null || record.type === rememberType) return null;
    const death = deathOf(record, notBefore, at);
    if (death !== null && record.endReason === null && isExpiry(death)) await markExpired(own, at);
    return { record, death, notBefore, now: at };
  };
}
