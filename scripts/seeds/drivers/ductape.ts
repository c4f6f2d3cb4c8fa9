import { mock } from 'node:test';
import type { Driver, Stage } from '../driver.ts';

/** A session type as the document's table of fields has it. */
interface TypeConfig {
  name: string;
  tag: string;
  description: string;
  schema: Record<string, unknown>;
  selector: string;
  expiry: number;
  period: string;
}

interface Ductape {
  product: {
    sessions: {
      create(type: TypeConfig): Promise<TypeConfig>;
      fetch(tag: string): Promise<TypeConfig | null>;
      fetchAll(): Promise<TypeConfig[]>;
    };
  };
  sessions: {
    start(input: object): Promise<{ token: string; refreshToken: string; sessionId: string; expiresAt: Date | string }>;
    verify(input: object): Promise<{ valid: boolean; data?: unknown }>;
    fetchUsers(request: object): Promise<{ users: { identifier: string }[] }>;
  };
}

interface Module {
  Ductape: new (options: object) => Ductape;
}

const ambient = "declare const ductape: import('ductape').Ductape;";

const userSession: TypeConfig = {
  name: 'User Session',
  tag: 'user-session',
  description: 'Main user authentication session',
  schema: { userId: 'user_123', details: { username: 'johndoe', email: 'john@example.com' } },
  selector: '$Session{userId}',
  expiry: 7,
  period: 'days',
};

async function connected({ load }: Stage): Promise<Ductape> {
  mock.timers.enable({ apis: ['Date'], now: Date.UTC(2025, 6, 1) });
  const { Ductape } = (await load('ductape')) as Module;
  return new Ductape({ accessKey: 'key', product: 'shop', env: 'dev' });
}

/** Starts a session of a type for user_1 and says how long it lives, in hours. Afterwards it is over. */
async function startedHours(ductape: Ductape, { check }: Stage, tag: string, data: object): Promise<number> {
  const started = await ductape.sessions.start({ product: 'shop', env: 'dev', tag, data });
  check.ok('its token carries the tag', started.token.startsWith(`${tag}:eyJ`));
  const verified = await ductape.sessions.verify({ tag, token: started.token });
  check.equal('and holds its data', [verified.valid, verified.data], [true, data]);
  check.ok('which cannot be read off it', !decoded(started.token).includes('ada@example.com'));
  const { users } = await ductape.sessions.fetchUsers({ session: tag });
  check.equal(
    'its user is whom the selector finds',
    users.map(({ identifier }) => identifier),
    ['user_1'],
  );
  const lifeMs = new Date(started.expiresAt).getTime() - Date.now();
  const verdict = async (): Promise<boolean> => (await ductape.sessions.verify({ tag, token: started.token })).valid;
  mock.timers.tick(lifeMs - 1);
  const before = await verdict();
  mock.timers.tick(1);
  check.equal('it is good up to its end, and not at it', [before, await verdict()], [true, false]);
  return lifeMs / 3_600_000;
}

function decoded(token: string): string {
  return token
    .split(/[:.]/)
    .map((part) => Buffer.from(part, 'base64url').toString())
    .join('\n');
}

function pick(type: TypeConfig | null | undefined): Partial<TypeConfig> | null | undefined {
  if (!type) return type;
  const { name, tag, description, schema, selector, expiry, period } = type;
  return { name, tag, description, schema, selector, expiry, period };
}

const quickExample: Driver = {
  heading: 'Quick Example',
  ambient,
  free: ['ductape'],
  play: async (stage) => {
    const ductape = await connected(stage);
    await stage.run({ ductape });
    const { check } = stage;
    check.equal(
      'the type is kept as it was given',
      pick(await ductape.product.sessions.fetch('user-session')),
      userSession,
    );
    await check.fails('a second of that tag is refused', () => ductape.product.sessions.create(userSession), /exist/i);
    const data = { userId: 'user_1', details: { username: 'ada', email: 'ada@example.com' } };
    check.equal('a session of it lives 7 days', await startedHours(ductape, stage, 'user-session', data), 168);
  },
};

const creating: Driver = {
  heading: 'Creating a Session Type',
  ambient,
  free: ['ductape'],
  play: async (stage) => {
    const ductape = await connected(stage);
    await stage.run({ ductape });
    const { check } = stage;
    const type = await ductape.product.sessions.fetch('checkout-session');
    check.equal('the type is kept', [type?.name, type?.expiry, type?.period], ['Checkout Session', 1, 'hours']);
    const data = { userId: 'user_1', details: { email: 'ada@example.com', cartId: 'cart_1' } };
    check.equal('a session of it lives an hour', await startedHours(ductape, stage, 'checkout-session', data), 1);
    await check.fails(
      'data of another shape is refused',
      () => ductape.sessions.start({ product: 'shop', env: 'dev', tag: 'checkout-session', data: { userId: 1 } }),
      /userId|data/i,
    );
  },
};

const updating: Driver = {
  heading: 'Updating a Session',
  ambient,
  free: ['ductape'],
  play: async (stage) => {
    const ductape = await connected(stage);
    await ductape.product.sessions.create(userSession);
    await stage.run({ ductape });
    const { check } = stage;
    check.equal(
      'it lives 14 days, and is otherwise as it was',
      pick(await ductape.product.sessions.fetch('user-session')),
      {
        ...userSession,
        expiry: 14,
      },
    );
    const data = { userId: 'user_1', details: { username: 'ada', email: 'ada@example.com' } };
    check.equal('so does a new session of it', await startedHours(ductape, stage, 'user-session', data), 336);
  },
};

const fetching: Driver = {
  heading: 'Fetching Sessions',
  ambient,
  free: ['ductape'],
  made: ['sessions', 'session'],
  play: async (stage) => {
    const ductape = await connected(stage);
    const { check } = stage;
    const before = await stage.run({ ductape });
    check.equal('nothing before there is a type', [before['sessions'], before['session']], [[], null]);
    await ductape.product.sessions.create(userSession);
    await ductape.product.sessions.create({ ...userSession, tag: 'support-chat' });
    const made = (await stage.run({ ductape })) as { sessions: TypeConfig[]; session: TypeConfig };
    check.equal('all types', made.sessions.map(({ tag }) => tag).sort(), ['support-chat', 'user-session']);
    check.equal('one type', pick(made.session), userSession);
  },
};

/** One for each block, in order. */
export const ductapeDrivers: readonly Driver[] = [quickExample, creating, updating, fetching];
