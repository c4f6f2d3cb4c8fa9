import { beforeEach, describe, expect, test } from 'vitest';
import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import type { Sessions } from '../../../src/server/engine/sessions.ts';
import { createMac } from '../../../src/server/tokens/mac.ts';
import { createRandom } from '../../../src/server/tokens/random.ts';
import {
  attemptKey,
  baseUrl,
  bodyOf,
  serverUnderTest,
  startedAt,
  type ServerUnderTest,
} from '../http/server-under-test.ts';
import { hashOf } from '../tokens/hash-of.ts';
import { countedStore } from './counted-store.ts';

// What a request costs that is refused, and that no refusal kills.
describe('POST /token', () => {
  let now: number;
  let counted: ReturnType<typeof countedStore>;
  let sessions: Sessions;
  let on: ServerUnderTest;

  const clock = { now: (): number => now };
  const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

  /** A server on the same store, with these signing keys. */
  const serverWith = async (keyIds: number[], current: number): Promise<ServerUnderTest> => {
    const secrets = Object.fromEntries(keyIds.map((id) => [id, secret(id)]));
    const mac = createMac({ secrets, current, userTagSecret: secret(99) });
    sessions = createSessions({ store: counted.store, clock, mac, random: createRandom() });
    return serverUnderTest({ sessions, clock });
  };

  beforeEach(async () => {
    now = startedAt;
    counted = countedStore();
    on = await serverWith([1], 1);
  });

  test('refuses a token with any bit flipped, and does not touch the store for it', async () => {
    const { refresh_token: token } = await on.signIn();
    const bytes = Buffer.from(token!, 'base64url');
    counted.taken();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      const answer = await on.refresh(forged.toString('base64url'));
      const isKeyId = bit >> 3 === 1;
      expect(answer.status, `bit ${bit}`).toBe(isKeyId ? 503 : 400);
      expect(await bodyOf(answer)).toMatchObject(isKeyId ? { code: 'store_unavailable' } : { reason: 'unknown' });
    }
    expect(counted.taken()).toEqual([]);
    expect((await on.refresh(token!)).status).toBe(200);
  });

  test('answers 503, never an end, for a key that it does not know yet', async () => {
    const ahead = await serverWith([1, 2], 2);
    const { refresh_token: token, revocation_token: revocation } = await ahead.signIn();
    counted.taken();
    for (const answer of [
      await on.refresh(token!),
      await on.call('POST', '/revoke', { form: { token: revocation! } }),
    ]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      const body = await bodyOf(answer);
      expect(body).toMatchObject({ code: 'store_unavailable' });
      expect(body).not.toHaveProperty('error');
      expect(body).not.toHaveProperty('reason');
    }
    expect(counted.taken()).toEqual([]);
    expect((await ahead.refresh(token!)).status).toBe(200);
  });

  test('honours the tokens of a retired key, and both forms of a successor while the keys change', async () => {
    const { refresh_token: token, revocation_token: revocation } = await on.signIn();
    const newer = await serverWith([1, 2], 2);
    const older = await serverWith([1, 2], 1);
    const one = await bodyOf(await newer.refresh(token!));
    const two = await bodyOf(await older.refresh(token!));
    expect([one['generation'], two['generation']]).toEqual([1, 1]);
    expect([one['revocation_token'], two['revocation_token']]).toEqual([revocation, revocation]);
    const next = [one['refresh_token'], two['refresh_token']].map((form) => newer.refresh(String(form), attemptKey(2)));
    expect(await Promise.all(next.map(async (answer) => bodyOf(await answer)))).toMatchObject([
      { generation: 2 },
      { generation: 2 },
    ]);
  });

  describe('of a bound session', () => {
    const url = `${baseUrl}/token`;
    const key = attemptKey('first');
    let token: string;
    let prove: (claims?: Record<string, unknown>) => Promise<string>;

    beforeEach(async () => {
      const client = await on.provingClient();
      token = (await on.signIn({ headers: { dpop: await client.prove('POST', `${baseUrl}/sessions`) } }))
        .refresh_token!;
      prove = (claims = {}) => client.prove('POST', url, { claims: { idk: key, rth: hashOf(token), ...claims } });
      counted.taken();
    });

    const send = (dpop: string | null): Promise<Response> =>
      on.refresh(token, key, { headers: dpop === null ? {} : { dpop } });

    test.each<[string, () => Promise<string>]>([
      ['is nonsense', async () => 'nonsense'],
      ['names another attempt', () => prove({ idk: attemptKey('other') })],
      ['names no attempt', () => prove({ idk: undefined })],
      ['names another token', () => prove({ rth: hashOf('other') })],
      ['is old, and its nonce not of this server', () => prove({ iat: startedAt / 1000 - 3600, nonce: 'other' })],
    ])('does not touch the store for a proof that %s', async (_name, make) => {
      for (let i = 0; i < 20; i++) expect((await send(await make())).status).toBe(400);
      expect(counted.taken()).toEqual([]);
      expect((await send(await prove())).status).toBe(200);
    });

    test('takes one step, which changes nothing, for no proof or that of another key, and one event a minute', async () => {
      const stranger = await on.provingClient();
      const strange = (): Promise<string> => stranger.prove('POST', url, { claims: { idk: key, rth: hashOf(token) } });
      for (let i = 0; i < 20; i++) {
        const answer = await send(i % 2 === 0 ? null : await strange());
        expect([answer.status, await bodyOf(answer)]).toEqual([
          400,
          expect.objectContaining({ error: 'invalid_dpop_proof' }),
        ]);
      }
      expect(counted.taken()).toEqual(['rotate', 'log', ...Array.from({ length: 19 }, () => 'rotate')]);
      expect(await bodyOf(await send(await prove()))).toMatchObject({ generation: 1 });
    });
  });

  test('answers 429 after 200 replays of a generation in a minute, for the rest of it, and to that generation alone', async () => {
    now = Math.floor(startedAt / 60_000) * 60_000 + 15_000;
    const { refresh_token: token } = await on.signIn();
    const { refresh_token: successor } = await bodyOf(await on.refresh(token!));
    for (let i = 0; i < 200; i++) expect((await on.refresh(token!)).status).toBe(200);
    const tooMany = await on.refresh(token!);
    expect([tooMany.status, tooMany.headers.get('retry-after')]).toEqual([429, '45']);
    const body = await bodyOf(tooMany);
    expect(body).toMatchObject({ code: 'rate_limited' });
    expect(body).not.toHaveProperty('error');
    now += 45_000;
    expect((await on.refresh(token!)).status).toBe(200);
    expect(await bodyOf(await on.refresh(String(successor), attemptKey(2)))).toMatchObject({ generation: 2 });
  });

  test('goes on with the next generation while the replays of the last one are too many', async () => {
    const { refresh_token: token } = await on.signIn();
    const { refresh_token: successor } = await bodyOf(await on.refresh(token!));
    for (let i = 0; i < 200; i++) await on.refresh(token!);
    expect((await on.refresh(token!)).status).toBe(429);
    for (let i = 0; i < 10; i++)
      expect(await bodyOf(await on.refresh(String(successor), attemptKey(2)))).toMatchObject({ generation: 2 });
  });
});
