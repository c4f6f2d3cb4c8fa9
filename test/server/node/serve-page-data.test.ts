import { describe, expect, it } from 'vitest';
import { serve } from '../../../src/server/node/serve.ts';

describe('serve', () => {
  it('keeps pages from the data of their session where it is told to, and says so by 403', async () => {
    const server = await serve({ port: 0, store: 'memory', authenticate: () => ({ id: 'ada' }), pageData: 'read' });
    const ask = (path: string, method: string, headers: Record<string, string>, body?: object): Promise<Response> =>
      fetch(server.url + path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
    try {
      const signedIn = await ask('/sessions', 'POST', {}, { credentials: {} });
      const { access_token, session_id } = (await signedIn.json()) as { access_token: string; session_id: string };
      const authorization = `Bearer ${access_token}`;
      await server.sessions.data.set(session_id, 'plan', 'free');
      const refused = await ask('/session/data/plan', 'PUT', { authorization }, { gold: true });
      expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'forbidden' }]);
      const read = await ask('/session/data', 'GET', { authorization });
      expect(await read.json()).toMatchObject({ data: { plan: 'free' } });
    } finally {
      await server.close();
    }
  });

  it('refuses to start with a rule for pages that is none', async () => {
    const start = serve({ port: 0, store: 'memory', pageData: 'all' as 'none' });
    await expect(start).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
