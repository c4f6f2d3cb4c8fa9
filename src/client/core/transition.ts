import type { VaultRecord } from './record.ts';
import type { Connection, SessionState } from './session-state.ts';
import type { Persistence } from './vault.ts';

/** What can change the state that apps see. */
export type StateEvent =
  | { type: 'known'; record: VaultRecord | null }
  | { type: 'connection'; connection: Connection }
  | { type: 'persistence'; persistence: Persistence };

/** The next state. The very same object when nothing an app can see changes, so a refresh renders nothing. */
export function transition<U extends { id: string }>(state: SessionState<U>, event: StateEvent): SessionState<U> {
  switch (event.type) {
    case 'connection':
      return state.connection === event.connection ? state : Object.freeze({ ...state, connection: event.connection });
    case 'persistence':
      return state.persistence === event.persistence
        ? state
        : Object.freeze({ ...state, persistence: event.persistence });
    case 'known':
      return known(state, event.record);
  }
}

function known<U extends { id: string }>(state: SessionState<U>, record: VaultRecord | null): SessionState<U> {
  const { connection, persistence } = state;
  if (record?.kind === 'live') {
    const before = state.status === 'authenticated' ? state : null;
    const user = before && sameJson(before.user, record.user) ? before.user : (record.user as U);
    const session = before && sameJson(before.session, record.session) ? before.session : record.session;
    if (before && user === before.user && session === before.session) return before;
    return Object.freeze({ status: 'authenticated', user, session, connection, persistence });
  }
  const endReason = record?.reason ?? null;
  if (state.status === 'unauthenticated' && state.endReason === endReason) return state;
  return Object.freeze({ status: 'unauthenticated', endReason, connection, persistence });
}

/** Equal as JSON, whatever the order of members. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(Reflect.get(a, key), Reflect.get(b, key)));
}
