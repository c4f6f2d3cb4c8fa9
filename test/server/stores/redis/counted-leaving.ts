import type { Store } from '../../../../src/server/engine/store.ts';
import { day } from '../../engine/world.ts';

/**
 * A store whose sessions leave by themselves, as one that sweeps: `sweep` answers how many have left since. So it can be held
 * to the same tests.
 */
export function countedLeaving(store: Store): Store {
  const there = new Map<string, number>();
  return {
    ...store,
    create: async (user, session, limit, now) => {
      there.set(session.id, now);
      return store.create(user, session, limit, now);
    },
    sweep: async (now) => {
      const { events } = await store.sweep(now);
      // Nobody's tombstone leaves earlier.
      const old = [...there].filter(([, since]) => now >= since + 7 * day);
      const left: typeof old = [];
      for (let from = 0; from < old.length; from += 100) {
        const some = old.slice(from, from + 100);
        const readings = await Promise.all(some.map(async ([id]) => store.read(id, now)));
        left.push(...some.filter((_, i) => readings[i]!.record === null));
      }
      for (const [id] of left) there.delete(id);
      return { removed: left.length, events };
    },
  };
}
