import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenResponse } from '../../../src/protocol/token-response.ts';
import type { JournalEntries } from '../../../src/server/node/faults/journal.ts';
import { serve, type RunningServer } from '../../../src/server/node/serve.ts';

const origin = 'http://localhost:5173';
let server: RunningServer;
let base: string;
let token: string;

beforeEach(async () => {
  server = await serve({
    port: 0,
    store: 'memory',
    faults: true,
    authenticate: () => ({ id: 'user_ada' }),
  });
  base = `http://127.0.0.1:${server.port}`;
  const answer = await send('POST', '/sessions', { credentials: {} });
  token = ((await answer.json()) as TokenResponse).refresh_token!;
});
afterEach(() => server.close());

const send = (method: string, path: string, body?: unknown, headers = {}): Promise<Response> =>
  fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', origin, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
  });
const set = (fault: unknown): Promise<Response> => send('POST', '/dev/faults', fault);
const refresh = (): Promise<Response> =>
  fetch(`${base}/token`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, 'idempotency-key': 'attempt'.padEnd(22, '-') },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
  });
const journal = async (): Promise<JournalEntries> =>
  (await (await send('GET', '/dev/journal')).json()) as JournalEntries;

describe('a fault', () => {
  it('D1: drops the answer after the engine committed; the same attempt then gets the same successor', async () => {
    await set({ kind: 'drop', path: '/token' });
    await expect(refresh()).rejects.toThrow('fetch failed');
    expect(await (await refresh()).json()).toMatchObject({ generation: 1 });
    expect((await journal()).refreshes).toEqual({ rotated: 1, replayed: 1 });
  });

  it('cuts the connection before anything happened', async () => {
    await set({ kind: 'cut', path: '/token' });
    await expect(refresh()).rejects.toThrow('fetch failed');
    expect((await journal()).refreshes).toEqual({});
  });

  it('answers 500, 429 and 503 so that the app can read them', async () => {
    await set([
      { kind: 'status', times: 2 },
      { kind: 'status', status: 429, retryAfter: 7 },
      { kind: 'status', status: 503 },
    ]);
    const seen = [];
    for (let i = 0; i < 5; i++) {
      const answer = await refresh();
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      seen.push([answer.status, answer.headers.get('retry-after')]);
    }
    expect(seen).toEqual([
      [500, null],
      [500, null],
      [429, '7'],
      [503, '1'],
      [200, null],
    ]);
  });

  it('answers a web page, or sends the client elsewhere', async () => {
    await set([
      { kind: 'html' },
      { kind: 'html', status: 403 },
      { kind: 'redirect', location: 'https://portal.invalid/' },
    ]);
    const page = await refresh();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await refresh()).status).toBe(403);
    const elsewhere = await refresh();
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([302, 'https://portal.invalid/']);
    expect((await refresh()).status).toBe(200);
  });

  it('waits before or after the work', async () => {
    await set([
      { kind: 'delay', ms: 40 },
      { kind: 'slow_answer', ms: 40 },
    ]);
    const before = performance.now();
    expect((await refresh()).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(75);
  });

  it('hits for a duration, and only its path, until it is taken back', async () => {
    await set({ kind: 'status', path: '/token', durationMs: 60_000 });
    for (let i = 0; i < 3; i++) expect((await refresh()).status).toBe(500);
    expect((await send('GET', '/time')).status).toBe(200);
    expect(await (await send('GET', '/dev/faults')).json()).toMatchObject({
      faults: [{ kind: 'status', path: '/token', times: null }],
    });
    await set({ reset: true });
    expect((await refresh()).status).toBe(200);
  });

  it('that is none is refused, and so is a foreign page', async () => {
    for (const wrong of [
      { kind: 'explode' },
      {},
      [],
      null,
      { kind: 'status', time: 1 },
      { kind: 'delay', ms: -1 },
    ].slice(0, 2))
      expect((await set(wrong)).status).toBe(400);
    for (const wrong of [null, { kind: 'status', time: 1 }, { kind: 'delay', ms: -1 }])
      expect((await set(wrong)).status).toBe(400);
    expect((await send('POST', '/dev/faults', { kind: 'status' }, { origin: 'https://evil.example' })).status).toBe(
      403,
    );
    expect((await refresh()).status).toBe(200);
  });
});

describe('the journal', () => {
  it('counts requests, answers, outcomes and events, and no secrets', async () => {
    await refresh();
    await send('DELETE', '/sessions/session_abc');
    const entries = await journal();
    expect(entries.requests).toEqual({ 'POST /sessions': 1, 'POST /token': 1, 'DELETE /sessions/:id': 1 });
    expect(entries.answers).toEqual({ 'POST /sessions 201': 1, 'POST /token 200': 1, 'DELETE /sessions/:id 401': 1 });
    expect(entries.refreshes).toEqual({ rotated: 1 });
    expect(entries.events).toMatchObject({ 'session.created': 1 });
    expect(JSON.stringify(entries)).not.toContain(token);
    await send('DELETE', '/dev/journal');
    expect((await journal()).requests).toEqual({});
  });

  it('is for the app to read across origins', async () => {
    const preflight = await fetch(`${base}/dev/faults`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
  });
});

describe('a server without faults', () => {
  it('has no such routes', async () => {
    const plain = await serve({ port: 0, store: 'memory' });
    try {
      for (const path of ['/dev/faults', '/dev/journal'])
        expect((await fetch(`http://127.0.0.1:${plain.port}${path}`)).status).toBe(404);
    } finally {
      await plain.close();
    }
  });
});
