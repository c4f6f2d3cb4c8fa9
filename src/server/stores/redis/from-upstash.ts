import type { RedisClient } from './client.ts';

/** What is used of a `Redis` of the package `@upstash/redis` (1.35 or newer). */
export interface UpstashRedis {
  exec(command: [string, ...string[]]): Promise<unknown>;
}

/** Does the commands in ARGV[1], a JSON list, together. */
const together = `local replies = {}
for i, command in ipairs(cjson.decode(ARGV[1])) do replies[i] = redis.call(unpack(command)) end
return replies`;

/**
 * Takes a `Redis` of `@upstash/redis`, as it is made by default. Each operation is one request.
 * A subscription would hold a request open for ever, which serverless hosts do not allow: what other processes log is asked
 * for, every `followPollMs`. `WAIT` is not to be had, nor the option `replicas`.
 */
export function fromUpstash(redis: UpstashRedis): RedisClient {
  return {
    send: async (_key, [name = '', ...args]) => redis.exec([name, ...args]),
    transaction: async (_key, commands) => {
      const keys = [...new Set(commands.flatMap(([name, key]) => (name === 'time' || key === undefined ? [] : [key])))];
      const text = JSON.stringify(commands);
      return (await redis.exec(['eval', together, String(keys.length), ...keys, text])) as unknown[];
    },
    pipeline: null,
    subscribe: null,
  };
}
