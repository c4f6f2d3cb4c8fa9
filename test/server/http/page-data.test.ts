import { describe, expect, it } from 'vitest';
import type { SessionServerOptions } from '../../../src/server/http/session-server.ts';
import { bodyOf, serverUnderTest, type ServerUnderTest } from './server-under-test.ts';

const adminKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';
const writes: Array<[string, string, unknown?]> = [
  ['PUT', '', { a: 2 }],
  ['PATCH', '', { a: 2 }],
  ['DELETE', ''],
  ['PUT', '/a', 2],
  ['DELETE', '/a'],
];
const reads = ['', '/a'];

interface Page {
  under: ServerUnderTest;
  id: string;
  ask(method: string, path: string, json?: unknown): Promise<Response>;
}

/** A page that is signed in, whose session has the data `{ a: 1 }`. */
async function page(pageData: SessionServerOptions['pageData']): Promise<Page> {
  const under = await serverUnderTest({ adminKeys: [adminKey], ...(pageData && { pageData }) });
  const { access_token: accessToken, session_id: id } = await under.signIn();
  await under.sessions.data.set(id, 'a', 1);
  return {
    under,
    id,
    ask: (method, path, json) =>
      under.call(method, `/session/data${path}`, { accessToken, ...(json === undefined ? {} : { json }) }),
  };
}

const refusal = async (answer: Response): Promise<unknown> => [answer.status, (await bodyOf(answer))['code']];

describe('what a page may do with the data of its session', () => {
  it.each([undefined, 'write'] as const)('is everything, when `pageData` is %s', async (pageData) => {
    for (const [method, path, json] of writes) {
      const { ask } = await page(pageData);
      expect((await ask(method, path, json)).status, `${method} ${path}`).toBe(200);
    }
  });

  it("is to read it, with 'read'; nothing is changed by its writes", async () => {
    const { under, id, ask } = await page('read');
    for (const path of reads) expect((await ask('GET', path)).status).toBe(200);
    for (const [method, path, json] of writes)
      expect(await refusal(await ask(method, path, json)), `${method} ${path}`).toEqual([403, 'forbidden']);
    expect(await under.sessions.data.get(id)).toEqual({ a: 1 });
    expect((await bodyOf(await ask('DELETE', '')))['detail']).toBe(
      'Here only the back end writes the data of a session; ask the back end of the app to do it.',
    );
  });

  it("is nothing, with 'none'; and no other answer shows it", async () => {
    const { under, id, ask } = await page('none');
    await under.sessions.data.set(id, 'a', 'of-the-back-end');
    for (const path of reads) {
      const answer = await ask('GET', path);
      expect(await answer.clone().text()).not.toContain('of-the-back-end');
      expect(await refusal(answer)).toEqual([403, 'forbidden']);
    }
    for (const [method, path, json] of writes)
      expect(await refusal(await ask(method, path, json)), `${method} ${path}`).toEqual([403, 'forbidden']);
    const { access_token: accessToken } = await under.signIn();
    await under.sessions.data.set(id, 'b', 'of-the-back-end');
    for (const path of ['/session', '/sessions'])
      expect(await (await under.call('GET', path, { accessToken })).text()).not.toContain('of-the-back-end');
  });

  it('is told to nobody who is not signed in', async () => {
    const { under } = await page('none');
    expect(await refusal(await under.call('GET', '/session/data'))).toEqual([401, 'unauthenticated']);
    expect(await refusal(await under.call('DELETE', '/session/data'))).toEqual([401, 'unauthenticated']);
  });

  it.each(['read', 'none'] as const)('leaves the back end free to do everything, with %j', async (pageData) => {
    const { under, id } = await page(pageData);
    const asked = await under.call('PATCH', `/admin/sessions/${id}/data`, {
      json: { patch: { a: 3 } },
      headers: { origin: '(none)', authorization: `Bearer ${adminKey}` },
    });
    expect(asked.status).toBe(200);
    expect(await under.sessions.data.get(id)).toEqual({ a: 3 });
  });

  it('is one of three things', async () => {
    await expect(serverUnderTest({ pageData: 'readonly' as 'read' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('`pageData`') as string,
    });
  });

  it('is told by the document: every route of the data may answer 403', async () => {
    const { under } = await page('none');
    const { paths } = (await bodyOf(await under.call('GET', '/openapi.json'))) as {
      paths: Record<string, Record<string, { responses: object; description: string }>>;
    };
    const told = ['/session/data', '/session/data/{key}'].flatMap((path) => Object.values(paths[path]!));
    expect(told).toHaveLength(7);
    for (const { responses, description } of told) {
      expect(Object.keys(responses)).toContain('403');
      expect(description).toContain('`forbidden`');
    }
  });
});
