import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/server/engine/store.ts';
import type { ServeOptions } from '../../../src/server/node/serve-options.ts';
import { serve, type RunningServer } from '../../../src/server/node/serve.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { temporaryFolder } from '../stores/temporary-folder.ts';
import { provingClient } from '../tokens/proving-client.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let followers: number;
let running: RunningServer[];

beforeEach(() => {
  folder = temporaryFolder();
  followers = 0;
  const memory = createMemoryStore();
  store = {
    ...memory,
    follow: (listener) => {
      const stop = memory.follow(listener);
      followers += 1;
      return () => {
        followers -= 1;
        stop();
      };
    },
  };
  running = [];
});
afterEach(async () => {
  for (const server of running) await server.close();
  folder.remove();
});

async function serving(options: ServeOptions = {}): Promise<RunningServer> {
  const server = await serve({
    port: 0,
    store,
    secrets: folder.path('secrets'),
    authenticate: () => ({ id: 'ada' }),
    ...options,
  });
  running.push(server);
  return server;
}

const signIn = async (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ credentials: { username: 'ada' } }),
  });
const refresh = async (url: string, answer: Response): Promise<Response> => {
  const { refresh_token } = (await answer.json()) as { refresh_token: string };
  return fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }),
  });
};

describe('servers on a store of the app', () => {
  it('share its sessions, and the secrets in their folder', async () => {
    const [one, two] = [await serving(), await serving()];
    expect((await refresh(two.url, await signIn(one.url))).status).toBe(200);
    expect(one.place).toBe(`a store of the app, secrets in ${folder.path('secrets')}`);
  });

  it('leave it open when they stop, and listen to it no longer', async () => {
    const one = await serving();
    const answer = await signIn(one.url);
    const { access_token } = (await answer.clone().json()) as { access_token: string };
    const events = await fetch(`${one.url}/events`, { headers: { authorization: `Bearer ${access_token}` } });
    expect([events.status, followers]).toEqual([200, 1]);
    await one.close();
    expect(followers).toBe(0);
    await expect(one.sessions.list('ada')).resolves.toMatchObject({ sessions: [{}] });
    const next = await serving();
    expect((await refresh(next.url, answer)).status).toBe(200);
  });

  it('leave it open when they cannot start', async () => {
    await expect(serving({ idle: 'soon' })).rejects.toMatchObject({ code: 'invalid_duration' });
    expect(await store.note('area', 'key', 0)).toBeNull();
  });

  it('do not start without a folder of secrets', async () => {
    await expect(serve({ port: 0, store })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('`secrets`') as string,
    });
  });

  it('take no proof that another one took, where they are told who remembers them', async () => {
    const used = new Set<string>();
    const replays = { isFirstUse: (id: string) => !used.has(id) && used.add(id) === used };
    const publicOrigin = 'https://auth.example.com';
    const [one, two] = [await serving({ replays, publicOrigin }), await serving({ replays, publicOrigin })];
    const { prove } = await provingClient(() => Date.now());
    const proof = await prove('POST', `${publicOrigin}/sessions`);
    expect((await signIn(one.url, { DPoP: proof })).status).toBe(201);
    const again = await signIn(two.url, { DPoP: proof });
    expect([again.status, await again.json()]).toMatchObject([400, { code: 'invalid_dpop_proof' }]);
  });
});
