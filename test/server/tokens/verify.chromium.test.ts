import * as verifier from 'sojourn/server/verify';
import { afterEach, expect, test, vi } from 'vitest';
import { expectedOf, makeVerifyCases, tryVerifyCases } from './verify-cases.ts';

afterEach(() => vi.unstubAllGlobals());

test('access tokens are checked in a page, by keys at hand and by keys that are fetched', async () => {
  const cases = await makeVerifyCases();
  vi.stubGlobal('fetch', async () => Response.json(cases.jwks));
  expect(await tryVerifyCases(cases, verifier)).toEqual(expectedOf(cases));
});

test('access tokens are checked in a worker', async () => {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module' });
  const told = await new Promise<{ outcomes: unknown; expected: unknown; runtime: string[] }>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', reject);
  });
  worker.terminate();
  expect(told.outcomes).toEqual(told.expected);
  expect(told.runtime).toEqual([]);
});
