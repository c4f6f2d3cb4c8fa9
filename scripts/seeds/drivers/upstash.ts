import type { Redis } from '@upstash/redis';
import { startRestBridge } from '../../../test/compat/upstash/rest-bridge.ts';
import { startRedis } from '../../../test/server/stores/redis/start-redis.ts';
import type { Check, Driver } from '../driver.ts';

type Fields = Record<string, unknown>;

/** What the block defines. */
interface Made {
  redis: Redis;
  createSession(userId: string, data: Fields): Promise<string>;
  getSession(id: string): Promise<Fields | null>;
  updateSession(id: string, updates: Fields): Promise<void>;
  extendSession(id: string): Promise<void>;
  deleteSession(id: string): Promise<void>;
  login(email: string, password: string): Promise<string>;
  logout(id: string): Promise<void>;
  getSessionWithSliding(id: string): Promise<Fields | null>;
  addToCartSession(id: string, item: unknown): Promise<unknown[]>;
  createMultiDeviceSession(userId: string, device: Fields): Promise<string>;
  logoutAllDevices(userId: string): Promise<void>;
  createRememberMeToken(userId: string): Promise<string>;
  loginWithRememberMe(token: string): Promise<string | null>;
  trackActivity(id: string, action: string): Promise<void>;
  cleanupExpiredSessions(userId: string): Promise<void>;
}

const names = [
  'redis',
  'createSession',
  'getSession',
  'updateSession',
  'extendSession',
  'deleteSession',
  'login',
  'logout',
  'getSessionWithSliding',
  'addToCartSession',
  'createMultiDeviceSession',
  'logoutAllDevices',
  'createRememberMeToken',
  'loginWithRememberMe',
  'trackActivity',
  'cleanupExpiredSessions',
] as const satisfies readonly (keyof Made)[];

const hour = 3600;

const examples: Driver = {
  heading: 'Examples',
  made: [...names],
  play: async ({ run, check }) => {
    const server = await startRedis();
    const bridge = await startRestBridge(server.url);
    process.env['UPSTASH_REDIS_REST_URL'] = bridge.url;
    process.env['UPSTASH_REDIS_REST_TOKEN'] = bridge.token;
    try {
      const made = (await run()) as unknown as Made;
      await lifecycle(made, check);
      await signIn(made, check);
      await devices(made, check);
      await rememberMe(made, check);
      await cartAndActivity(made, check);
    } finally {
      await bridge.stop();
      await server.stop();
    }
  },
};

async function lifecycle(made: Made, check: Check): Promise<void> {
  const { redis } = made;
  const before = Date.now();
  const id = await made.createSession('user_1', { theme: 'dark', since: new Date(0) });
  const key = `session:${id}`;
  const session = (await made.getSession(id))!;
  check.equal(
    'a session comes back as the object it was',
    { ...session, createdAt: 0 },
    {
      userId: 'user_1',
      theme: 'dark',
      since: '1970-01-01T00:00:00.000Z',
      createdAt: 0,
    },
  );
  check.ok('with the time of its creation', Number(session['createdAt']) >= before);
  check.ok('it lives an hour', isFull(await redis.ttl(key), hour));

  await redis.expire(key, 100);
  await made.getSession(id);
  check.ok('reading it moves nothing', (await redis.ttl(key)) <= 100);
  await made.extendSession(id);
  check.ok('extending it starts the hour anew', isFull(await redis.ttl(key), hour));
  await redis.expire(key, 100);
  await made.getSessionWithSliding(id);
  check.ok('so does a sliding read', isFull(await redis.ttl(key), hour));

  await redis.expire(key, 100);
  await made.updateSession(id, { theme: 'light', page: 2 });
  const updated = (await made.getSession(id))!;
  check.equal(
    'an update changes what it names',
    [updated['theme'], updated['page'], updated['userId']],
    ['light', 2, 'user_1'],
  );
  check.ok(
    'an update starts the hour anew',
    isFull(await redis.ttl(key), hour) && Number(updated['updatedAt']) >= before,
  );

  await redis.pexpire(key, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  check.equal('a session that ran out is null', await made.getSession(id), null);
  check.equal('also for a sliding read', await made.getSessionWithSliding(id), null);
  await check.fails('it cannot be updated', () => made.updateSession(id, {}), /^Error: Session not found$/);
  await made.extendSession(id);
  await made.deleteSession(id);
  check.equal('extending or deleting it says nothing and revives nothing', await redis.exists(key), 0);
}

async function signIn(made: Made, check: Check): Promise<void> {
  const id = await made.login('ada@example.com', 'secret');
  const session = (await made.getSession(id))!;
  check.equal(
    'sign-in keeps who it is',
    { ...session, createdAt: 0 },
    {
      userId: '123',
      email: 'ada@example.com',
      name: 'User',
      role: 'user',
      createdAt: 0,
    },
  );
  await made.logout(id);
  check.equal('sign-out ends it', await made.getSession(id), null);
}

async function devices(made: Made, check: Check): Promise<void> {
  const { redis } = made;
  const index = 'user:user_2:sessions';
  const phone = await made.createMultiDeviceSession('user_2', { device: 'phone' });
  const laptop = await made.createMultiDeviceSession('user_2', { device: 'laptop' });
  const other = await made.createMultiDeviceSession('user_3', { device: 'phone' });
  check.equal('both devices are listed', (await redis.smembers(index)).sort(), [phone, laptop].sort());
  check.equal('each has its session', (await made.getSession(laptop))?.['device'], 'laptop');

  await redis.del(`session:${phone}`);
  await made.cleanupExpiredSessions('user_2');
  check.equal('a cleanup drops the dead one from the list', await redis.smembers(index), [laptop]);
  await made.cleanupExpiredSessions('user_2');
  check.equal('and leaves the living', await redis.smembers(index), [laptop]);
  await check.fails(
    'with nothing to clean up the client refuses',
    () => made.cleanupExpiredSessions('user_9'),
    /Pipeline is empty/,
  );

  await made.logoutAllDevices('user_2');
  check.equal('sign-out everywhere ends all', [await made.getSession(laptop), await redis.exists(index)], [null, 0]);
  check.ok('and nobody else’s', (await made.getSession(other)) !== null);
  await made.logoutAllDevices('user_9');
  check.ok('and is fine with nobody', true);
}

async function rememberMe(made: Made, check: Check): Promise<void> {
  const { redis } = made;
  const token = await made.createRememberMeToken('user_4');
  check.ok('a remember-me token lives 30 days', isFull(await redis.ttl(`remember:${token}`), 30 * 24 * hour));
  const id = (await made.loginWithRememberMe(token))!;
  check.equal('it signs in', (await made.getSession(id))?.['userId'], 'user_4');
  check.equal('an unknown one does not', await made.loginWithRememberMe('unknown'), null);
}

async function cartAndActivity(made: Made, check: Check): Promise<void> {
  const { redis } = made;
  const id = await made.createSession('user_5', {});
  await made.addToCartSession(id, { sku: 'a' });
  check.equal('a cart grows', await made.addToCartSession(id, { sku: 'b' }), [{ sku: 'a' }, { sku: 'b' }]);
  check.ok('it lives a day', isFull(await redis.ttl(`cart:${id}`), 24 * hour));

  const before = Date.now();
  await redis.expire(`session:${id}`, 100);
  await made.trackActivity(id, 'checkout');
  const { lastActivity } = (await made.getSession(id)) as { lastActivity: { action: string; timestamp: number } };
  check.ok('activity is kept', lastActivity.action === 'checkout' && lastActivity.timestamp >= before);
  check.ok('and starts the hour anew', isFull(await redis.ttl(`session:${id}`), hour));

  await made.deleteSession(id);
  check.equal('the cart outlives its session', (await redis.get<unknown[]>(`cart:${id}`))?.length, 2);
  await made.trackActivity(id, 'late');
  check.equal('activity of a session that is over is nothing', await made.getSession(id), null);
}

/** Set a moment ago: a whole life, but for the few seconds a slow machine takes. */
function isFull(ttl: number, life: number): boolean {
  return ttl <= life && ttl > life - 30;
}

/** One for each block, in order. */
export const upstashDrivers: readonly Driver[] = [examples];
