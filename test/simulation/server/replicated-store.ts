import type { Store } from '../../../src/server/engine/store.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';

/** A store with a replica behind it. Rotations and touches reach the replica late, what must not be lost at once. */
export interface ReplicatedStore {
  store: Store;
  /** The replica takes over: what had not reached it is gone. Answers how many writes that were. */
  failOver(now: number): number;
}

interface Write {
  at: number;
  durable: boolean;
  again: (store: Store) => unknown;
}

/** How far the replica is behind. */
const lagMs = 20_000;

/** Creates a {@link ReplicatedStore} of two memory stores' worth: the replica is the same writes, carried out once more. */
export function replicatedStore(): ReplicatedStore {
  let primary = createMemoryStore();
  let writes: Write[] = [];

  function write<T>(at: number, again: (store: Store) => T, isDurable: (answer: T) => boolean): T {
    const answer = again(primary);
    writes.push({ at, durable: isDurable(answer), again });
    return answer;
  }
  const always = (): boolean => true;
  const never = (): boolean => false;

  const store: Store = {
    create: (user, session, limit, now) => write(now, (to) => to.create(user, session, limit, now), always),
    read: (id, now) => primary.read(id, now),
    rotate: (id, request, now) =>
      write(
        now,
        (to) => to.rotate(id, request, now) as Awaited<ReturnType<Store['rotate']>>,
        ({ answer }) => answer.outcome === 'ended',
      ),
    touch: (id, action, now) => write(now, (to) => to.touch(id, action, now), never),
    reauthenticate: (id, acr, now) => write(now, (to) => to.reauthenticate(id, acr, now), never),
    outdate: (id, now) => write(now, (to) => to.outdate(id, now), never),
    raiseEverybody: (now) => write(now, (to) => to.raiseEverybody(now), always),
    reschedule: (id, change, now) => write(now, (to) => to.reschedule(id, change, now), never),
    putData: (id, change, now) => write(now, (to) => to.putData(id, change, now), never),
    end: (id, reason, now) => write(now, (to) => to.end(id, reason, now), always),
    raiseNotBefore: (user, now) => write(now, (to) => to.raiseNotBefore(user, now), always),
    keepOne: (user, id, now) => write(now, (to) => to.keepOne(user, id, now), always),
    list: (user, page, now) => primary.list(user, page, now),
    log: (user, event) => primary.log(user, event),
    events: (user, after, limit) => primary.events(user, after, limit),
    ofType: (type, page, now) => primary.ofType(type, page, now),
    sweep: (now) => primary.sweep(now),
    sweepUser: (user, now) => primary.sweepUser(user, now),
    follow: (listener) => primary.follow(listener),
    note: (area, key, now) => primary.note(area, key, now),
    notes: (area, page, now) => primary.notes(area, page, now),
    putNote: (area, key, note, now) => write(now, (to) => to.putNote(area, key, note, now), always),
    dropNote: (area, key, now) => write(now, (to) => to.dropNote(area, key, now), always),
    close: () => {},
  };

  return {
    store,
    failOver(now) {
      // A durable write takes everything before it along.
      const safe = writes.findLastIndex(({ durable, at }) => durable || at < now - lagMs) + 1;
      const kept = writes.slice(0, safe);
      const lost = writes.length - kept.length;
      writes = kept;
      primary = createMemoryStore();
      for (const { again } of kept) again(primary);
      return lost;
    },
  };
}
