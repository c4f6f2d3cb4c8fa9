// What a request costs at the least: node:http or hono that answer a document as long as a session, and node:http that first
// does one thing in Redis (through the same client) or in SQLite (through the same library).
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { createClient } from 'redis';
import { report } from '../server/control.ts';

const [, , kind = 'node:http', place = ''] = process.argv;
const body = JSON.stringify({ session: 'x'.repeat(480) });

function answer(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}

/** Work that fails ends the program. */
function answering(work: () => Promise<unknown>): Server {
  return createServer((_request, response) => void work().then(() => answer(response)));
}

function answeringAfter(work: () => void): Server {
  return createServer((_request, response) => {
    work();
    answer(response);
  });
}

async function redis(): Promise<{ get: () => Promise<unknown>; script: () => Promise<unknown> }> {
  const client = await createClient({ url: place }).connect();
  await client.set('floor', body);
  const sha = await client.scriptLoad("return redis.call('GET', KEYS[1])");
  return { get: () => client.get('floor'), script: () => client.evalSha(sha, { keys: ['floor'] }) };
}

function sqlite(): { read: () => void; write: () => void } {
  const db = new DatabaseSync(place);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec('CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, value TEXT NOT NULL) STRICT');
  const rows = 1000;
  const fill = db.prepare('INSERT OR REPLACE INTO rows (id, value) VALUES (?, ?)');
  db.exec('BEGIN');
  for (let id = 0; id < rows; id++) fill.run(id, body);
  db.exec('COMMIT');
  const find = db.prepare('SELECT value FROM rows WHERE id = ?');
  const change = db.prepare('UPDATE rows SET value = ? WHERE id = ?');
  let next = 0;
  return {
    read: () => void find.get(next++ % rows),
    write: () => void change.run(body, next++ % rows),
  };
}

const kinds: Record<string, () => Promise<Server>> = {
  'node:http': async () => createServer((_request, response) => answer(response)),
  hono: async () => {
    const app = new Hono().get('/', () => new Response(body, { headers: { 'Content-Type': 'application/json' } }));
    return createAdaptorServer({ fetch: app.fetch }) as Server;
  },
  'redis get': async () => answering((await redis()).get),
  'redis evalsha': async () => answering((await redis()).script),
  'sqlite select': async () => answeringAfter(sqlite().read),
  'sqlite update': async () => answeringAfter(sqlite().write),
};

const server = await kinds[kind]?.();
if (server === undefined) throw new Error(`There is no floor '${kind}'.`);
server.listen(0, '127.0.0.1', () => report((server.address() as AddressInfo).port));
