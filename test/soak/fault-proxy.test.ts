import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../browser/until.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import type { NetworkFault } from './network-fault.ts';
import { plantedFault } from './planted-fault.ts';

let served: string[] = [];
const server = createServer((request, response) => {
  served.push(`${request.method} ${request.url}`);
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"refresh_token":"next"}');
});
let proxy: FaultProxy;

beforeEach(async () => {
  served = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy();
  proxy.leadTo(`http://localhost:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await proxy.close();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
});

/** The answer of a refresh, or that there was none. */
async function refresh(): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'this' });
  try {
    // A connection of its own: fetch repeats by itself what breaks on one that was kept.
    const answer = await fetch(`${proxy.url}/token`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { Connection: 'close' },
    });
    return `${answer.status} ${await answer.text()}`;
  } catch {
    return 'no answer';
  }
}

test('without faults requests pass, and are written down without their tokens', async () => {
  expect(await refresh()).toBe('200 {"refresh_token":"next"}');
  expect(proxy.exchanges).toMatchObject([{ method: 'POST', path: '/token', status: 200 }]);
  expect(JSON.stringify(proxy.exchanges)).not.toMatch(/"this"|"next"/);
});

test.each<[kind: NetworkFault['kind'], answer: RegExp, reaches: number]>([
  ['lost_request', /^no answer$/, 0],
  ['lost_answer', /^no answer$/, 1],
  ['cut_answer', /^no answer$/, 1],
  ['late_request', /^200/, 1],
  ['late_answer', /^200/, 1],
  ['status', /^500/, 0],
  ['html', /^500 <!doctype html>/, 0],
  ['redirect', /^302/, 0],
])('%s: the page gets %s, and the server %i requests', async (kind, answer, reaches) => {
  proxy.fault(plantedFault({ kind, ms: 40 }));
  const startedAt = performance.now();
  expect(await refresh()).toMatch(answer);
  if (kind.startsWith('late_')) expect(performance.now() - startedAt).toBeGreaterThan(35);
  expect(served).toHaveLength(reaches);
  expect(proxy.hits).toEqual({ [kind]: 1 });
});

test('a duplicated request is answered once, and reaches the server once more later', async () => {
  proxy.fault(plantedFault({ kind: 'duplicated', ms: 30 }));
  expect(await refresh()).toMatch(/^200/);
  await until('the copy arrives', () => proxy.exchanges.filter(({ status }) => status === 200).length === 2);
  const [first, copy] = proxy.exchanges;
  expect(copy).toMatchObject({ spent: first?.spent, successor: first?.successor });
});
