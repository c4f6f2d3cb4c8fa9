import { inspect } from 'node:util';
import { expect, test } from 'vitest';
// Loaded on demand by the manager: here it is there already, so that nothing waits for a disk.
import '../../src/online.ts';
import {
  createAccessTokens,
  createMac,
  createRandom,
  createSessions,
  createSessionServer,
} from '../../src/server/index.ts';
import { memoryKeyStore } from '../../src/server/index.ts';
import { createMemoryStore } from '../../src/server/stores/memory.ts';
import type { SessionEvents } from '../../src/index.ts';
import { done } from '../scenarios/done.ts';
import { createWorld, type World } from '../scenarios/world.ts';

/** Everything that can be got out of a value without calling what is not a getter: as printed, as JSON, as a copy, by walking. */
function shown(value: unknown): string {
  const texts = [
    inspect(value, { depth: 20, showHidden: true, showProxy: true, getters: true, maxStringLength: null }),
  ];
  const ways: Array<(given: unknown) => unknown> = [(given) => JSON.stringify(given), String, structuredClone];
  for (const way of ways)
    try {
      texts.push(inspect(way(value), { depth: 20, maxStringLength: null }));
    } catch (error) {
      texts.push(String(error));
    }
  const seen = new Set<unknown>();
  const walk = (node: unknown): void => {
    if ((typeof node !== 'object' && typeof node !== 'function') || node === null || seen.has(node)) {
      texts.push(String(node));
      return;
    }
    seen.add(node);
    if (node instanceof Uint8Array) texts.push(Buffer.from(node).toString('base64url'));
    if (node instanceof Map || node instanceof Set) for (const each of node) walk(each);
    for (const key of Reflect.ownKeys(node)) {
      texts.push(String(key));
      const { value: held } = Reflect.getOwnPropertyDescriptor(node, key) ?? {};
      walk(held);
    }
  };
  walk(value);
  return texts.join('\n');
}

function secretsOf(world: World): string[] {
  const record = world.vault.record();
  if (record?.kind !== 'live') throw new Error('Nobody is signed in.');
  return [record.accessToken, record.refreshToken, record.revocationToken].filter((each) => each !== null);
}

test('what is looked for is found where it is', () => {
  for (const place of [{ a: 'canary' }, { a: { b: ['canary'] } }, new Map([['a', 'canary']]), new Error('canary')])
    expect(shown(place)).toContain('canary');
  expect(shown(new Error('x', { cause: { held: 'canary' } }))).toContain('canary');
  expect(shown({ bytes: new Uint8Array([1, 2, 3]) })).toContain(Buffer.from([1, 2, 3]).toString('base64url'));
});

test('no object of a manager shows a token: printed, as JSON, copied or walked through', async () => {
  const world = createWorld();
  const globals = new Set(Reflect.ownKeys(globalThis));
  const { session } = world.open({ idle: false });
  const details: unknown[] = [];
  const names: Array<keyof SessionEvents> = ['signed_in', 'refreshed', 'ended', 'refresh_failed', 'connection_changed'];
  for (const name of names) session.on(name, (detail) => void details.push(detail));
  const secrets = new Set<string>();
  const look = (): void => {
    for (const secret of secretsOf(world)) secrets.add(secret);
    const objects = [session, session.getState(), session.token.getState(), session.idle.getState(), details];
    const text = objects.map(shown).join('\n');
    for (const secret of secrets) expect(text).not.toContain(secret);
  };

  details.push(await done(world, session.signIn({ username: 'ada' })));
  look();
  details.push(await done(world, session.ready()), await done(world, session.devices.list()));
  details.push(await done(world, session.fetch('/session')));
  await done(world, session.refresh());
  look();
  world.fail('/token', 'lost');
  details.push(await done(world, session.refresh()).catch((error: unknown) => error));
  await world.clock.advance(60_000);
  look();
  expect(secrets.size).toBeGreaterThan(4);
  const added = Reflect.ownKeys(globalThis).filter((key) => !globals.has(key));
  const text = added.map((key) => shown(Reflect.get(globalThis, key))).join('\n');
  for (const secret of secrets) expect(text).not.toContain(secret);
});

test('no token is in the address of any request, nor in a header that is not there for it', async () => {
  const world = createWorld();
  const asked: Request[] = [];
  world.proxy = (request) => (asked.push(request), null);
  const { session } = world.open({ idle: false });
  await done(world, session.signIn({ username: 'ada' }));
  const secrets = new Set(secretsOf(world));
  await done(world, session.refresh());
  for (const secret of secretsOf(world)) secrets.add(secret);
  for (const path of ['/session', '/session?page=2#top']) await done(world, session.fetch(path));
  await done(world, session.data.set('a', 1));
  await done(world, session.devices.list());
  await done(world, session.signOut({ scope: 'others' }));
  await done(world, session.signOut());
  await world.clock.advance(60_000);
  expect(new Set(asked.map(({ url }) => new URL(url).pathname)).size).toBe(5);
  for (const { url, headers, referrer } of asked) {
    const elsewhere = [url, referrer, ...[...headers].filter(([name]) => name !== 'authorization').flat()].join('\n');
    for (const secret of secrets) expect(elsewhere).not.toContain(secret);
  }
});

test('no object of a server shows a secret of the server or a token of a person', async () => {
  const bytes = [createRandom().bytes(32), createRandom().bytes(32), createRandom().bytes(32)];
  const [signing, tag, nonce] = bytes as [Uint8Array, Uint8Array, Uint8Array];
  const clock = { now: () => Date.now() };
  const mac = createMac({ secrets: { 1: signing }, current: 1, userTagSecret: tag });
  const sessions = createSessions({ store: createMemoryStore(), clock, random: createRandom(), mac });
  const keyStore = memoryKeyStore();
  const tokens = createAccessTokens({ issuer: 'https://i', audience: 'https://a', keyStore });
  const key = 'introspection-key-Zx81-q0p9';
  const server = createSessionServer({
    sessions,
    tokens,
    origins: ['https://app.example.com'],
    authenticate: () => ({ id: 'user_ada' }),
    dpop: { nonceSecret: nonce },
    introspectionKey: key,
    adminKeys: ['admin-key-Zx81-q0p9-w2o8-e3i7'],
  });
  const issued = await sessions.create({ userId: 'user_ada' });
  const { token } = await tokens.issue({ session: issued.session, stamp: issued.stamp, bound: false });
  await tokens.verify(token);
  const text = [mac, sessions, tokens, server, issued.session].map(shown).join('\n');
  const [stored] = await keyStore.list();
  const secrets = [...bytes.flatMap(inSeveralForms), String(stored?.jwk.d), key, 'admin-key-Zx81', token];
  for (const secret of [...secrets, issued.refreshToken, issued.revocationToken]) expect(text).not.toContain(secret);
});

function inSeveralForms(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  return [buffer.toString('base64url'), buffer.toString('hex'), [...bytes.slice(0, 12)].join(', ')];
}
