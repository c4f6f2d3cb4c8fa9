import { expect, test } from 'vitest';
import { createMemoryStore } from 'sojourn/server/stores/memory';
import { createSqliteStore } from 'sojourn/server/stores/sqlite';
import { decideRotation } from '../../../../src/server/engine/decide-rotation.ts';
import { makeSessionId, userTagOf } from '../../../../src/server/engine/session-id.ts';
import { encodeBase64url } from '../../../../src/server/engine/base64url.ts';
import type { Store } from '../../../../src/server/engine/store.ts';
import { explore } from './explore.ts';
import type { Witness } from './server.ts';
import type { Scope } from './state.ts';

type Request = Parameters<Witness>;

const scopes: Scope[] = [
  { mode: 'bearer', thief: 'profile', failover: 'refreshes' },
  { mode: 'bearer', thief: 'profile without key', limit: 'absolute' },
  { mode: 'bearer', limit: 'idle' },
  { mode: 'cookie', failover: 'anything' },
  { mode: 'cookie', thief: 'token', limit: 'absolute' },
];

test.each<[string, () => Store]>([
  ['memory', () => createMemoryStore()],
  ['SQLite', () => createSqliteStore({ path: ':memory:' })],
])(
  'a store on %s answers and keeps what the rule says, for every request of the model',
  { timeout: 120_000 },
  async (_name, make) => {
    const requests = requestsOf(scopes, 6);
    expect(requests.length).toBeGreaterThan(500);
    const store = make();
    for (const [i, request] of requests.entries()) await compare(store, i, request);
    await store.close();
  },
);

/** Every different request that a server gets in these worlds. */
function requestsOf(worlds: readonly Scope[], depth: number): Request[] {
  const requests = new Map<string, Request>();
  const witness: Witness = (...request) => void requests.set(JSON.stringify(request), request);
  for (const scope of worlds) explore({ scope, decide: decideRotation, witness }, depth);
  return [...requests.values()];
}

async function compare(store: Store, i: number, [model, notBefore, request, now]: Request): Promise<void> {
  const sid = new Uint8Array(16);
  new DataView(sid.buffer).setUint32(0, i);
  const id = makeSessionId(encodeBase64url(sid.subarray(0, 12)), sid);
  const user = { tag: userTagOf(id), userId: `user ${i}` };
  const record = { ...model!, id, userId: user.userId };
  await store.create(user, record, null, record.stamp);
  if (notBefore > 0) await store.raiseNotBefore(user, notBefore);
  const { answer, write } = decideRotation(record, notBefore, request, now);
  const told = JSON.stringify({ record, notBefore, request, now });
  expect((await store.rotate(id, request, now)).answer, told).toEqual(answer);
  expect((await store.read(id, now)).record, told).toEqual(write ?? record);
}
