import { listSessions } from './session-list.ts';
import { userTagOf } from './session-id.ts';
import type { Sessions } from './sessions.ts';
import type { Logged, Store, StoreUser } from './store.ts';

/** What {@link createClaimsChanged} works with. */
export interface ClaimsChangedPorts {
  store: Pick<Store, 'outdate' | 'list'>;
  now: () => number;
  userOf: (userId: string) => Promise<StoreUser>;
  publish: (logged: Logged, userTag: string) => void;
}

const pageSize = 200;

/** Makes the access tokens of a user stale, session by session. One that begins meanwhile has the new claims already. */
export function createClaimsChanged(ports: ClaimsChangedPorts): Sessions['claimsChanged'] {
  const { store, now, userOf, publish } = ports;
  return async (userId) => {
    const user = await userOf(userId);
    let count = 0;
    // A session that was done has a later stamp than the page, so no page shows it again.
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await listSessions(store, user, { limit: pageSize, ...(cursor ? { cursor } : {}) }, now());
      for (const { id } of page.sessions) {
        const step = await store.outdate(id, now());
        publish(step, userTagOf(id));
        if (step.answer.outcome === 'done') count++;
      }
      ({ cursor } = page);
    }
    return { count };
  };
}
