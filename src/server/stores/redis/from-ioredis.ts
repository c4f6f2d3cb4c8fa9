import type { RedisClient } from './client.ts';

/** What is used of a client of the package `ioredis` (5 or newer): of `Redis` or of `Cluster`. */
export interface Ioredis {
  call(...args: never[]): unknown;
  multi(...args: never[]): unknown;
  pipeline(...args: never[]): unknown;
  duplicate(...args: never[]): unknown;
}

type Commands = ReadonlyArray<readonly string[]>;

interface Client {
  call(command: string, ...args: string[]): Promise<unknown>;
  multi(commands: Commands): Batch;
  pipeline(commands: Commands): Batch;
  duplicate(): Subscriber;
}

interface Batch {
  exec(): Promise<Array<[error: Error | null, reply: unknown]> | null>;
}

interface Subscriber {
  on(event: string, listener: (...args: string[]) => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  disconnect(): void;
}

/** Takes a client of ioredis, a single one or a cluster. It stays yours: listen to its `error` event, and close it. */
export function fromIoredis(ioredis: Ioredis): RedisClient {
  const client = ioredis as unknown as Client;
  return {
    send: async (_key, [name = '', ...args]) => client.call(name, ...args),
    transaction: async (_key, commands) => repliesOf(client.multi(commands)),
    pipeline: async (_key, commands) => repliesOf(client.pipeline(commands)),
    subscribe: (channel, listener) => {
      const subscriber = client.duplicate();
      // It reconnects by itself; the app hears of the trouble from its own client.
      subscriber.on('error', () => {});
      subscriber.on('message', (_channel, message) => listener(message ?? ''));
      const begin = async (): Promise<void> => {
        await subscriber.subscribe(channel);
      };
      return { ready: begin(), stop: () => subscriber.disconnect() };
    },
  };
}

async function repliesOf(batch: Batch): Promise<unknown[]> {
  const replies = (await batch.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
