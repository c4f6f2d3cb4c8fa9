/**
 * A Redis as the store sees it. `fromNodeRedis`, `fromIoredis` and `fromUpstash` make one of a client that an app has.
 * All commands of one call have keys of one slot, that of `key`. Replies are strings, numbers, null and lists of these.
 */
export interface RedisClient {
  send(key: string, command: readonly string[]): Promise<unknown>;
  /** Several commands in one round trip, done together (`MULTI`). */
  transaction(key: string, commands: ReadonlyArray<readonly string[]>): Promise<unknown[]>;
  /** Several commands in one round trip over one connection, one after the other. Null where that is not to be had. */
  pipeline: ((key: string, commands: ReadonlyArray<readonly string[]>) => Promise<unknown[]>) | null;
  /**
   * Listens to a channel over a connection of its own until told to stop. Null where that is not to be had: then what other
   * processes log is asked for.
   */
  subscribe: ((channel: string, listener: (message: string) => void) => Subscription) | null;
}

/** A channel that is listened to. */
export interface Subscription {
  /** Settles once it is, or cannot be. */
  ready: Promise<void>;
  /** Ends it, and the try to begin it. */
  stop(): void;
}
