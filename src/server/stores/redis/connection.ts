import { SessionError } from '../../../protocol/session-error.ts';
import type { RedisClient } from './client.ts';
import type { Value } from './fields.ts';
import { scripts, type ScriptName } from './scripts.ts';

/** Redis, as the parts of the store use it: whatever fails is `store_unavailable`, and nothing hangs. */
export interface Connection {
  run(script: ScriptName, keys: readonly string[], args: readonly string[]): Promise<Reply>;
  send(key: string, command: readonly string[]): Promise<unknown>;
  transaction(key: string, commands: ReadonlyArray<readonly string[]>): Promise<unknown[]>;
  /** Waits until a write is in as many replicas as asked for, and makes sure of it by `check`, which answers null otherwise. */
  confirm(key: string, check: readonly string[]): Promise<void>;
  /** Every call afterwards fails. */
  close(): void;
}

/** A list that a script answered. */
export type Reply = readonly Value[];

/** Replicas that must have a write before it is acknowledged. */
export interface Replicas {
  /** How many. */
  min: number;
  /** How long to wait for them, in milliseconds. */
  timeoutMs: number;
}

/** Guards `client`. Throws `not_supported` when it cannot wait for replicas and is to. */
export function createConnection(
  client: RedisClient,
  { timeoutMs, replicas }: { timeoutMs: number; replicas: Replicas | null },
): Connection {
  const { pipeline } = client;
  if (replicas !== null && pipeline === null)
    throw new SessionError('not_supported', 'This client has no WAIT; leave `replicas` out, or use another client.');
  const digests = new Map<ScriptName, Promise<string>>();
  let isOpen = true;

  async function guarded<T>(work: () => Promise<T>, limitMs = timeoutMs): Promise<T> {
    if (!isOpen) throw unavailable('it was closed', null, false);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        reject(unavailable(error instanceof Error ? error.message : String(error), error));
      };
      const timer = setTimeout(() => fail(new Error(`no answer within ${limitMs} ms`)), limitMs);
      work().then((answer) => {
        clearTimeout(timer);
        resolve(answer);
      }, fail);
    });
  }

  return {
    run: async (name, keys, args) =>
      guarded(async () => {
        const digest = digests.get(name) ?? sha1(scripts[name]);
        digests.set(name, digest);
        const rest = [String(keys.length), ...keys, ...args];
        try {
          return (await client.send(keys[0]!, ['evalsha', await digest, ...rest])) as Reply;
        } catch (error) {
          // A Redis that was started anew, or took over, does not know it.
          if (!(error instanceof Error) || !error.message.includes('NOSCRIPT')) throw error;
          return (await client.send(keys[0]!, ['eval', scripts[name], ...rest])) as Reply;
        }
      }),
    send: async (key, command) => guarded(async () => client.send(key, command)),
    transaction: async (key, commands) => guarded(async () => client.transaction(key, commands)),
    confirm: async (key, check) => {
      if (replicas === null || pipeline === null) return;
      const wait = ['wait', String(replicas.min), String(replicas.timeoutMs)];
      await guarded(async () => {
        // `WAIT` waits for the writes of its connection, so there is one; and the node that waited must have what is confirmed.
        const [, acknowledged, found] = await pipeline(key, [['pexpire', key, confirmedMs], wait, check]);
        if (!(Number(acknowledged) >= replicas.min) || found === null || found === undefined)
          throw new Error(`${String(acknowledged)} of ${replicas.min} replicas have the write`);
      }, timeoutMs + replicas.timeoutMs);
    },
    close: () => {
      isOpen = false;
    },
  };
}

/** Events stay for 7 days after the last of them; their log is what a confirmation writes to. */
const confirmedMs = String(604_800_000);

function unavailable(why: string, cause: unknown, retryable = true): SessionError {
  return new SessionError('store_unavailable', `The session store in Redis cannot answer: ${why}.`, {
    cause,
    status: 503,
    retryable,
    ...(retryable ? { retryAfterMs: 1000 } : {}),
  });
}

async function sha1(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
