import { errors, Redis } from '@upstash/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type RunningRedis } from '../../server/stores/redis/start-redis.ts';
import { startRestBridge, type RestBridge } from './rest-bridge.ts';

let server: RunningRedis;
let bridge: RestBridge;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  bridge = await startRestBridge(server.url);
  redis = new Redis({ url: bridge.url, token: bridge.token });
}, 60_000);
beforeEach(async () => {
  await redis.flushall();
});
afterAll(async () => {
  await bridge?.stop();
  await server?.stop();
});

/** What the bridge answers to a bare request. */
async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<[number, unknown]> {
  const response = await fetch(`${bridge.url}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${bridge.token}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return [response.status, await response.json()];
}

describe('the REST protocol', () => {
  it('runs one command (S106)', async () => {
    expect(await post('/', ['set', 'a', 'hello', 'ex', 60])).toEqual([200, { result: 'OK' }]);
    expect(await post('/', ['get', 'a'])).toEqual([200, { result: 'hello' }]);
    expect(await post('/', ['ttl', 'a'])).toEqual([200, { result: 60 }]);
    expect(await post('/', ['get', 'b'])).toEqual([200, { result: null }]);
  });

  it('answers strings in base64 to who asks for it, all but a plain OK', async () => {
    const base64 = { 'Upstash-Encoding': 'base64' };
    expect(await post('/', ['set', 'a', 'héllo'], base64)).toEqual([200, { result: 'OK' }]);
    expect(await post('/', ['get', 'a'], base64)).toEqual([200, { result: 'aMOpbGxv' }]);
    await post('/', ['sadd', 'b', 'x']);
    expect(await post('/', ['smembers', 'b'], base64)).toEqual([200, { result: ['eA=='] }]);
  });

  it('runs several, and tells of each what became of it (S106)', async () => {
    await post('/', ['set', 'a', 'text']);
    const [status, answers] = await post('/pipeline', [
      ['get', 'a'],
      ['incr', 'a'],
      ['del', 'a'],
    ]);
    expect(status).toBe(200);
    expect(answers).toEqual([{ result: 'text' }, { error: expect.stringMatching(/not an integer/) }, { result: 1 }]);
  });

  it('runs several as one transaction (S106)', async () => {
    const [, answers] = await post('/multi-exec', [
      ['set', 'a', '1'],
      ['incr', 'a'],
      ['lpop', 'a'],
      ['get', 'a'],
    ]);
    expect(answers).toEqual([
      { result: 'OK' },
      { result: 2 },
      { error: expect.stringMatching(/WRONGTYPE/) },
      { result: '2' },
    ]);
  });

  it('does none of a transaction that cannot begin', async () => {
    expect(
      await post('/multi-exec', [
        ['set', 'a', '1'],
        ['set', 'b'],
      ]),
    ).toEqual([400, { error: expect.any(String) }]);
    expect(await post('/', ['exists', 'a'])).toEqual([200, { result: 0 }]);
  });

  it('refuses who does not know the token', async () => {
    for (const Authorization of ['', 'Bearer ', 'Bearer wrong', `Basic ${bridge.token}`])
      expect(await post('/', ['get', 'a'], { Authorization })).toEqual([401, { error: 'Unauthorized' }]);
  });

  it.each(['/', '/pipeline', '/multi-exec'])('refuses a body that is no command: %s', async (path) => {
    for (const body of ['', 'get a', '{}', '[]', '[{}]', '[[]]', '[[null]]', '[["get", {}]]'])
      expect(await post(path, body)).toEqual([400, { error: expect.stringMatching(/^ERR /) }]);
  });

  it('answers what Redis refuses with 400', async () => {
    expect(await post('/', ['nonsense'])).toEqual([400, { error: expect.stringMatching(/unknown command/) }]);
  });
});

describe('the client of @upstash/redis on it', () => {
  it('keeps objects, texts and lists', async () => {
    const object = { userId: 'user_1', tags: ['a', 'é'], deep: { n: 1.5, no: null } };
    await redis.set('object', object);
    await redis.set('text', 'OK');
    await redis.sadd('set', 'one', 'two');
    expect(await redis.get('object')).toEqual(object);
    expect(await redis.get('text')).toBe('OK');
    expect((await redis.smembers('set')).sort()).toEqual(['one', 'two']);
    expect(await redis.smembers('none')).toEqual([]);
  });

  it('reads a text that looks like a number as a number: ids need a letter in them', async () => {
    await redis.sadd('ids', '12345');
    await redis.sadd('ids', 'session_12345');
    expect(await redis.smembers('ids')).toEqual(expect.arrayContaining([12_345, 'session_12345']));
  });

  it('takes care of lives: set, keep, remove, ask', async () => {
    await redis.set('a', 'x', { ex: 100 });
    expect(await redis.ttl('a')).toBe(100);
    await redis.set('a', 'y', { keepTtl: true });
    expect(await redis.ttl('a')).toBe(100);
    await redis.set('a', 'z');
    expect([await redis.ttl('a'), await redis.ttl('none')]).toEqual([-1, -2]);
    expect([await redis.expire('a', 50), await redis.expire('none', 50)]).toEqual([1, 0]);
    expect([await redis.set('a', 'n', { nx: true }), await redis.set('a', 'g', { get: true })]).toEqual([null, 'z']);
  });

  it('drops a life of 0 seconds from the command, which Redis then refuses', async () => {
    await expect(redis.expire('a', 0)).rejects.toThrow(errors.UpstashError);
  });

  it('pipes, and names the command that failed', async () => {
    const pipeline = redis.pipeline().set('a', 'text').incr('a');
    await expect(pipeline.exec()).rejects.toThrow(/Command 2 \[ incr \] failed: ERR/);
    expect(await redis.multi().set('b', 1).incr('b').exec()).toEqual(['OK', 2]);
    await expect(redis.pipeline().exec()).rejects.toThrow('Pipeline is empty');
  });

  it('is told, and does not hang, when Redis has gone', async () => {
    const own = await startRedis();
    const itsBridge = await startRestBridge(own.url);
    try {
      const client = new Redis({ url: itsBridge.url, token: itsBridge.token });
      await client.set('a', 1);
      await own.stop();
      await expect(client.get('a')).rejects.toThrow(errors.UpstashError);
    } finally {
      await itsBridge.stop();
      await own.stop();
    }
  });
});
