import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../src/server/http/request-log.ts';
import { bodyOf, serverUnderTest } from './server-under-test.ts';

const keys = ['first-key-Zx81-q0p9-w2o8-e3i7', 'second-key-Kj27-m4n5-b6v7-c8x9'] as const;
const hash = createHash('sha256').update(keys[1]).digest('hex');

describe('the introspection keys', () => {
  it('may be several, also by their hashes, and each opens it', async () => {
    const on = await serverUnderTest({ introspectionKey: [keys[0], { name: 'billing', hash }] });
    const { access_token: token } = await on.signIn();
    const ask = (key: string): Promise<Response> =>
      on.call('POST', '/introspect', { form: { token }, headers: { authorization: `Bearer ${key}` } });
    for (const key of keys) expect(await bodyOf(await ask(key))).toMatchObject({ active: true });
    for (const wrong of [hash, `${keys[0]}x`, '']) expect((await ask(wrong)).status).toBe(401);
  });

  it('may be one, and none opens nothing', async () => {
    const one = await serverUnderTest({ introspectionKey: { name: 'billing', hash } });
    const headers = { authorization: `Bearer ${keys[1]}` };
    expect((await one.call('POST', '/introspect', { form: { token: 'x' }, headers })).status).toBe(200);
    const none = await serverUnderTest({ introspectionKey: [] });
    expect((await none.call('POST', '/introspect', { form: { token: 'x' }, headers })).status).toBe(404);
  });

  it.each(['short', '0123456789'.repeat(3), 'a'.repeat(64)])(
    'that could be guessed stop the start: %s',
    async (key) => {
      await expect(serverUnderTest({ introspectionKey: key })).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringMatching(/^Introspection key 1 can be guessed/),
      });
    },
  );
});

describe('the log', () => {
  it('says which key asked, by its name, and never the key or its hash', async () => {
    const entries: LogEntry[] = [];
    const on = await serverUnderTest({
      adminKeys: [keys[0], { name: 'billing', hash }],
      introspectionKey: { name: 'gateway', hash },
      log: (entry) => void entries.push(entry),
    });
    const asking = (key: string): { headers: Record<string, string> } => ({
      headers: { origin: '(none)', authorization: `Bearer ${key}` },
    });
    await on.call('GET', '/admin/users/user_ada/sessions', asking(keys[0]));
    await on.call('DELETE', '/admin/users/user_ada/sessions', asking(keys[1]));
    await on.call('POST', '/introspect', { form: { token: 'x' }, ...asking(keys[1]) });
    await on.call('GET', '/admin/users/user_ada/sessions', asking('guess'));
    await on.call('GET', '/time');
    await expect.poll(() => entries.filter(({ event }) => event === 'request').length).toBe(5);
    expect(entries.filter(({ event }) => event === 'request').map(({ method, api_key }) => [method, api_key])).toEqual([
      ['GET', 'key 1'],
      ['DELETE', 'billing'],
      ['POST', 'gateway'],
      ['GET', undefined],
      ['GET', undefined],
    ]);
    for (const secret of [...keys, hash]) expect(JSON.stringify(entries)).not.toContain(secret);
  });
});
