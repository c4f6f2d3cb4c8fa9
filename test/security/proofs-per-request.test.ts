import { expect, test } from 'vitest';
// Loaded on demand by the manager: here it is there already, so that nothing waits for a disk.
import '../../src/online.ts';
import type { Keys } from '../../src/client/core/ports.ts';
import { webKeys } from '../../src/client/platform/keys.ts';
import type { SessionManager, SessionOptions } from '../../src/index.ts';
import { done } from '../scenarios/done.ts';
import { createWorld, type World } from '../scenarios/world.ts';

interface Counted {
  world: World;
  session: SessionManager;
  /** How many keys were made and how many proofs were signed while `call` ran. */
  during(call: () => Promise<unknown>): Promise<{ keys: number; proofs: number }>;
}

function counted(options: Partial<SessionOptions> = {}): Counted {
  const world = createWorld();
  const web = webKeys();
  let count = { keys: 0, proofs: 0 };
  const keys: Keys = {
    create: () => world.work(async () => ((count.keys += 1), web.create())),
    prove: (key, subject) => world.work(async () => ((count.proofs += 1), web.prove(key, subject))),
  };
  const { session } = world.open({ idle: false, keys, ...options });
  return {
    world,
    session,
    during: async (call) => {
      count = { keys: 0, proofs: 0 };
      await done(world, call());
      return count;
    },
  };
}

test('a bound request costs one signature, and so do a sign-in and a refresh; a key is made at sign-in only', async () => {
  const { session, during } = counted();
  expect(await during(() => session.signIn({ username: 'ada' }))).toEqual({ keys: 1, proofs: 1 });
  for (let request = 0; request < 3; request++)
    expect(await during(() => session.fetch('/session'))).toEqual({ keys: 0, proofs: 1 });
  expect(await during(() => Promise.all(Array.from({ length: 20 }, () => session.fetch('/session'))))).toEqual({
    keys: 0,
    proofs: 20,
  });
  expect(await during(() => session.refresh())).toEqual({ keys: 0, proofs: 1 });
  expect(await during(() => session.getAccessToken())).toEqual({ keys: 0, proofs: 0 });
});

test('a key belongs to one session: the next sign-in makes another one', async () => {
  const { world, session, during } = counted();
  const keyOf = async (): Promise<unknown> => {
    const record = world.vault.record();
    if (record?.kind !== 'live' || record.key === null) throw new Error('Nobody is signed in with a key.');
    return (await crypto.subtle.exportKey('jwk', record.key.publicKey as CryptoKey)).x;
  };
  await during(() => session.signIn({ username: 'ada' }));
  const first = await keyOf();
  await during(() => session.refresh());
  expect(await keyOf()).toBe(first);
  expect(await during(() => session.signIn({ username: 'ada' }))).toEqual({ keys: 1, proofs: 1 });
  expect(await keyOf()).not.toBe(first);
});

test('without binding nothing is signed at all', async () => {
  const { session, during } = counted({ binding: 'none' });
  expect(await during(() => session.signIn({ username: 'ada' }))).toEqual({ keys: 0, proofs: 0 });
  expect(await during(() => session.fetch('/session'))).toEqual({ keys: 0, proofs: 0 });
  expect(await during(() => session.refresh())).toEqual({ keys: 0, proofs: 0 });
});
