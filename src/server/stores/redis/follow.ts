import type { SessionEvent } from '../../engine/session-event.ts';
import type { RedisClient, Subscription } from './client.ts';
import type { Connection } from './connection.ts';
import type { Keys } from './keys.ts';
import { marked, unmarked } from './fields.ts';

type Listener = (event: SessionEvent, userTag: string) => void;

/** What other processes logged, told here. */
export interface Follower {
  follow(listener: Listener): () => void;
  /** Leaves an event, as it rests, where those find it who lost the channel. */
  leave(event: string, userTag: string): void;
  close(): void;
}

/** What a follower needs. */
export interface FollowerOptions {
  client: RedisClient;
  connection: Connection;
  keys: Keys;
  /** Names this store in what it logs: its own events are told elsewhere. */
  origin: string;
  pollMs: number;
  /** How many events are left for those who lost the channel. */
  recentLimit: number;
}

/** So many of the events told last are known, so that none is told twice. */
const toldLimit = 10_000;
const longestPoll = 1000;

/**
 * Follows the channel, to which the script of each step tells its event, and asks every `pollMs` for what was left in the list
 * of recent events: a connection that was lost, or a client that has no subscription, then costs time and no event.
 */
export function createFollower({ client, connection, keys, origin, pollMs, recentLimit }: FollowerOptions): Follower {
  const listeners = new Set<Listener>();
  const told = new Set<string>();
  let stop: (() => void) | null = null;

  function tell(from: string, tag: string, text: string): void {
    if (from === origin) return;
    const event = JSON.parse(text) as SessionEvent;
    const name = `${tag}${event.cursor}`;
    if (told.has(name)) return;
    told.add(name);
    for (const oldest of told) {
      if (told.size <= toldLimit) break;
      told.delete(oldest);
    }
    for (const listener of listeners) listener(event, tag);
  }

  /** Begins, and answers what ends it. */
  function begin(): () => void {
    let isOn = true;
    let subscription: Subscription | null = null;
    let position: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;

    function subscribe(): void {
      if (client.subscribe === null || subscription !== null) return;
      const begun = client.subscribe(keys.channel, (message) => {
        const [, from = '', tag = '', text = ''] = /^(\S+) (\S+) (.*)$/s.exec(message) ?? [];
        if (isOn && text !== '') tell(from, tag, text);
      });
      subscription = begun;
      begun.ready.catch(() => {
        // Tried again with the next poll.
        begun.stop();
        subscription = null;
      });
    }

    async function poll(): Promise<void> {
      if (position === null) {
        const newest = (await connection.send(keys.recent, [
          'xrevrange',
          keys.recent,
          '+',
          '-',
          'COUNT',
          '1',
        ])) as Entry[];
        position = newest[0]?.[0] ?? '0-0';
        return;
      }
      for (let found = longestPoll; isOn && found === longestPoll;) {
        const range = ['xrange', keys.recent, `(${position}`, '+', 'COUNT', String(longestPoll)];
        const entries = (await connection.send(keys.recent, range)) as Entry[];
        for (const [id, fields] of entries) {
          position = id;
          const [, from = '', , tag = '', , event] = fields;
          if (isOn) tell(unmarked(from) ?? '', unmarked(tag) ?? '', unmarked(event) ?? '');
        }
        found = entries.length;
      }
    }

    async function turn(): Promise<void> {
      subscribe();
      try {
        await poll();
      } catch {
        // Redis cannot answer; what it has is asked for when it can.
      }
      if (!isOn) return;
      timer = setTimeout(() => void turn(), pollMs);
      timer.unref?.();
    }

    void turn();
    return () => {
      isOn = false;
      clearTimeout(timer);
      subscription?.stop();
    };
  }

  return {
    follow: (listener) => {
      listeners.add(listener);
      stop ??= begin();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
    leave: (event, tag) => {
      const values = ['o', marked(origin), 't', marked(tag), 'e', event];
      const command = ['xadd', keys.recent, 'MAXLEN', '~', String(recentLimit), '*', ...values];
      // Those who hear the channel have it already; nobody waits for this.
      connection.send(keys.recent, command).catch(() => {});
    },
    close: () => {
      listeners.clear();
      stop?.();
      stop = null;
    },
  };
}

type Entry = [id: string, fields: string[]];
