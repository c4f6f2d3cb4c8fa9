import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  decideEnd,
  decideOutdate,
  decidePutData,
  decideReauthenticated,
  decideTouch,
} from '../../../../src/server/engine/decide-change.ts';
import { decideReschedule } from '../../../../src/server/engine/decide-reschedule.ts';
import { decideRotation } from '../../../../src/server/engine/decide-rotation.ts';
import { decideSweep } from '../../../../src/server/engine/decide-sweep.ts';
import type { Decision } from '../../../../src/server/engine/decision.ts';
import { endOf } from '../../../../src/server/engine/life.ts';
import { newStamp, raisedNotBefore, sessionsRevoked, stampNew } from '../../../../src/server/engine/not-before.ts';
import type { SessionRecord } from '../../../../src/server/engine/record.ts';
import { makeSessionId, userTagOf } from '../../../../src/server/engine/session-id.ts';
import { encodeBase64url } from '../../../../src/server/engine/base64url.ts';
import { rememberType, type Step, type Store, type StoreUser } from '../../../../src/server/engine/store.ts';
import { createRedisStore } from '../../../../src/server/stores/redis.ts';
import { createKeys } from '../../../../src/server/stores/redis/keys.ts';
import { deeds, records, stamps, times, type Deed } from './any-record.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { nodeRedis, type Handed } from './stores-on.ts';

let redis: RunningRedis;
let handed: Handed;
let store: Store;
let number = 0;

beforeAll(async () => {
  redis = await startRedis();
  handed = await nodeRedis(redis.url);
  store = createRedisStore({ client: handed.client, clock: 'caller' });
});
afterAll(async () => {
  await store.close();
  await handed.close();
  await redis.stop();
});

/** Keeps a record as it is, under a user of its own with that stamp. */
async function keep(parts: SessionRecord, notBefore: number): Promise<{ user: StoreUser; record: SessionRecord }> {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, ++number);
  const id = makeSessionId(encodeBase64url(bytes.subarray(0, 12)), bytes);
  const user = { tag: userTagOf(id), userId: parts.userId };
  const record = { ...parts, id };
  await store.create(user, record, null, record.stamp);
  const key = createKeys('sj:').notBefore(user.tag);
  if (notBefore > 0) await handed.client.send(key, ['set', key, String(notBefore)]);
  return { user, record };
}

function decide(deed: Deed, record: SessionRecord | null, notBefore: number, now: number): Decision<unknown> {
  if (deed.kind === 'rotate') return decideRotation(record, notBefore, deed.request, now);
  if (deed.kind === 'touch') return decideTouch(record, notBefore, deed.action, now);
  if (deed.kind === 'reauthenticate') return decideReauthenticated(record, notBefore, deed.acr, now);
  if (deed.kind === 'outdate') return decideOutdate(record, notBefore, now);
  if (deed.kind === 'putData') return decidePutData(record, notBefore, deed.change, now);
  if (deed.kind === 'reschedule') return decideReschedule(record, notBefore, deed.change, now);
  return decideEnd(record, notBefore, deed.reason, now);
}

async function carryOut(deed: Deed, id: string, now: number): Promise<Step<unknown>> {
  if (deed.kind === 'rotate') return store.rotate(id, deed.request, now);
  if (deed.kind === 'touch') return store.touch(id, deed.action, now);
  if (deed.kind === 'reauthenticate') return store.reauthenticate(id, deed.acr, now);
  if (deed.kind === 'outdate') return store.outdate(id, now);
  if (deed.kind === 'putData') return store.putData(id, deed.change, now);
  if (deed.kind === 'reschedule') return store.reschedule(id, deed.change, now);
  return store.end(id, deed.reason, now);
}

/** The record, unless its tombstone is no longer due: Redis answers nothing then, where a store that sweeps may still have it. */
function kept(record: SessionRecord, notBefore: number, now: number): SessionRecord | null {
  return decideSweep(record, notBefore, now).outcome === 'remove' ? null : record;
}

test.each(['rotate', 'touch', 'reauthenticate', 'outdate', 'putData', 'reschedule', 'end'] as const)(
  '%s in Lua answers, keeps and logs what the rule of the engine says',
  { timeout: 120_000 },
  async (kind) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        records.chain((record) => fc.tuple(fc.constant(record), stamps(record), times(record), deeds(kind, record))),
        async ([parts, notBefore, now, deed]) => {
          const { record } = await keep(parts, notBefore);
          const { answer, write, event } = decide(deed, kept(record, notBefore, now), notBefore, now);
          const step = await carryOut(deed, record.id, now);
          const outcome = answer as { outcome: string; reason?: string };
          seen.add(`${outcome.outcome} ${outcome.reason ?? ''}`.trim());
          expect(step.answer).toEqual(answer);
          expect(step.now).toBe(now);
          expect(step.event).toEqual(event && { cursor: expect.any(Number), ...event });
          expect((await store.read(record.id, now)).record).toEqual(kept(write ?? record, notBefore, now));
        },
      ),
      { numRuns: 800 },
    );
    // It is worth something only if it saw all there is.
    expect([...seen].sort()).toEqual(expect.arrayContaining(outcomes[kind]));
  },
);

const ends = ['absolute_expired', 'idle', 'expired', 'revoked_all'];
const refusals = [...ends.map((reason) => `refused ${reason}`), 'done'];
const outcomes = {
  rotate: [...ends, 'reuse_detected']
    .map((reason) => `ended ${reason}`)
    .concat(['rotated', 'ahead', 'replayed', 'stale', 'wrong_key']),
  touch: refusals,
  reauthenticate: refusals,
  outdate: refusals,
  putData: [...refusals, 'conflict'],
  reschedule: [...refusals, 'no_window'],
  end: refusals,
};

test(
  'signing out everywhere, and everywhere else, stamps as the rule of the engine says',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        records.chain((record) => fc.tuple(fc.constant(record), stamps(record), times(record), fc.boolean())),
        async ([parts, notBefore, now, keepIt]) => {
          const { user, record } = await keep(parts, notBefore);
          const isLive = record.endReason === null && record.stamp > notBefore && now < endOf(record);
          const raised = keepIt ? await store.keepOne(user, record.id, now) : await store.raiseNotBefore(user, now);
          if (keepIt && (!isLive || record.type === rememberType)) {
            expect(raised).toBeNull();
            return;
          }
          const stamp = raisedNotBefore(notBefore, record.stamp, now);
          expect(raised!.notBefore).toBe(stamp);
          const id = keepIt ? record.id : null;
          const what = { notBefore: stamp, count: raised!.count, kept: id };
          expect(raised!.event).toEqual({ cursor: expect.any(Number), ...sessionsRevoked(user.userId, now, what) });
          const isCounted = isLive && record.type !== rememberType;
          expect(raised!.count).toBe(isCounted && !keepIt ? 1 : 0);
          if (keepIt) {
            const after = { ...record, stamp: newStamp(stamp, 0), updatedAt: now };
            expect((await store.read(record.id, now)).record).toEqual(after);
          }
          const next = { ...record, id: `${record.id.slice(0, 24)}BBBBBBBBBBBBBBBBBBBBBA` };
          const created = await store.create(user, next, null, now);
          const { write, event } = stampNew(next, stamp, now);
          expect(created.answer).toEqual(write);
          expect(created.event).toEqual({ cursor: expect.any(Number), ...event });
        },
      ),
      { numRuns: 300 },
    );
  },
);
