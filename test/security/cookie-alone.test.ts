import { expect, test } from 'vitest';
import { attemptKey, bodyOf, serverUnderTest } from '../server/http/server-under-test.ts';

const requests: Array<[method: string, path: string, json?: unknown]> = [
  ['GET', '/session'],
  ['POST', '/session/touch'],
  ['GET', '/session/data'],
  ['PUT', '/session/data', { a: 1 }],
  ['PATCH', '/session/data', { a: 1 }],
  ['DELETE', '/session/data'],
  ['GET', '/session/data/a'],
  ['PUT', '/session/data/a', 1],
  ['DELETE', '/session/data/a'],
  ['GET', '/sessions'],
  ['DELETE', '/sessions?scope=all'],
  ['DELETE', '/sessions?scope=others'],
  ['GET', '/events'],
];

test('the cookie alone reads nothing and changes nothing: it is looked at when tokens are renewed or revoked', async () => {
  const on = await serverUnderTest({ cookie: true });
  const answer = await on.call('POST', '/sessions', { json: { credentials: { username: 'ada', password: 'right' } } });
  const id = (await bodyOf(answer))['session_id'] as string;
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  for (const [method, path, json] of [...requests, ['DELETE', `/sessions/${id}`] as const]) {
    const refused = await on.call(method, path, { headers: { cookie }, ...(json === undefined ? {} : { json }) });
    expect([method, path, refused.status, (await bodyOf(refused))['code']]).toEqual([
      method,
      path,
      401,
      'unauthenticated',
    ]);
  }
  expect(await on.sessions.isValid(id)).toBe(true);
  const form = { grant_type: 'refresh_token', attempts: JSON.stringify([{ generation: 0, key: attemptKey(0) }]) };
  expect((await on.call('POST', '/token', { form, headers: { cookie } })).status).toBe(200);
});

test.each([
  ['a link or a form of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  [
    'a page of the app’s own site that is not the app',
    { origin: 'https://other.example.com', 'sec-fetch-site': 'same-site' },
  ],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
])('with the cookie, %s neither renews tokens nor signs anybody in or out', async (_name, headers) => {
  const on = await serverUnderTest({ cookie: true });
  const answer = await on.call('POST', '/sessions', { json: { credentials: { username: 'ada', password: 'right' } } });
  const id = (await bodyOf(answer))['session_id'] as string;
  const from = { headers: { ...headers, cookie: answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '' } };
  const tried = [
    await on.call('POST', '/token', { form: { grant_type: 'refresh_token' }, ...from }),
    await on.call('POST', '/revoke', { form: {}, ...from }),
    await on.call('POST', '/sessions', { json: { credentials: { username: 'eve', password: 'right' } }, ...from }),
  ];
  for (const refused of tried) {
    expect(refused.status).toBe(403);
    expect(refused.headers.getSetCookie()).toEqual([]);
  }
  expect(await on.sessions.get(id)).toMatchObject({ generation: 0 });
});
