import { build } from 'esbuild';
import path from 'node:path';
import { createContext, runInContext, type Context } from 'node:vm';
import { expect, test } from 'vitest';
import { expectedOf, makeVerifyCases, type VerifyCases } from './verify-cases.ts';

/** What every runtime with the fetch API has, and nothing of Node. */
const fetchApi = [
  'AbortController',
  'AbortSignal',
  'CryptoKey',
  'DOMException',
  'Headers',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'clearTimeout',
  'crypto',
  'setTimeout',
  'structuredClone',
] as const;

/** The verifier as a bundle of one file, with what the test runs in there. */
async function bundled(): Promise<string> {
  const folder = import.meta.dirname;
  const code = `
    import * as verifier from '${path.join(folder, '../../../src/server/verify.ts')}';
    import { tryVerifyCases } from '${path.join(folder, 'verify-cases.ts')}';
    export const run = (cases) => tryVerifyCases(cases, verifier);`;
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder, loader: 'ts' },
    bundle: true,
    format: 'iife',
    globalName: 'bundle',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import', 'default'],
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

/** A runtime of its own, whose `fetch` answers the key set of the cases. */
function runtime(cases: VerifyCases): Context {
  const globals = Object.fromEntries(fetchApi.map((name) => [name, globalThis[name]]));
  return createContext({ ...globals, fetch: async () => Response.json(cases.jwks) });
}

test('access tokens are checked where there is the fetch API and nothing else', async () => {
  const cases = await makeVerifyCases();
  const context = runtime(cases);
  runInContext(await bundled(), context);
  const outcomes: unknown = await runInContext(`bundle.run(${JSON.stringify(cases)})`, context);
  expect(JSON.parse(JSON.stringify(outcomes))).toEqual(expectedOf(cases));
  expect(runInContext('[typeof process, typeof Buffer, typeof require]', context)).toEqual(
    expect.objectContaining({ 0: 'undefined', 1: 'undefined', 2: 'undefined' }),
  );
});
