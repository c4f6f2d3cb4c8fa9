import { afterAll, beforeAll, expect, test } from 'vitest';
import { userTagOf } from '../../../../src/server/engine/session-id.ts';
import { createKeys, partsOf } from '../../../../src/server/stores/redis/keys.ts';
import { pairsIn } from '../../../../src/server/stores/redis/fields.ts';
import { createWorld, day, hour, minute, next, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { nodeRedis, type Handed } from './stores-on.ts';
import { createRedisStore } from '../../../../src/server/stores/redis.ts';

let redis: RunningRedis;
let handed: Handed;
let world: World;
const keys = createKeys('sj:');
const browser =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

beforeAll(async () => {
  redis = await startRedis();
  handed = await nodeRedis(redis.url);
  world = createWorld(createRedisStore({ client: handed.client }), { types: { kiosk: {} } });
});
afterAll(async () => {
  await world.sessions.close();
  await handed.close();
  await redis.stop();
});

type Issued = Awaited<ReturnType<World['sessions']['create']>>;

async function create(input: Partial<Parameters<World['sessions']['create']>[0]> = {}): Promise<Issued> {
  world.clock.at = Date.now();
  return world.sessions.create({ userId: `user ${Math.random()}`, ...input });
}

async function ask(...command: string[]): Promise<unknown> {
  return handed.client.send(command[1] ?? '', command);
}

function sessionKey(id: string): string {
  const { tag, sid } = partsOf(id);
  return keys.session(tag, sid);
}

/** When a key leaves; null for never, or when there is none. */
async function leavesAt(key: string): Promise<number | null> {
  const at = Number(await ask('pexpiretime', key));
  return at < 0 ? null : at;
}

const nearly = 2000;
function expectNear(actual: number | null, expected: number): void {
  expect(Math.abs((actual ?? 0) - expected)).toBeLessThan(nearly);
}

test("a live session leaves 7 days after its end, also when that moves; its user's list leaves with the last of them", async () => {
  const { session } = await create({ userId: 'ada', idleTimeout: '10m', data: { cart: 'x'.repeat(600) } });
  const tag = userTagOf(session.id);
  const long = keys.long(tag, partsOf(session.id).sid);
  expectNear(await leavesAt(sessionKey(session.id)), session.createdAt + 10 * minute + 7 * day);
  expectNear(await leavesAt(long), session.createdAt + 10 * minute + 7 * day);
  expectNear(await leavesAt(keys.index(tag)), session.createdAt + 10 * minute + 7 * day);
  const other = await create({ userId: 'ada', idleTimeout: null, absoluteTimeout: '30d' });
  expectNear(await leavesAt(keys.index(tag)), other.session.createdAt + 37 * day);
  const touched = await world.sessions.touch(session.id);
  expectNear(await leavesAt(sessionKey(session.id)), touched.endsAt! + 7 * day);
});

test('a dead session leaves at the later of its end and 7 days after its death, and has no data', async () => {
  const long = await create({ remember: true, data: { cart: 1 } });
  const short = await create({ idleTimeout: '10m', data: { cart: 'x'.repeat(600) } });
  for (const { session } of [long, short]) await world.sessions.revoke(session.id, 'revoked');
  expectNear(await leavesAt(sessionKey(long.session.id)), long.session.endsAt!);
  expectNear(await leavesAt(sessionKey(short.session.id)), Date.now() + 7 * day);
  const { tag, sid } = partsOf(short.session.id);
  expect(await ask('exists', keys.long(tag, sid))).toBe(0);
  expect(await ask('hexists', sessionKey(long.session.id), 'd')).toBe(0);
});

test('nothing leaves that an end of everything needs, and nothing stays for ever after it', async () => {
  const { session } = await create({ userId: 'eve', idleTimeout: null, absoluteTimeout: '90d' });
  const endless = await create({ userId: 'eve', idleTimeout: null, absoluteTimeout: null });
  const tag = userTagOf(session.id);
  expect(await leavesAt(sessionKey(endless.session.id))).toBeNull();
  await world.sessions.revokeAll('eve');
  expectNear(await leavesAt(sessionKey(endless.session.id)), Date.now() + 7 * day);
  expect((await world.sessions.inspect(endless.session.id))?.endReason).toBe('revoked_all');
  expectNear(await leavesAt(keys.notBefore(tag)), session.endsAt! + 7 * day);

  const bounded = await create({ userId: 'bob', idleTimeout: null, absoluteTimeout: '90d' });
  await world.sessions.revokeAll('bob');
  expectNear(await leavesAt(keys.notBefore(userTagOf(bounded.session.id))), bounded.session.endsAt! + 7 * day);
  expectNear(await leavesAt(sessionKey(bounded.session.id)), bounded.session.endsAt! + 7 * day);
});

test('the list of a user stays for sessions without an end, and no longer than the others once they are gone', async () => {
  const endless = { idleTimeout: null, absoluteTimeout: null };
  const { sessions } = world;
  const alone = (await create({ userId: 'amy', ...endless })).session.id;
  const list = keys.index(userTagOf(alone));
  expect(await leavesAt(list)).toBeNull();
  await sessions.revoke(alone, 'revoked');
  expectNear(await leavesAt(list), Date.now() + 7 * day);

  // Others, made before and after; the last of them is in no list.
  const made = [await create({ userId: 'amy', ...endless, absoluteTimeout: '10d' })];
  for (let i = 0; i < 2; i++) made.push(await create({ userId: 'amy', ...endless }));
  made.push(await create({ userId: 'amy', ...endless, absoluteTimeout: '20d' }));
  await sessions.remember.issue('amy', { life: '30d' });
  await sessions.revoke(made[1]!.session.id, 'revoked');
  expect(await leavesAt(list)).toBeNull();
  await sessions.setEnd(made[2]!.session.id, Date.now() + hour);
  expectNear(await leavesAt(list), Date.now() + 37 * day);
});

test('the stamp of signing out everywhere stays as long as it is needed, also beside sessions without an end', async () => {
  const endless = { idleTimeout: null, absoluteTimeout: null };
  const { sessions } = world;
  const kept = (await create({ userId: 'kim', ...endless })).session.id;
  const tag = userTagOf(kept);
  await create({ userId: 'kim', ...endless, absoluteTimeout: '90d' });
  await sessions.revokeOthers('kim', kept);
  expectNear(await leavesAt(keys.notBefore(tag)), Date.now() + 97 * day);
  expect(await leavesAt(keys.index(tag))).toBeNull();
  await sessions.revoke(kept, 'revoked');
  expectNear(await leavesAt(keys.index(tag)), Date.now() + 97 * day);

  const other = (await create({ userId: 'lea', ...endless })).session.id;
  await sessions.revokeAll('lea');
  expectNear(await leavesAt(keys.notBefore(userTagOf(other))), Date.now() + 7 * day);
  const left = (await ask('keys', `sj:{${userTagOf(other)}}*`)) as string[];
  expect(left).toHaveLength(3);
  for (const key of left) expect(await leavesAt(key), key).not.toBeNull();
});

test('a session stays compact whatever is in it, and takes little room', async () => {
  const { session, refreshToken } = await create({
    userId: '\u{1F642}'.repeat(100),
    keyThumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
    device: { label: 'ü'.repeat(100), userAgent: browser },
    trustContext: { address: '192.0.2.1', seen: 'x'.repeat(300) },
  });
  let token = refreshToken;
  for (let i = 0; i < 8; i++) {
    const answer = await world.refresh(token, `key ${i}`, { keyThumbprint: session.keyThumbprint });
    token = 'refreshToken' in answer ? answer.refreshToken : '';
  }
  const values = pairsIn(await ask('hgetall', sessionKey(session.id)));
  for (const [name, value] of values) expect(Buffer.byteLength(String(value)), name).toBeLessThanOrEqual(64);
  expect(await ask('object', 'encoding', sessionKey(session.id))).toBe('listpack');
  expect(await world.sessions.get(session.id)).toMatchObject({
    device: session.device,
    userId: session.userId,
    trustContext: session.trustContext,
    generation: 8,
  });

  // Two sessions of a user, refreshed once.
  const [one] = [await create({ userId: 'ida' }), await create({ userId: 'ida' })];
  await next(world, one.refreshToken);
  const size = async (key: string): Promise<number> => Number(await ask('memory', 'usage', key));
  // The time at which a key leaves takes about 48 bytes beside it.
  expect(
    (await size(sessionKey(one.session.id))) + (await size(keys.index(userTagOf(one.session.id)))) / 2 + 72,
  ).toBeLessThan(450);
});

test('the list of a user holds nobody whose tombstone has left', async () => {
  for (let i = 0; i < 30; i++) {
    world.clock.at = Date.now() - 30 * day + i * hour;
    await world.sessions.create({ userId: 'joe', idleTimeout: '1m' });
  }
  const { session } = await create({ userId: 'joe' });
  expect(await ask('zcard', keys.index(userTagOf(session.id)))).toBe(2);
});

test('the list of a type holds nobody for long who has left, though nobody asks for it', async () => {
  const index = keys.type('kiosk');
  for (let i = 0; i < 150; i++) {
    world.clock.at = Date.now() - 30 * day;
    await world.sessions.create({ userId: `kiosk ${i}`, type: 'kiosk', idleTimeout: '1m' });
  }
  const { session } = await create({ type: 'kiosk' });
  expect(await ask('zcard', index)).toBe(151);
  await world.sessions.sweep();
  expect(await ask('zrange', index, '0', '-1')).toEqual([session.id]);
  // One that is just about to be kept stays.
  await ask('zadd', index, String(Date.now()), `session_${'A'.repeat(38)}`);
  await world.sessions.sweep();
  expect(await ask('zcard', index)).toBe(2);
});

test('all keys of a user are in one slot, and so are those of an area of notes', async () => {
  const { session } = await create({ userId: 'ada', device: { userAgent: browser } });
  const { tag, sid } = partsOf(session.id);
  const own = [keys.session(tag, sid), keys.long(tag, sid), keys.index(tag), keys.notBefore(tag), keys.events(tag)];
  const note = [keys.note('}{', 'a'), keys.note('}{', 'b}'), keys.notes('}{')];
  // Redis Cluster: what stands between the first brace and the next closing one decides, when it is not empty.
  const hashTag = (key: string): string | undefined => /^[^{]*\{([^}]+)\}/.exec(key)?.[1];
  for (const group of [own, note]) {
    expect(new Set(group.map(hashTag)).size).toBe(1);
    expect(hashTag(group[0]!)).toBeDefined();
  }
});

test('forgets its scripts and knows them again', async () => {
  const { refreshToken } = await create();
  await ask('script', 'flush');
  expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'rotated' });
});
