import { Redis } from '@upstash/redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MapRedis } from '../upstash/map-redis.ts';
import { PlainKeySessions } from './plain-key-sessions.ts';

const start = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const day = 24 * hour;
const ada = { id: 'user_1', email: 'ada@example.com', name: 'Ada', role: 'admin' };

let redis: Redis;
let sessions: PlainKeySessions;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  redis = new Redis(new MapRedis().requester);
  sessions = new PlainKeySessions(redis, (email, password) =>
    email === ada.email && password === 'secret' ? ada : null,
  );
});
afterEach(() => {
  vi.useRealTimers();
});

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

describe('a session in a key of its own, through the real client', () => {
  it('comes back as the object it was, dates as text (S106)', async () => {
    const id = await sessions.create('user_1', { tags: ['a'], since: new Date(0), nothing: undefined });
    expect(await sessions.get(id)).toEqual({
      userId: 'user_1',
      tags: ['a'],
      since: '1970-01-01T00:00:00.000Z',
      createdAt: start,
    });
  });

  it('lives up to, and not at, its last millisecond (S106)', async () => {
    const id = await sessions.create('user_1');
    pass(hour - 1);
    expect(await sessions.get(id)).not.toBeNull();
    pass(1);
    expect(await sessions.get(id)).toBeNull();
  });

  it('is not moved by reading, and is by a sliding read (S106)', async () => {
    const id = await sessions.create('user_1');
    pass(1000_000);
    await sessions.get(id);
    expect(await redis.ttl(`session:${id}`)).toBe(2600);
    await sessions.getAndSlide(id);
    expect(await redis.ttl(`session:${id}`)).toBe(3600);
    for (let visit = 0; visit < 50; visit++) {
      pass(hour - 1);
      expect(await sessions.getAndSlide(id)).not.toBeNull();
    }
  });

  it('is patched, and its hour starts anew (S106)', async () => {
    const id = await sessions.create('user_1', { theme: 'dark', page: 1 });
    pass(hour / 2);
    await sessions.update(id, { page: 2 });
    expect(await sessions.get(id)).toEqual({
      userId: 'user_1',
      theme: 'dark',
      page: 2,
      createdAt: start,
      updatedAt: start + hour / 2,
    });
    expect(await redis.ttl(`session:${id}`)).toBe(3600);
  });

  it('is extended in silence, also when it is not there any more, and stays dead then (S106)', async () => {
    const id = await sessions.create('user_1');
    pass(hour / 2);
    await sessions.extend(id);
    expect(await redis.ttl(`session:${id}`)).toBe(3600);
    pass(hour);
    await sessions.extend(id);
    expect(await sessions.get(id)).toBeNull();
  });

  it('refuses an update once it is over, in the words people match on (S106)', async () => {
    const id = await sessions.create('user_1');
    pass(hour);
    await expect(sessions.update(id, {})).rejects.toThrow(/^Session not found$/);
  });

  it('ends twice as well as once (S106)', async () => {
    const id = await sessions.create('user_1');
    await sessions.end(id);
    await sessions.end(id);
    expect(await sessions.get(id)).toBeNull();
  });

  it('tells what the person did last, and says nothing when it is over (S106)', async () => {
    const id = await sessions.create('user_1');
    pass(1000);
    await sessions.track(id, 'checkout');
    expect((await sessions.get(id))?.lastActivity).toEqual({ action: 'checkout', timestamp: start + 1000 });
    expect(await redis.ttl(`session:${id}`)).toBe(3600);
    pass(hour);
    await sessions.track(id, 'late');
    expect(await sessions.get(id)).toBeNull();
  });
});

describe('signing in on plain keys', () => {
  it('keeps who it is, and not the id twice (S106)', async () => {
    const id = await sessions.signIn('ada@example.com', 'secret');
    expect(await sessions.get(id)).toEqual({
      userId: 'user_1',
      email: 'ada@example.com',
      name: 'Ada',
      role: 'admin',
      createdAt: start,
    });
  });

  it('refuses a wrong password in the words people match on (S106)', async () => {
    await expect(sessions.signIn('ada@example.com', 'wrong')).rejects.toThrow(/^Invalid credentials$/);
  });

  it('remembers a person for 30 days, and signs in with the mark (S106)', async () => {
    const token = await sessions.remember('user_1');
    pass(30 * day - 1);
    const id = (await sessions.signInRemembered(token))!;
    expect(await sessions.get(id)).toEqual({ userId: 'user_1', createdAt: start + 30 * day - 1 });
    pass(1);
    expect(await sessions.signInRemembered(token)).toBeNull();
    expect(await sessions.signInRemembered('unknown')).toBeNull();
  });
});

describe('several devices on plain keys', () => {
  it('lists them, and signs all of them out, also when there are none (S106)', async () => {
    const phone = await sessions.createOnDevice('user_1', { device: 'phone' });
    const laptop = await sessions.createOnDevice('user_1', { device: 'laptop' });
    const other = await sessions.createOnDevice('user_2', { device: 'phone' });
    expect(await sessions.devices('user_1')).toEqual([phone, laptop]);
    await sessions.endAll('user_1');
    await sessions.endAll('nobody');
    expect(await Promise.all([phone, laptop].map((id) => sessions.get(id)))).toEqual([null, null]);
    expect(await sessions.devices('user_1')).toEqual([]);
    expect(await sessions.get(other)).not.toBeNull();
  });

  it('keeps the ids of the dead until somebody clears them (S106)', async () => {
    const phone = await sessions.createOnDevice('user_1', {});
    pass(hour / 2);
    const laptop = await sessions.createOnDevice('user_1', {});
    pass(hour / 2);
    expect(await sessions.devices('user_1')).toEqual([phone, laptop]);
    await sessions.forgetDead('user_1');
    expect(await sessions.devices('user_1')).toEqual([laptop]);
  });

  it('a cart lives a day, longer than its session (S106)', async () => {
    const id = await sessions.create('user_1');
    await sessions.addToCart(id, { sku: 'a' });
    pass(2 * hour);
    expect(await sessions.get(id)).toBeNull();
    expect(await sessions.addToCart(id, { sku: 'b' })).toEqual([{ sku: 'a' }, { sku: 'b' }]);
    pass(day);
    expect(await sessions.addToCart(id, { sku: 'c' })).toEqual([{ sku: 'c' }]);
  });
});

describe('what plain keys cannot do, and why there is more than that in this package', () => {
  it('two updates at once: one of them is lost', async () => {
    const id = await sessions.create('user_1');
    await Promise.all([sessions.update(id, { x: 1 }), sessions.update(id, { y: 2 })]);
    const { x, y } = (await sessions.get(id))!;
    expect([x, y].filter((value) => value !== undefined)).toHaveLength(1);
  });

  it('fields of the caller overwrite whose session it is', async () => {
    const id = await sessions.create('user_1', { userId: 'evil', createdAt: 0 });
    expect(await sessions.get(id)).toEqual({ userId: 'evil', createdAt: start });
  });

  it('a remember-me mark is good any number of times, and after signing out everywhere', async () => {
    const token = await sessions.remember('user_1');
    const first = await sessions.signInRemembered(token);
    await sessions.endAll('user_1');
    const second = await sessions.signInRemembered(token);
    expect(first).not.toBeNull();
    expect(second).not.toBeNull();
  });

  it('clearing the list of a person without devices fails: the client refuses an empty pipeline', async () => {
    await expect(sessions.forgetDead('nobody')).rejects.toThrow('Pipeline is empty');
  });

  it('an id of digits comes back as a number', async () => {
    await redis.sadd('user:1:sessions', '12345');
    expect(await sessions.devices('1')).toEqual([12_345]);
  });
});
