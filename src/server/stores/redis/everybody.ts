import type { EverybodyRaised } from '../../engine/store.ts';
import type { Connection } from './connection.ts';
import { answerOf } from './context.ts';
import type { Value } from './fields.ts';
import type { Keys } from './keys.ts';

/** Everybody's not-before stamp. It is in a slot of its own, so no script on a user's sessions can read it. */
export interface Everybody {
  /** The stamp, which is at most a second old. */
  notBefore(): number | Promise<number>;
  raise(now: number): Promise<EverybodyRaised>;
}

/** What {@link createEverybody} works with. */
export interface EverybodyPorts {
  connection: Connection;
  keys: Keys;
  origin: string;
  /** The caller's time as an argument of a script. */
  clock(now: number): string;
  /** Leaves what was logged for servers that lost the channel. */
  leave(tag: string, events: readonly Value[]): void;
}

const mostAgeMs = 1000;
/** How far the clocks of the masters of a cluster may be apart. */
const clocksApartMs = '60000';
/** Stands for a user's tag. */
const noTag = '-';

/** Reads the stamp before the first step, and once a second after that, while there are steps. */
export function createEverybody({ connection, keys, origin, clock, leave }: EverybodyPorts): Everybody {
  let known = 0;
  let readAt = -Infinity;
  let reading: Promise<number> | null = null;

  async function read(): Promise<number> {
    const since = performance.now();
    try {
      const found = (await connection.send(keys.everybody, ['get', keys.everybody])) as Value;
      known = Math.max(known, Number(found ?? 0));
      readAt = since;
      return known;
    } finally {
      reading = null;
    }
  }

  return {
    notBefore: () => (performance.now() - readAt < mostAgeMs ? known : (reading ??= read())),
    raise: async (now) => {
      const args = [clock(now), clocksApartMs, keys.channel, origin];
      const reply = await connection.run('everybody', [keys.everybody, keys.everybodyConfirmed], args);
      const answer = answerOf(reply);
      known = Math.max(known, answer.notBefore);
      await connection.confirm(keys.everybodyConfirmed, ['get', keys.everybody]);
      leave(noTag, reply.slice(2, 3));
      return { now: answer.now, notBefore: answer.notBefore, event: answer.event };
    },
  };
}
