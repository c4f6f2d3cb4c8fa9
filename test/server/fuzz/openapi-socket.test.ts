import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenapiDocument } from '../../../src/server/http/openapi/document.ts';
import { serve, type RunningServer } from '../../../src/server/node/serve.ts';
import { provingClient } from '../tokens/proving-client.ts';
import { buildRequest, type BuiltRequest } from './build-request.ts';
import { createCheck, type ReadAnswer } from './check-answer.ts';
import { describedOperations, resolveIn } from './described-operations.ts';
import { createLiveValues } from './live-values.ts';
import { apiKey, plansFor } from './planned-request.ts';

/** Another one every time; `SOJOURN_FUZZ_SEED` repeats a run. */
const seed = Number(process.env['SOJOURN_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const requests = 400;
const origin = 'http://localhost:5173';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sojourn-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function started(store: string, errors: unknown[]): Promise<RunningServer> {
  return serve({
    port: 0,
    store,
    adminKeys: [apiKey],
    introspectionKey: apiKey,
    metrics: { key: apiKey },
    authenticate: ({ username, password }) => (password === 'right' ? { id: `user_${String(username)}` } : null),
    onError: (error) => void errors.push(error),
  });
}

describe.each([
  ['memory', () => 'memory'],
  ['SQLite', () => `sqlite:${join(folder, 'x.db')}`],
])('a server on %s, over a socket', { timeout: 300_000 }, (_name, store) => {
  it(`answers ${requests} requests made from its document as the document says (seed ${seed})`, async () => {
    const errors: unknown[] = [];
    const server = await started(store(), errors);
    try {
      await play(server);
    } finally {
      await server.close();
    }
    expect(errors).toEqual([]);
  });
});

async function play(server: RunningServer): Promise<void> {
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const document = (await (await fetch(`${baseUrl}/openapi.json`)).json()) as OpenapiDocument;
  const check = createCheck(document);
  const live = createLiveValues();
  const client = await provingClient(() => Date.now());
  const plan = fc.oneof(...describedOperations(document).map((operation) => plansFor(operation, resolveIn(document))));
  for (const [index, each] of fc.sample(plan, { seed, numRuns: requests }).entries()) {
    const built = await buildRequest(each, { live, client, origin, baseUrl });
    const isTooLong = built.target.length > 15_000;
    // Refused before its method was read, and so with a body, which nobody expects after HEAD.
    if (isTooLong && built.method === 'HEAD') continue;
    const answer = await send(server.port, built).catch((cause: unknown) => {
      throw new Error(`request ${index}: ${JSON.stringify(each)}`, { cause });
    });
    const problems = check({ method: built.method, pathname: new URL(built.target, baseUrl).pathname }, answer, []);
    if (isTooLong && answer.status === 431) continue;
    expect(problems, `request ${index}: ${JSON.stringify(each)}`).toEqual([]);
    if (answer.status < 300 && answer.text?.startsWith('{')) live.learn(JSON.parse(answer.text));
  }
}

/** As it is written: `fetch` would tidy the request up first. */
function send(port: number, { method, target, headers, body }: BuiltRequest): Promise<ReadAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path: target, agent: false }, (answer) => {
      const received = new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
      const status = answer.statusCode ?? 0;
      if (received.get('content-type')?.startsWith('text/event-stream')) {
        answer.destroy();
        return resolve({ status, headers: received, text: method === 'HEAD' ? '' : null });
      }
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => void (text += part));
      answer.on('end', () => resolve({ status, headers: received, text }));
    });
    sent.on('error', reject);
    for (const [name, value] of headers) sent.setHeader(name, value);
    // Node frames no body of a DELETE by itself; the server would take it for the next request, and rightly so.
    if (body !== null) sent.setHeader('content-length', Buffer.byteLength(body));
    sent.end(body ?? undefined);
  });
}
