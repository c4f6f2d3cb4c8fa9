import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createSessionManager } from '../../src/index.ts';
import { fakeClock, fakePlatform, fakeVault } from '../../src/testing/index.ts';
import { done, refusal, signedIn, watch } from './signed-in.ts';
import { api, count, createWorld } from './world.ts';

const minute = 60_000;
const run = promisify(execFile);
const source = (file: string): string =>
  JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, '../../src', file)).href);

/** A program with a live session, against a server inside it, that leaves open all that a session leaves open. */
const program = `
  const { createSessionManager } = await import(${source('index.ts')});
  const server = await import(${source('server/index.ts')});
  const { createMemoryStore } = await import(${source('server/stores/memory.ts')});
  const random = server.createRandom();
  const mac = server.createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  const url = 'https://auth.example.com';
  const { fetch } = server.createSessionServer({
    sessions: server.createSessions({ store: createMemoryStore(), clock: { now: () => Date.now() }, random, mac }),
    tokens: server.createAccessTokens({ issuer: url, audience: url }),
    authenticate: ({ username }) => ({ id: username }),
    origins: [],
  });
  const session = createSessionManager({ url, fetch: (input, init) => fetch(new Request(input, init)) });
  session.subscribe(() => {});
  session.on('ended', () => {});
  session.hold('an upload');
  const { user } = await session.signIn({ username: 'ada' });
  await session.refresh();
  const token = await session.getAccessToken();
  const answer = [user.id, token.split('.').length, (await session.fetch('/session')).status].join();
`;
const expected = 'ada,3,200';

/** Ends by itself, or is ended after a while and fails. */
async function inNode(code: string): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', code], { timeout: 20_000 });
  expect(stderr.replaceAll(/.*(ExperimentalWarning|--trace-warnings).*\n/g, '')).toBe('');
  return stdout.trim();
}

test('L1: a program with a live session, listeners and a hold ends by itself', async () => {
  expect(await inNode(`${program} console.log(answer);`)).toBe(expected);
});

test('K10: works where nothing of a browser is there, and where half of it is', async () => {
  const bare = `for (const name of ['window', 'document', 'navigator', 'localStorage', 'BroadcastChannel', 'addEventListener', 'location'])
    Object.defineProperty(globalThis, name, { value: undefined, configurable: true });\n`;
  const native = `globalThis.window = globalThis; globalThis.navigator ??= {};
    Object.defineProperty(globalThis, 'document', { value: undefined, configurable: true });\n`;
  const outputs = await Promise.all([bare, native].map((before) => inNode(`${before}${program} console.log(answer);`)));
  expect(outputs).toEqual([expected, expected]);
});

test('K10: works in a worker thread', async () => {
  const code = JSON.stringify(`${program}(await import('node:worker_threads')).parentPort.postMessage(answer)`);
  const outer = `import { Worker } from 'node:worker_threads';
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${code})));
    worker.on('message', (answer) => { console.log(answer); });`;
  expect(await inNode(outer)).toBe(expected);
});

test('L2: an app is tested with nobody listening: a session of its own making, and time that stands still', async () => {
  const world = createWorld();
  const clock = fakeClock();
  const platform = fakePlatform({ clock });
  let requests = 0;
  const session = createSessionManager({
    url: api,
    platform,
    keys: platform.keys,
    vault: fakeVault(clock),
    binding: 'none',
    liveEvents: false,
    fetch: (input, init) => {
      requests += 1;
      return world.send(new Request(input, init));
    },
  });
  const shown: string[] = [];
  session.subscribe(() => shown.push(session.getState().status));
  await session.signIn({ username: 'ada' });
  expect(requests).toBe(1);
  await clock.advance(29 * minute);
  expect(session.idle.getState().phase).toBe('warning');
  platform.act();
  expect(session.idle.getState().phase).toBe('active');
  await clock.advance(30 * minute);
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'idle' });
  expect(shown).toEqual(['unauthenticated', 'authenticated', 'unauthenticated']);
  session.dispose();
  expect(clock.pendingTimers()).toBe(0);
});

describe('an app that the system puts to sleep and wakes', () => {
  test('L3: nothing is renewed while it is away, and once it is back once', async () => {
    const { world, session, tab } = await signedIn({ idle: false });
    tab.platform.setVisible(false);
    tab.freeze();
    const before = world.seen.length;
    await world.clock.advance(60 * minute);
    expect(world.seen).toHaveLength(before);
    tab.thaw();
    const [first, second] = await done(world, Promise.all([session.getAccessToken(), session.getAccessToken()]));
    expect(first).toBe(second);
    expect(count(world, 'POST /token', 200)).toBe(1);
  });

  test('L3: a shell that tells of the pause, and whose timers go on all the same: nothing is renewed until it is back', async () => {
    const { world, session, tab } = await signedIn({ idle: false });
    const before = world.seen.length;
    tab.platform.setVisible(false);
    tab.platform.emit('away');
    await world.clock.advance(60 * minute);
    expect(world.seen).toHaveLength(before);
    tab.platform.emit('back');
    tab.platform.setVisible(true);
    await world.clock.advance(1000);
    expect(count(world, 'POST /token', 200)).toBe(1);
    expect(session.token.getState().freshness).toBe('fresh');
  });
});

describe('a key store that fails for a moment', () => {
  test('L4: at the start: it is asked again, and nobody is signed out by it', async () => {
    const { world, tab } = await signedIn();
    tab.close();
    world.vault.refuse('read', 3);
    const opened = watch(world.open());
    await world.clock.advance(5000);
    expect(opened.session.getState()).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    expect(opened.statuses).toEqual(['loading', 'authenticated']);
    expect(await done(world, opened.session.getAccessToken())).toBeTypeOf('string');
  });

  test('L4: at a refresh: the session goes on, and the refresh is made later', async () => {
    const { world, session, statuses } = await signedIn({ idle: false });
    world.vault.refuse(undefined, 3);
    expect(await refusal(world, session.refresh())).toMatchObject({ code: 'storage_unavailable', retryable: true });
    await world.clock.advance(5 * minute);
    expect(session.token.getState()).toMatchObject({ freshness: 'fresh', generation: 1 });
    expect(statuses).toEqual(['authenticated']);
  });
});
