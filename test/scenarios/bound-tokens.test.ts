import { calculateThumbprint, generateKeyPair } from 'dpop';
import { describe, expect, test } from 'vitest';
import type { SessionManager, SessionOptions } from '../../src/index.ts';
import { webKeys } from '../../src/client/platform/keys.ts';
import { oauth2Transport } from '../../src/client/transports/oauth2.ts';
import { createAccessTokenVerifier } from '../../src/server/verify.ts';
import { fakePlatform } from '../../src/testing/index.ts';
import { done, refusal } from './signed-in.ts';
import { api, createWorld, type World } from './world.ts';

describe('in a page without WebCrypto', () => {
  /** As on plain http: no key can be made. */
  const { keys } = fakePlatform({ keys: 'none' });

  function open(options: Partial<SessionOptions>): { world: World; session: SessionManager; told: string[] } {
    const world = createWorld();
    const { session } = world.open({ keys, ...options });
    const told: string[] = [];
    session.on('signed_in', () => told.push('signed_in'));
    session.on('binding_unavailable', () => told.push('binding_unavailable'));
    return { world, session, told };
  }

  test.each(['all', 'refresh'] as const)(
    'who asks for binding: %s is told what it needs, and nothing is sent',
    async (binding) => {
      const { world, session, told } = open({ binding });
      expect(await refusal(world, session.signIn({ username: 'ada' }))).toMatchObject({
        code: 'not_supported',
        retryable: false,
        message: expect.stringMatching(/https \(or localhost\)/) as string,
      });
      expect(session.getState().status).toBe('unauthenticated');
      expect([world.seen, told]).toEqual([[], []]);
    },
  );

  test('who asks for nothing is signed in with tokens that are not bound, and told so once, after the sign-in', async () => {
    const { world, session, told } = open({});
    let renders = 0;
    await done(world, session.ready());
    session.subscribe(() => (renders += 1));
    await done(world, session.signIn({ username: 'ada' }));
    expect([told, renders]).toEqual([['signed_in', 'binding_unavailable'], 1]);
    expect(world.vault.record()).toMatchObject({ tokenType: 'Bearer', key: null });
    await done(world, session.refresh());
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    expect(told).toHaveLength(2);
  });

  test('who wants no binding hears nothing of it', async () => {
    const { world, session, told } = open({ binding: 'none' });
    await done(world, session.signIn({ username: 'ada' }));
    expect(told).toEqual(['signed_in']);
  });
});

/** Tokens that the app got by itself, bound to a key that it made: as at the end of a code flow. */
async function ownTokens(world: World): Promise<{ answer: Record<string, unknown>; dpopKey: CryptoKeyPair }> {
  const dpopKey = await generateKeyPair('ES256');
  const { answer } = await done(
    world,
    world.work(async () => {
      const proof = await webKeys().prove(dpopKey, { method: 'POST', url: `${api}/sessions`, now: world.clock.now() });
      const response = await world.send(
        new Request(`${api}/sessions`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', DPoP: proof },
          body: JSON.stringify({ credentials: { username: 'ada' } }),
        }),
      );
      expect(response.status).toBe(201);
      return { answer: (await response.json()) as Record<string, unknown> };
    }),
  );
  return { answer, dpopKey };
}

/** A manager that renews at our server as at any OAuth server. */
function openStranger(world: World, dpop: boolean, options: Partial<SessionOptions> = {}): SessionManager {
  const fetch = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> =>
    world.work(() => world.send(new Request(input, init)));
  const transport = oauth2Transport({ tokenUrl: `${api}/token`, dpop, idempotencyKey: true, fetch });
  return world.open({ transport, apiOrigins: [api], ...options }).session;
}

describe('tokens that the app got with a key of its own', () => {
  test('are renewed and used with that key, after a reload too', async () => {
    const world = createWorld();
    const { answer, dpopKey } = await ownTokens(world);
    const session = openStranger(world, true);
    await done(world, session.adopt({ ...answer, dpopKey }, { id: 'ada' }));
    expect((await done(world, session.fetch(`${api}/session`))).status).toBe(200);
    await done(world, session.refresh());
    session.dispose();
    const later = openStranger(world, true);
    expect(await done(world, later.ready())).toMatchObject({ status: 'authenticated', user: { id: 'ada' } });
    await done(world, later.refresh());
    const request = await done(world, later.authorize(new Request(`${api}/session`)));
    const jwks = await (await world.send(new Request(`${api}/.well-known/jwks.json`))).json();
    const verify = createAccessTokenVerifier({ jwks, issuer: api, audience: api, now: () => world.clock.now() });
    expect(await verify(request)).toMatchObject({
      sub: 'ada',
      cnf: { jkt: await calculateThumbprint(dpopKey.publicKey) },
    });
  });

  test('keep their key when newer ones of the same session come without it', async () => {
    const world = createWorld();
    const { answer, dpopKey } = await ownTokens(world);
    const session = world.open().session;
    await done(world, session.adopt({ ...answer, dpopKey }));
    const record = world.vault.record();
    await done(world, session.adopt({ ...answer, generation: 1 }));
    expect(world.vault.record()).toMatchObject({ generation: 1, key: (record as { key: unknown }).key });
  });

  test.each([
    ['without the key', undefined, true, /dpopKey/],
    ['with something else in its place', { privateKey: 'text' }, true, /no key pair/],
    ['with a key that the transport would not use', 'theirs', false, /dpop: true/],
  ])('are refused %s, and nothing is stored', async (_, given, dpop, message) => {
    const world = createWorld();
    const { answer, dpopKey } = await ownTokens(world);
    const session = openStranger(world, dpop);
    const tokens = { ...answer, dpopKey: given === 'theirs' ? dpopKey : given };
    const error = await refusal(world, session.adopt(tokens, { id: 'ada' }));
    expect(error).toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(message) as string });
    expect(world.vault.record()).toBeNull();
  });

  test('must be bound where the app asks for it: plain ones are refused', async () => {
    const world = createWorld();
    const session = openStranger(world, true, { binding: 'all' });
    const plain = { access_token: 'a', token_type: 'Bearer', refresh_token: 'r', expires_in: 300 };
    const error = await refusal(world, session.adopt(plain, { id: 'ada' }));
    expect(error).toMatchObject({ code: 'invalid_argument', message: expect.stringMatching(/dpopKey/) as string });
  });
});
