import { afterEach, describe, expect, it } from 'vitest';
import { banner, startLine } from '../../../src/server/node/banner.ts';
import type { ServeOptions } from '../../../src/server/node/serve-options.ts';
import { serve, type RunningServer } from '../../../src/server/node/serve.ts';

let running: RunningServer | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

const serving = async (options: ServeOptions): Promise<RunningServer> =>
  (running = await serve({ port: 0, store: 'memory', ...options }));
const signIn = (url: string, username: string): Promise<Response> =>
  fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ credentials: { username } }),
  });
const authenticate: ServeOptions['authenticate'] = ({ username }) =>
  typeof username === 'string' && username !== 'nobody' ? { id: username } : null;

describe('serve', () => {
  it('ends the oldest session of a person who has too many', async () => {
    const { url, sessions } = await serving({ authenticate, maxPerUser: 2 });
    for (let i = 0; i < 3; i++) expect((await signIn(url, 'ada')).status).toBe(201);
    expect((await sessions.list('ada')).sessions).toHaveLength(2);
    await signIn(url, 'grace');
    expect((await sessions.list('ada')).sessions).toHaveLength(2);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to start for at most %s sessions', async (maxPerUser) => {
    await expect(serving({ maxPerUser })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('answers no failed sign-in before half a second, or before what it is told', async () => {
    const timed = async (options: ServeOptions): Promise<number> => {
      const { url } = await serving({ authenticate, ...options });
      const startedAt = performance.now();
      expect((await signIn(url, 'nobody')).status).toBe(401);
      const ms = performance.now() - startedAt;
      await running!.close();
      return ms;
    };
    // Timers count whole milliseconds.
    expect(await timed({})).toBeGreaterThanOrEqual(499);
    expect(await timed({ signInFloor: '900ms' })).toBeGreaterThanOrEqual(899);
  });

  it.each<[string, ServeOptions, RegExp | null]>([
    ['nothing where addresses are known', {}, null],
    [
      'that a proxy hides addresses',
      { publicOrigin: 'https://x.test' },
      /^limits +sign-ins per account only.*--trust-proxy/m,
    ],
    ['nothing where the proxy tells them', { publicOrigin: 'https://x.test', trustProxy: true }, null],
    ['that there are none', { limits: false }, /^limits +none at all/m],
  ])('says of its limits %s', async (_name, options, says) => {
    const server = await serving(options);
    const text = banner(server, options);
    expect(startLine(server, options).includes('"limits_per_address":false')).toBe(says !== null);
    if (says === null) expect(text).not.toMatch(/^limits/m);
    else expect(text).toMatch(says);
  });

  it('says how many sessions somebody may have', async () => {
    const options = { maxPerUser: 3 };
    expect(banner(await serving(options), options)).toMatch(/^tokens .*; at most 3 of one user$/m);
  });
});
