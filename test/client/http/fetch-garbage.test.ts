import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFetch } from '../../../src/client/http/fetch.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';
import { fakeAuthorizer } from './fake-authorizer.ts';

// Node's Request follows its signal by weak references: once garbage was collected, an abort may go unheard.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  if (request.url === '/slow-body') response.writeHead(200).write('first');
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function collected(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await new Promise((done) => setTimeout(done, 5));
    collect();
  }
}

test.each<[string, (url: string, signal: AbortSignal) => [string | Request, RequestInit?]]>([
  ['given with a URL', (url, signal) => [url, { signal }]],
  ['given with a Request', (url, signal) => [new Request(url, { method: 'POST', body: 'x' }), { signal }]],
])('a signal %s is heard after garbage was collected', async (_, call) => {
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const { keys, clock } = fakePlatform();
  const authorizer = fakeAuthorizer();
  const { fetch } = createFetch({ authorizer, keys, clock, origins: [url], baseUrl: url });
  const before = asked;

  const abort = new AbortController();
  const waiting = fetch(...call(url, abort.signal)).catch((error: unknown) => error);
  await collected();
  expect(asked).toBe(before + 1);
  abort.abort();
  expect(await waiting).toMatchObject({ name: 'AbortError' });

  const ended = new SessionError('session_ended', 'Over.');
  const answer = await fetch(...call(`${url}/slow-body`, new AbortController().signal));
  await collected();
  authorizer.leave(ended);
  await expect(answer.text()).rejects.toBe(ended);
});

test("the caller's signal still ends a body whose call has long returned", async () => {
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const { keys, clock } = fakePlatform();
  const { fetch } = createFetch({ authorizer: fakeAuthorizer(), keys, clock, origins: [url], baseUrl: url });
  const abort = new AbortController();
  const answer = await fetch('/slow-body', { signal: abort.signal });
  await collected();
  abort.abort();
  await expect(answer.text()).rejects.toMatchObject({ name: 'AbortError' });
});
