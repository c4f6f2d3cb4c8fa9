import type { Redis } from '@upstash/redis';

/** A session as it lies in its key. */
export interface KeptSession {
  userId: string;
  createdAt: number;
  updatedAt?: number;
  lastActivity?: { action: string; timestamp: number };
  [field: string]: unknown;
}

type Fields = Record<string, unknown>;
type CheckPassword = (email: string, password: string) => ({ id: string } & Fields) | null;

const hour = 3600;
const day = 24 * hour;

/** Sessions as plain keys with a life, the way people write them by hand on Redis. */
export class PlainKeySessions {
  readonly #redis: Redis;
  readonly #checkPassword: CheckPassword;

  constructor(redis: Redis, checkPassword: CheckPassword) {
    this.#redis = redis;
    this.#checkPassword = checkPassword;
  }

  async create(userId: string, fields: Fields = {}): Promise<string> {
    const id = crypto.randomUUID();
    await this.#write(id, { userId, ...fields, createdAt: Date.now() });
    return id;
  }

  get(id: string): Promise<KeptSession | null> {
    return this.#redis.get<KeptSession>(sessionKey(id));
  }

  async getAndSlide(id: string): Promise<KeptSession | null> {
    const session = await this.get(id);
    if (session) await this.extend(id);
    return session;
  }

  async update(id: string, fields: Fields): Promise<void> {
    const session = await this.get(id);
    if (!session) throw new Error('Session not found');
    await this.#write(id, { ...session, ...fields, updatedAt: Date.now() });
  }

  async extend(id: string): Promise<void> {
    await this.#redis.expire(sessionKey(id), hour);
  }

  async end(id: string): Promise<void> {
    await this.#redis.del(sessionKey(id));
  }

  async signIn(email: string, password: string): Promise<string> {
    const user = this.#checkPassword(email, password);
    if (!user) throw new Error('Invalid credentials');
    const { id, ...fields } = user;
    return this.create(id, fields);
  }

  async addToCart(id: string, item: unknown): Promise<unknown[]> {
    const cart = [...((await this.#redis.get<unknown[]>(cartKey(id))) ?? []), item];
    await this.#redis.set(cartKey(id), cart, { ex: day });
    return cart;
  }

  async createOnDevice(userId: string, device: Fields): Promise<string> {
    const id = await this.create(userId, device);
    await this.#redis.sadd(devicesKey(userId), id);
    return id;
  }

  devices(userId: string): Promise<string[]> {
    return this.#redis.smembers(devicesKey(userId));
  }

  async endAll(userId: string): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const id of await this.devices(userId)) pipeline.del(sessionKey(id));
    await pipeline.del(devicesKey(userId)).exec();
  }

  async remember(userId: string): Promise<string> {
    const token = crypto.randomUUID();
    await this.#redis.set(`remember:${token}`, { userId, createdAt: Date.now() }, { ex: 30 * day });
    return token;
  }

  async signInRemembered(token: string): Promise<string | null> {
    const remembered = await this.#redis.get<{ userId: string }>(`remember:${token}`);
    return remembered && this.create(remembered.userId);
  }

  async track(id: string, action: string): Promise<void> {
    const session = await this.get(id);
    if (session) await this.#write(id, { ...session, lastActivity: { action, timestamp: Date.now() } });
  }

  async forgetDead(userId: string): Promise<void> {
    const ids = await this.devices(userId);
    const pipeline = this.#redis.pipeline();
    for (const id of ids) pipeline.exists(sessionKey(id));
    const found = await pipeline.exec<number[]>();
    const dead = ids.filter((_, index) => found[index] === 0);
    if (dead.length > 0) await this.#redis.srem(devicesKey(userId), ...dead);
  }

  async #write(id: string, session: Fields): Promise<void> {
    await this.#redis.set(sessionKey(id), session, { ex: hour });
  }
}

function sessionKey(id: string): string {
  return `session:${id}`;
}

function cartKey(id: string): string {
  return `cart:${id}`;
}

function devicesKey(userId: string): string {
  return `user:${userId}:sessions`;
}
