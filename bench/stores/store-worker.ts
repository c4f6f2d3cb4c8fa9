// A process that works on one store, and what it can be told to do.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { heard } from '../server/control.ts';

/** What a worker is told. */
export type Order =
  /**
   * Creates sessions, each of somebody else and with a key; with `device`, the browser's name is kept with each. `sampled` of them, spread
   * over all, have no key: these are asked for later.
   */
  | { do: 'fill'; count: number; device: boolean; sampled: number }
  /** Answers one kind of request `count` times. Answers microseconds for each: of this process, and of Redis. */
  | { do: 'cost'; request: string; count: number }
  /** Signs people with one session out everywhere, and as many with `most`, in turn. Answers microseconds for each. */
  | { do: 'everywhere'; most: number; pairs: number }
  /** Closes the store. */
  | { do: 'close' };

/** A worker. */
export interface StoreWorker {
  tell<Answer = void>(order: Order): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts one. `eventLimit` is how many events its store keeps. */
export function startStoreWorker(url: string, eventLimit = 10_000): StoreWorker {
  const program = path.join(import.meta.dirname, 'store-program.ts');
  // A million sessions in memory are more than Node's default lets be.
  const child = fork(program, [url, String(eventLimit)], {
    execArgv: ['--max-old-space-size=8192', '--expose-gc', '--max-semi-space-size=64'],
  });
  const ended = once(child, 'exit');
  return {
    async tell<Answer>(order: Order) {
      const answer = heard<{ answer: Answer }>(child);
      child.send(order);
      return (await answer).answer;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
