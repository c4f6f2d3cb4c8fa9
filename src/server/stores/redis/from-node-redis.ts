import type { RedisClient } from './client.ts';

/** What is used of a client of the package `redis` (node-redis 5 or newer): of `createClient` or of `createCluster`. */
export interface NodeRedis {
  sendCommand(...args: never[]): Promise<unknown>;
  multi(...args: never[]): unknown;
  duplicate(...args: never[]): unknown;
}

interface Single {
  isReady?: boolean;
  sendCommand(args: readonly string[], options?: { timeout: number }): Promise<unknown>;
  multi(): Batch & { addCommand(args: readonly string[]): unknown };
}

interface Cluster {
  slots: unknown;
  sendCommand(firstKey: string, isReadonly: boolean, args: readonly string[]): Promise<unknown>;
  multi(
    routing: string,
  ): Batch & { addCommand(firstKey: string, isReadonly: boolean, args: readonly string[]): unknown };
}

interface Batch {
  exec(): Promise<unknown[]>;
  execAsPipeline(): Promise<unknown[]>;
}

interface Subscriber {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  destroy(): void;
}

/** Takes a connected client of node-redis, a single one or a cluster. It stays yours: listen to its `error` event, and close it. */
export function fromNodeRedis(client: NodeRedis): RedisClient {
  const cluster = isCluster(client) ? client : null;
  const single = client as unknown as Single;

  function batch(key: string, commands: ReadonlyArray<readonly string[]>): Batch {
    if (cluster === null) {
      const multi = single.multi();
      for (const command of commands) multi.addCommand(command);
      return multi;
    }
    const multi = cluster.multi(key);
    for (const command of commands) multi.addCommand(key, false, command);
    return multi;
  }

  /**
   * The client times how long a command waits for a connection, with an `AbortSignal` for each that costs more than the command.
   * Where there is a connection, nothing waits for one.
   */
  const sendNow: Single['sendCommand'] = async (command) =>
    single.sendCommand(command, single.isReady === true ? { timeout: 0 } : undefined);

  return {
    send: async (key, command) => cluster?.sendCommand(key, false, command) ?? sendNow(command),
    transaction: async (key, commands) => batch(key, commands).exec(),
    pipeline: async (key, commands) => batch(key, commands).execAsPipeline(),
    subscribe: (channel, listener) => {
      const subscriber = client.duplicate() as Subscriber;
      // It reconnects by itself; the app hears of the trouble from its own client.
      subscriber.on('error', () => {});
      const begin = async (): Promise<void> => {
        await subscriber.connect();
        await subscriber.subscribe(channel, listener);
      };
      return {
        ready: begin(),
        stop: () => {
          try {
            subscriber.destroy();
          } catch {
            // It was not connected.
          }
        },
      };
    },
  };
}

function isCluster(client: object): client is Cluster {
  return 'slots' in client;
}
