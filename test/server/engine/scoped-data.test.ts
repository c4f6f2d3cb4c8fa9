import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createWorld } from './world.ts';

test('values beside a session are all listed, each once, however many there are', async () => {
  const { sessions } = createWorld(createMemoryStore());
  const { id } = (await sessions.create({ userId: 'ada' })).session;
  const names = Array.from({ length: 450 }, (_, i) => `value ${i}`);
  for (const name of names) await sessions.scoped.set(id, name, 1);
  const listed = await sessions.scoped.list(id);
  expect(listed.map(({ name }) => name)).toEqual(names.toSorted());
});
