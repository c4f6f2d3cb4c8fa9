import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFetch } from '../../../src/client/http/fetch.ts';
import { fakePlatform } from '../../../src/testing/fake-platform.ts';
import { fakeAuthorizer, type FakeAuthorizer } from './fake-authorizer.ts';

// Real servers on two ports, which are two origins: what a redirect carries is decided below `fetch`.
interface Place {
  url: string;
  seen: Array<{ path: string; method: string; token: string | undefined; proof: string | undefined }>;
  server: Server;
}

async function open(): Promise<Place> {
  const seen: Place['seen'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { authorization: token, dpop: proof } = request.headers as { authorization?: string; dpop?: string };
    seen.push({ path, method: request.method ?? '', token, proof });
    const to = new URL(path, place.url).searchParams.get('to');
    if (to !== null) response.writeHead(path.startsWith('/303') ? 303 : 302, { Location: to }).end();
    else response.writeHead(isRight(request) ? 200 : 401).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const place: Place = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
  return place;

  /** As an API checks a proof: it must name this very URL. */
  function isRight({ url, headers }: IncomingMessage): boolean {
    if (typeof headers['dpop'] !== 'string') return true;
    return (JSON.parse(headers['dpop']) as { url: string }).url === place.url + (url ?? '');
  }
}

let api: Place;
let other: Place;
let authorizer: FakeAuthorizer;
let fetch: ReturnType<typeof createFetch>['fetch'];

function use(next: FakeAuthorizer): void {
  authorizer = next;
  const { keys, clock } = fakePlatform();
  ({ fetch } = createFetch({ authorizer, keys, clock, origins: [api.url], baseUrl: api.url }));
}

beforeEach(async () => {
  [api, other] = await Promise.all([open(), open()]);
  use(fakeAuthorizer());
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const { server } of [api, other]) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

test('a redirect within the origin is followed with the token', async () => {
  const answer = await fetch('/old?to=/new');
  expect([answer.status, answer.url]).toEqual([200, `${api.url}/new`]);
  expect(api.seen.map(({ path, token }) => [path, token])).toEqual([
    ['/old?to=/new', 'Bearer token-1'],
    ['/new', 'Bearer token-1'],
  ]);
});

test('M3: a redirect to another origin is followed without the token', async () => {
  const answer = await fetch(`/old?to=${other.url}/file`);
  expect(answer.status).toBe(200);
  expect(other.seen).toEqual([{ path: '/file', method: 'GET', token: undefined, proof: undefined }]);
});

test('M3: nor does it come back with the token when the other origin redirects again', async () => {
  await fetch(`/old?to=${encodeURIComponent(`${other.url}/x?to=${api.url}/private`)}`);
  expect(api.seen.map(({ path, token }) => [path.slice(0, 8), token])).toEqual([
    ['/old?to=', 'Bearer token-1'],
    ['/private', undefined],
  ]);
});

test('M3: a runtime that would carry the token along gets an error instead of a redirect', async () => {
  const { bytes } = Response.prototype;
  Reflect.deleteProperty(Response.prototype, 'bytes');
  try {
    await expect(fetch(`/old?to=${other.url}/file`)).rejects.toThrow(TypeError);
    await expect(fetch('/old?to=/new')).rejects.toThrow(TypeError);
    expect((await fetch('/direct')).status).toBe(200);
    // Without a token there is nothing to lose.
    expect((await fetch(`${other.url}/x?to=/y`)).status).toBe(200);
  } finally {
    Object.defineProperty(Response.prototype, 'bytes', { value: bytes, configurable: true, writable: true });
  }
  expect(other.seen.map(({ path }) => path)).toEqual(['/x?to=/y', '/y']);
});

test("the caller's own redirect mode holds", async () => {
  expect((await fetch('/old?to=/new', { redirect: 'manual' })).status).toBe(302);
  await expect(fetch('/old?to=/new', { redirect: 'error' })).rejects.toThrow(TypeError);
  expect(api.seen).toHaveLength(2);
});

test('with a bound token, a redirected GET is made anew where it led, with a proof for that URL and no refresh', async () => {
  use(fakeAuthorizer({ key: await fakePlatform().keys.create() }));
  const answer = await fetch('/old?to=/new');
  expect([answer.status, authorizer.refreshes]).toEqual([200, 0]);
  expect(api.seen.map(({ path }) => path)).toEqual(['/old?to=/new', '/new', '/new']);
});

test('with a bound token, a POST that was carried out and redirected is not carried out twice', async () => {
  use(fakeAuthorizer({ key: await fakePlatform().keys.create() }));
  const answer = await fetch('/303?to=/done', { method: 'POST', body: 'x' });
  expect(answer.status).toBe(401);
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /303?to=/done', 'GET /done']);
});

test('M3: with a bound token, a redirect to another origin loses the token and is not made anew there', async () => {
  use(fakeAuthorizer({ key: await fakePlatform().keys.create() }));
  // The proof travels on, and is refused there: it is no secret, and of no use without the token.
  const answer = await fetch(`/old?to=${other.url}/file`);
  expect([answer.status, answer.url]).toEqual([401, `${other.url}/file`]);
  expect(other.seen.map(({ token }) => token)).toEqual([undefined]);
  expect(authorizer.refreshes).toBe(0);
});
