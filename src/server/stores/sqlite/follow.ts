import type { Store } from '../../engine/store.ts';
import type { Connection } from './connection.ts';
import type { Guard } from './open.ts';

const lookEveryMs = 250;
const batch = 500;

/** What {@link createFollow} works with. */
export interface FollowPorts {
  connection: Pick<Connection, 'dataVersion' | 'events'>;
  guarded: Guard;
  own: OwnEvents;
}

/** What this process logged itself, and told already. */
export interface OwnEvents {
  committed(cursor: number): void;
  /** Whether the event is one of those. Asked once for each. */
  take(cursor: number): boolean;
  /** Remembers from now on, while anybody follows. */
  follow(): () => void;
}

/** Remembers nothing while nobody follows. */
export function createOwnEvents(): OwnEvents {
  const cursors = new Set<number>();
  let followers = 0;
  return {
    committed: (cursor) => void (followers > 0 && cursors.add(cursor)),
    take: (cursor) => cursors.delete(cursor),
    follow: () => {
      followers++;
      return () => {
        followers--;
        if (followers === 0) cursors.clear();
      };
    },
  };
}

/**
 * Tells what other processes logged in the file. Looks a few times a second whether anybody wrote, which costs no read of the
 * file, and only while somebody listens; keeps no process alive.
 */
export function createFollow({ connection, guarded, own }: FollowPorts): Store['follow'] {
  return (listener) => {
    const forget = own.follow();
    let told = guarded(() => connection.events.newest());
    let version = guarded(() => connection.dataVersion());

    const look = (): void => {
      try {
        const now = connection.dataVersion();
        if (now === version) return;
        for (let found = batch; found === batch;) {
          const events = connection.events.all(told, batch);
          found = events.length;
          for (const { event, userTag } of events) {
            told = event.cursor;
            if (!own.take(event.cursor)) listener(event, userTag);
          }
        }
        version = now;
      } catch {
        // A file that is busy or closed is looked at again; what it could not tell yet is told then.
      }
    };
    const timer = setInterval(look, lookEveryMs);
    timer.unref();
    return () => {
      clearInterval(timer);
      forget();
    };
  };
}
