import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { SessionEvents, SessionManager } from '../../src/index.ts';
import { fileVault } from '../../src/client/vaults/file.ts';
import { done, refusal, signedIn } from './signed-in.ts';
import { api, createWorld, type World } from './world.ts';

const minute = 60_000;

/** Every request that left the page, with all its headers; the answers are `answer`'s. */
function listenIn(world: World, answer: (request: Request) => Response | null): Request[] {
  const left: Request[] = [];
  world.proxy = (request) => {
    left.push(request);
    return answer(request);
  };
  return left;
}

const isSecretless = ({ headers }: Request): boolean =>
  !headers.has('authorization') && !headers.has('dpop') && !headers.has('cookie');

test.each([
  ['another site', 'https://evil.example'],
  ['a name that begins the same', 'https://auth.example.com.evil.example/session'],
  ['our name behind an @', 'https://evil.example/@auth.example.com'],
  ['another port', 'https://auth.example.com:8443/session'],
  ['the same name without TLS', 'http://auth.example.com/session'],
  ['a part of the domain above', 'https://example.com/session'],
  ['a protocol-relative address', '//evil.example/session'],
  ['backslashes', '\\\\evil.example\\session'],
])('M3: a request to %s carries nothing', async (_, url) => {
  const { world, session } = await signedIn();
  const left = listenIn(world, () => new Response('hello'));
  await done(world, session.fetch(url));
  expect(left).toHaveLength(1);
  expect(new URL(left[0]?.url ?? '').origin).not.toBe(api);
  expect(left.every(isSecretless)).toBe(true);
  await expect(done(world, session.authorize(new Request(new URL(url, api))))).rejects.toMatchObject({
    code: 'not_allowed_origin',
  });
});

test('M3: a relative address is one of the API, and of nothing else', async () => {
  const { world, session } = await signedIn();
  const left = listenIn(world, () => new Response('hello'));
  for (const url of ['/session', 'session', '?a', './a/../b']) await done(world, session.fetch(url));
  expect(left.map(({ url }) => new URL(url).origin)).toEqual([api, api, api, api]);
  expect(left.some(isSecretless)).toBe(false);
});

/** A real server on a port, and so an origin, of its own. */
async function listening(location?: string): Promise<{ url: string; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push(headers);
    response.writeHead(location ? 302 : 200, location ? { Location: location } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test.each(['all', 'none'] as const)(
  'M3: the token does not go along to where the API redirects, with binding %j',
  async (binding) => {
    const elsewhere = await listening();
    const own = await listening(elsewhere.url);
    const world = createWorld();
    const { session } = world.open({
      binding,
      apiOrigins: [own.url],
      // Redirects are followed below `fetch`, by the runtime.
      fetch: (input, init) => {
        const request = new Request(input, init);
        return request.url.startsWith(api) ? world.send(request) : fetch(request);
      },
    });
    await done(world, session.signIn({ username: 'ada' }));
    const answer = await session.fetch(`${own.url}/moved`);
    expect([answer.status, own.seen.length, elsewhere.seen.length]).toEqual([200, 1, 1]);
    expect(own.seen[0]?.authorization).toContain(session.peekAccessToken());
    expect(elsewhere.seen[0]?.authorization).toBeUndefined();
  },
);

/** All that an app, a log or another page could come to see. */
function watchEverything(world: World, session: SessionManager): { seen(): string; note(value: unknown): void } {
  const texts: string[] = [];
  const note = (value: unknown): void => {
    texts.push(inspect(value, { depth: 20, showHidden: true, maxStringLength: null }));
    if (value instanceof Error) texts.push(String(value), value.stack ?? '', JSON.stringify(value));
  };
  const names: Array<keyof SessionEvents> = ['signed_in', 'refreshed', 'ended', 'identity_changed', 'refresh_failed'];
  names.push('rejected_after_refresh', 'connection_changed', 'storage_degraded', 'lock_stolen', 'idle_warning');
  for (const name of names) session.on(name, note);
  session.subscribe(() => note(session.getState()));
  session.token.subscribe(() => note(session.token.getState()));
  session.idle.subscribe(() => note(session.idle.getState()));
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
  for (const method of methods) {
    const spy = vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void args.map(note));
    onTestFinished(() => spy.mockRestore());
  }
  return {
    note,
    seen: () => [...texts, JSON.stringify(world.wires.posted), inspect(session, { depth: 20 })].join('\n'),
  };
}

test('M4: no token is in a log, an error, an event, a state or a message, whatever goes wrong', async () => {
  const world = createWorld();
  const [{ session, tab }, other] = [world.open({ idle: false }), world.open({ idle: false })];
  const all = watchEverything(world, session);
  const secrets = new Set<string>();
  const collect = (): void => {
    const record = world.vault.record();
    if (record?.kind !== 'live') return;
    for (const secret of [record.accessToken, record.refreshToken, record.revocationToken])
      if (secret) secrets.add(secret);
    if (record.pending) secrets.add(record.pending.key);
  };
  const attempt = async (call: Promise<unknown>): Promise<void> => {
    all.note(await done(world, call).catch((error: unknown) => error));
    collect();
  };
  await attempt(session.signIn({ username: 'ada', password: 'canary-password' }));
  collect();
  const echo = (status: number): Response => new Response([...secrets].join(' '), { status });
  const json = (body: object, status: number): Response =>
    Response.json({ ...body, detail: [...secrets].join(' '), title: [...secrets].join(' ') }, { status });
  const troubles: Array<Response | 'lost'> = [
    echo(500),
    echo(200),
    echo(403),
    json({ error: 'invalid_request', code: 'invalid_argument' }, 400),
    json({ access_token: 1 }, 200),
    'lost',
  ];
  for (const trouble of troubles) {
    world.fail('/token', trouble);
    await attempt(session.refresh());
    await world.clock.advance(3 * minute);
    collect();
  }
  world.vault.refuse('update', 3);
  await attempt(session.refresh());
  world.vault.heal();
  await world.clock.advance(3 * minute);
  await attempt(session.adopt({ access_token: [...secrets][0], nonsense: true }));
  await attempt(session.signIn({ username: 7, password: 'canary-password' }));
  await attempt(session.fetch('/nowhere'));
  await attempt(session.devices.revoke('none'));
  tab.freeze();
  await attempt(other.session.refresh());
  tab.thaw();
  await attempt(session.refresh());
  world.fail('/revoke', echo(500));
  await attempt(session.signOut());
  await attempt(session.getAccessToken());
  await world.clock.advance(minute);
  expect(secrets.size).toBeGreaterThan(6);
  const seen = all.seen();
  expect([...secrets].filter((secret) => seen.includes(secret))).toEqual([]);
  expect(seen).not.toContain('canary-password');
});

test('M4: unreadable storage that holds a token shows it nowhere', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-unreadable-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'session.json');
  writeFileSync(file, '{"version":1,"record":{"version":1,"kind":"live","refreshToken":"canary-token"');
  const world = createWorld();
  const { session } = world.open({ vault: fileVault(file) });
  const all = watchEverything(world, session);
  all.note(await session.ready());
  all.note(await session.getAccessToken().catch((error: unknown) => error));
  expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'storage_corrupt' });
  expect(all.seen()).toContain('storage_corrupt');
  expect(all.seen()).not.toContain('canary-token');
});

test('M5: an administrator ends the session: at the next call every tab is out, in one step, with the reason', async () => {
  const { world, session } = await signedIn({ idle: false });
  const others = [1, 2, 3].map(() => world.open({ idle: false }).session);
  for (const other of others) await done(world, other.ready());
  const tabs = [session, ...others];
  const ends: string[] = [];
  for (const tab of tabs) tab.on('ended', ({ reason }) => ends.push(reason));
  const id = world.vault.record()?.sessionId ?? '';
  await world.sessions.revoke(id, 'revoked');
  expect(await refusal(world, session.fetch('/session'))).toMatchObject({ code: 'session_ended', reason: 'revoked' });
  for (const tab of tabs) {
    expect(tab.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'revoked' });
    expect(tab.peekAccessToken()).toBeNull();
  }
  expect(ends).toEqual(['revoked', 'revoked', 'revoked', 'revoked']);
  const calls = world.seen.length;
  for (const tab of tabs) await refusal(world, tab.fetch('/session'));
  expect(world.seen).toHaveLength(calls);
});

test('M7: the server does not answer a revocation: the person is out at once, everywhere, and it is tried again', async () => {
  const { world, session } = await signedIn();
  const other = world.open().session;
  await done(world, other.ready());
  let asked = 0;
  const isOver = { now: false };
  world.proxy = (request) => {
    if (!request.url.endsWith('/revoke')) return null;
    asked += 1;
    return isOver.now ? null : Response.json({}, { status: 503 });
  };
  world.late('/revoke', 9000);
  const before = world.clock.now();
  await done(world, session.signOut());
  expect(world.clock.now() - before).toBe(0);
  for (const tab of [session, other])
    expect(tab.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'signed_out' });
  expect(asked).toBe(1);
  await world.clock.advance(5 * minute);
  expect(asked).toBeGreaterThan(1);
  expect(asked).toBeLessThan(60);
  isOver.now = true;
  await world.clock.advance(10 * minute);
  expect(world.seen.filter(({ route }) => route === 'POST /revoke').map(({ status }) => status)).toEqual([200]);
  expect(world.vault.contents().outbox).toEqual([]);
});
