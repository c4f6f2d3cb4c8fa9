import { afterEach, describe, expect, it } from 'vitest';
import { banner } from '../../../src/server/node/banner.ts';
import type { ServeOptions } from '../../../src/server/node/serve-options.ts';
import { serve, type RunningServer } from '../../../src/server/node/serve.ts';

let running: RunningServer | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

const serving = async (options: ServeOptions): Promise<RunningServer> =>
  (running = await serve({ port: 0, store: 'memory', ...options }));

const minute = 60_000;
const day = 1440 * minute;

/** Idle and absolute limits of a session that begins with this sign-in. */
async function livesAt({ url, sessions }: RunningServer, remember: boolean): Promise<[number | null, number]> {
  const answer = await fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ credentials: { username: 'ada' }, remember }),
  });
  expect(answer.status).toBe(201);
  const { session } = (await answer.json()) as { session: { id: string } };
  const { idleTimeoutMs, absoluteEndsAt, createdAt } = (await sessions.get(session.id))!;
  return [idleTimeoutMs, absoluteEndsAt! - createdAt];
}

const authenticate: ServeOptions['authenticate'] = () => ({ id: 'ada' });

describe('serve', () => {
  it('keeps to lives of its own, for sessions that are remembered and for those that are not', async () => {
    const options = { idle: '10m', absolute: '1h', rememberIdle: '3d', rememberAbsolute: '7d' } as const;
    const server = await serving({ authenticate, ...options });
    expect(await livesAt(server, false)).toEqual([10 * minute, 60 * minute]);
    expect(await livesAt(server, true)).toEqual([3 * day, 7 * day]);
    expect(banner(server, options)).toContain('sessions end after 10m idle, 1h in all (remembered 3d, 7d)');
  });

  it('takes the usual life where none is said', async () => {
    const server = await serving({ authenticate, idle: '10m', rememberAbsolute: '7d' });
    expect(await livesAt(server, false)).toEqual([10 * minute, 720 * minute]);
    expect(await livesAt(server, true)).toEqual([14 * day, 7 * day]);
    expect(banner(server, {})).toContain('sessions end after 30m idle, 12h in all (remembered 14d, 30d)');
  });

  it.each(['idle', 'absolute', 'rememberIdle', 'rememberAbsolute'] as const)(
    'refuses to start with a life that is none: %s',
    async (name) => {
      await expect(serving({ [name]: 'soon' })).rejects.toMatchObject({ code: 'invalid_duration' });
    },
  );

  it('knows the types that it was given, also the one of sessions that name none', async () => {
    const server = await serving({
      authenticate,
      absolute: '2h',
      types: { default: { idleTimeout: '5m', remember: { absoluteTimeout: '2d' } }, kiosk: { absoluteTimeout: '20m' } },
    });
    expect(await livesAt(server, false)).toEqual([5 * minute, 120 * minute]);
    expect(await livesAt(server, true)).toEqual([14 * day, 2 * day]);
    const { session } = await server.sessions.create({ userId: 'ada', type: 'kiosk' });
    expect(session.absoluteEndsAt! - session.createdAt).toBe(20 * minute);
    await expect(server.sessions.create({ userId: 'ada', type: 'other' })).rejects.toMatchObject({
      code: 'session_type_not_found',
    });
  });

  it('begins sessions of the type that the app names at the sign-in', async () => {
    const server = await serving({
      authenticate,
      newSession: () => ({ type: 'kiosk' }),
      types: { kiosk: { idleTimeout: '1m', absoluteTimeout: '20m' } },
    });
    expect(await livesAt(server, false)).toEqual([minute, 20 * minute]);
  });

  it.each<[string, ServeOptions['types'], string]>([
    ['life', { kiosk: { idleTimeout: 'soon' } }, 'invalid_duration'],
    ['selector', { kiosk: { selector: 'nobody' } }, 'invalid_selector'],
  ])('refuses to start with a type whose %s is none', async (_what, types, code) => {
    await expect(serving({ types: types! })).rejects.toMatchObject({ code });
  });
});
