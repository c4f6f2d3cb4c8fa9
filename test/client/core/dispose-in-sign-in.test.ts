import { expect, test } from 'vitest';
import type { Vault } from '../../../src/client/core/vault.ts';
import { createWorld, type OpenTab, type World } from './world.ts';

const grant = { sessionId: 'elsewhere', generation: 0, accessToken: 'a', tokenType: 'Bearer', lifeMs: null } as const;
const adopted = { ...grant, refreshToken: 'r', revocationToken: 'v-elsewhere', serverTime: null };

/** Disposes of the manager in the middle of a call; answers the code that the call rejects with. */
async function disposedDuring(world: World, { manager }: OpenTab, call: Promise<unknown>): Promise<unknown> {
  const code = call.then(
    () => 'it was fine',
    (error: { code: unknown }) => error.code,
  );
  await world.clock.advance(100);
  manager.dispose();
  await world.clock.advance(2000);
  return code;
}

/** Storage that takes a second to write. */
function slow(vault: Vault, { clock }: World): Vault {
  return {
    ...vault,
    async update(change) {
      await new Promise<void>((resolve) => void clock.after(1000, resolve));
      return vault.update(change);
    },
  };
}

test('a manager that is disposed of while a sign-in is on its way writes nothing, and hands the session back', async () => {
  const world = createWorld();
  world.server.latencyMs = 1000;
  const opened = await world.openTab();
  const { writes } = world.vault;
  expect(await disposedDuring(world, opened, opened.manager.signIn({ user: 'ada' }, false))).toBe('disposed');
  expect(world.vault.writes).toBe(writes);
  expect((await world.vault.read()).record).toBeNull();
  expect(world.server.revocations).toHaveLength(1);
});

test('a manager that is disposed of before the sign-in was sent sends none', async () => {
  const world = createWorld();
  const opened = await world.openTab();
  const signingIn = opened.manager.signIn({ user: 'ada' }, false);
  opened.manager.dispose();
  await expect(signingIn).rejects.toMatchObject({ code: 'disposed' });
  expect(world.server.revocations).toEqual([]);
  expect((await world.vault.read()).record).toBeNull();
});

test('a manager that is disposed of while storage takes its time writes nothing, and hands the session back', async () => {
  const world = createWorld();
  const opened = await world.openTab({ through: (vault) => slow(vault, world) });
  expect(await disposedDuring(world, opened, opened.manager.signIn({ user: 'ada' }, false))).toBe('disposed');
  expect((await world.vault.read()).record).toBeNull();
  expect(world.server.revocations).toHaveLength(1);
});

test('tokens that were to be adopted by a manager that is disposed of stay good: whoever has them hands them to the next', async () => {
  const world = createWorld();
  const opened = await world.openTab({ through: (vault) => slow(vault, world) });
  expect(await disposedDuring(world, opened, opened.manager.adopt(adopted, { id: 'ada' }))).toBe('disposed');
  expect((await world.vault.read()).record).toBeNull();
  expect(world.server.revocations).toEqual([]);
});
