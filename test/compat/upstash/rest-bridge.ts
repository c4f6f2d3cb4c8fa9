// The REST protocol that the client of `@upstash/redis` speaks, in front of a real Redis.
import { serve, type ServerType } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createClient, ErrorReply, MultiErrorReply } from 'redis';

/** A bridge that listens. */
export interface RestBridge {
  /** For `new Redis({ url, token })`. */
  url: string;
  token: string;
  /** Ends it, and its connection to Redis. */
  stop(): Promise<void>;
}

/** A Redis, as the bridge needs it. */
interface RedisCommands {
  run(command: string[]): Promise<unknown>;
  /** All of them in one transaction. An answer may be an Error. */
  transaction(commands: string[][]): Promise<unknown[]>;
}

type Result = { result: unknown } | { error: string };

/** Puts the protocol in front of the Redis at `redisUrl`, on a free port of this machine. */
export async function startRestBridge(redisUrl: string): Promise<RestBridge> {
  const client = createClient({ url: redisUrl, RESP: 2, disableOfflineQueue: true });
  // Told to whoever asks meanwhile, with the answer.
  client.on('error', () => {});
  await client.connect();
  const token = randomUUID();
  const bridge = createRestBridge(
    {
      run: (command) => client.sendCommand(command),
      transaction: async (commands) => {
        const multi = client.multi();
        for (const command of commands) multi.addCommand(command);
        try {
          return await multi.exec();
        } catch (error) {
          if (error instanceof MultiErrorReply) return error.replies;
          throw error;
        }
      },
    },
    token,
  );
  const server = await new Promise<ServerType>((resolve) => {
    const starting = serve({ fetch: bridge.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(starting));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
      client.destroy();
    },
  };
}

/** The protocol alone: `POST /` one command, `POST /pipeline` several, `POST /multi-exec` several as a transaction. */
function createRestBridge(
  redis: RedisCommands,
  token: string,
): { fetch: (request: Request) => Response | Promise<Response> } {
  const app = new Hono();
  app.use(async (context, next) => {
    if (isSame(context.req.header('authorization') ?? '', `Bearer ${token}`)) return next();
    return context.json({ error: 'Unauthorized' }, 401);
  });
  app.post('/', async (context) => {
    const command = commandOf(await bodyOf(context));
    if (command === null) return context.json({ error: 'ERR failed to parse command' }, 400);
    const result = await settle(redis.run(command), encodingOf(context));
    return context.json(result, 'error' in result ? 400 : 200);
  });
  app.post('/pipeline', async (context) => {
    const commands = commandsOf(await bodyOf(context));
    if (commands === null) return context.json({ error: 'ERR failed to parse pipeline request' }, 400);
    const encode = encodingOf(context);
    return context.json(await Promise.all(commands.map((command) => settle(redis.run(command), encode))));
  });
  app.post('/multi-exec', async (context) => {
    const commands = commandsOf(await bodyOf(context));
    if (commands === null) return context.json({ error: 'ERR failed to parse transaction request' }, 400);
    const encode = encodingOf(context);
    const replies = await settle(redis.transaction(commands), (answers) => answers);
    if ('error' in replies) return context.json(replies, 400);
    return context.json((replies.result as unknown[]).map((reply) => resultOf(reply, encode)));
  });
  app.onError((error, context) => context.json({ error: `ERR ${error.message}` }, 503));
  return { fetch: (request) => app.fetch(request) };
}

/** What Redis refuses is an answer; anything else (a lost connection) is thrown on. */
async function settle(reply: Promise<unknown>, encode: (reply: unknown) => unknown): Promise<Result> {
  try {
    return resultOf(await reply, encode);
  } catch (error) {
    if (error instanceof ErrorReply) return { error: error.message };
    throw error;
  }
}

function resultOf(reply: unknown, encode: (reply: unknown) => unknown): Result {
  return reply instanceof Error ? { error: reply.message } : { result: encode(reply) };
}

function encodingOf(context: Context): (reply: unknown) => unknown {
  return context.req.header('upstash-encoding') === 'base64' ? inBase64 : (reply) => reply;
}

/** Every string but a plain OK. The client decodes what stands in a list whatever it is. */
function inBase64(reply: unknown): unknown {
  return reply === 'OK' ? reply : deepBase64(reply);
}

function deepBase64(reply: unknown): unknown {
  if (typeof reply === 'string') return Buffer.from(reply).toString('base64');
  return Array.isArray(reply) ? reply.map(deepBase64) : reply;
}

async function bodyOf(context: Context): Promise<unknown> {
  return context.req.json<unknown>().catch(() => null);
}

function commandOf(body: unknown): string[] | null {
  if (!Array.isArray(body) || body.length === 0) return null;
  const plain = body.every((word) => ['string', 'number', 'boolean'].includes(typeof word));
  return plain ? body.map(String) : null;
}

function commandsOf(body: unknown): string[][] | null {
  if (!Array.isArray(body) || body.length === 0) return null;
  const commands = body.map(commandOf);
  return commands.includes(null) ? null : (commands as string[][]);
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
