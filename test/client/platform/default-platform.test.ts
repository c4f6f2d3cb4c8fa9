import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { defaultPlatform } from '../../../src/client/platform/default-platform.ts';

const run = promisify(execFile);
const source = (file: string): string =>
  JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, '../../../src/client', file)).href);

/** Uses every part once, and leaves open what a live session leaves open. */
const everything = `
  const { defaultPlatform } = await import(${source('platform/default-platform.ts')});
  const { defaultVault } = await import(${source('vaults/default.ts')});
  const { webKeys } = await import(${source('platform/keys.ts')});
  const platform = defaultPlatform();
  platform.clock.after(60_000, () => {});
  platform.lifecycle.subscribe(() => {});
  platform.activity.subscribe(() => {});
  platform.hint('n').write('signed_in');
  const channel = platform.channel('n');
  channel.subscribe(() => {});
  channel.post({ v: 1, type: 'changed', sessionId: 's' });
  const key = await webKeys().create();
  const signal = platform.abort().signal;
  const result = await platform.mutex('n').run(async () => 'ran', { timeoutMs: 1000, signal, onSteal() {} });
  const vault = defaultVault('n', platform);
  await vault.update((contents) => ({ ...contents, activityAt: 1 }));
  const answer = [result, vault.persistence(), key !== null, platform.lifecycle.isVisible(), platform.lifecycle.seemsOnline()].join();
`;

async function inNode(before: string): Promise<string> {
  const { stdout, stderr } = await run(
    process.execPath,
    ['--input-type=module', '-e', `${before}${everything}console.log(answer)`],
    { timeout: 10_000 },
  );
  expect(stderr.replaceAll(/.*(ExperimentalWarning|--trace-warnings).*\n/g, '')).toBe('');
  return stdout.trim();
}

test('K10, L1: runs in Node and keeps no process alive', async () => {
  expect(await inNode('')).toBe('ran,memory,true,true,true');
});

test('K10: runs where nothing of a browser is there', async () => {
  const bare = `for (const name of ['window', 'document', 'navigator', 'localStorage', 'BroadcastChannel', 'addEventListener'])
    Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
  delete globalThis.indexedDB;\n`;
  expect(await inNode(bare)).toBe('ran,memory,true,true,true');
});

test('K10: runs in a worker', async () => {
  const inWorker = `import { Worker } from 'node:worker_threads';
    const code = ${JSON.stringify(`${everything}(await import('node:worker_threads')).parentPort.postMessage(answer)`)};
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)));
    worker.on('message', (answer) => { console.log(answer); });`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', inWorker], { timeout: 10_000 });
  expect(stdout.trim()).toBe('ran,memory,true,true,true');
});

test('L1: a channel between processes keeps none alive', async () => {
  const code = everything.replace('defaultPlatform()', 'defaultPlatform({ betweenProcesses: true })');
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', `${code}console.log(answer)`], {
    timeout: 10_000,
  });
  expect(stdout.trim()).toBe('ran,memory,true,true,true');
}, 15_000);

test('two platforms in one process share the lock of a name', async () => {
  const [a, b] = [defaultPlatform(), defaultPlatform()];
  const options = { timeoutMs: 1000, signal: new AbortController().signal, onSteal: () => {} };
  const seen: string[] = [];
  await Promise.all(
    [a, b].map((platform, index) =>
      platform.mutex('shared').run(async () => {
        seen.push(`${index} in`);
        await Promise.resolve();
        seen.push(`${index} out`);
      }, options),
    ),
  );
  expect(seen).toEqual(['0 in', '0 out', '1 in', '1 out']);
});
