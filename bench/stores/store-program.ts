// The server on one store, without sockets: fills it, and tells what a request costs this process.
import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { createSessions } from '../../src/server/engine/create-sessions.ts';
import type { IssuedSession } from '../../src/server/engine/sessions.ts';
import { createSessionServer } from '../../src/server/http/session-server.ts';
import { newSecrets } from '../../src/server/node/secrets.ts';
import { createAccessTokens } from '../../src/server/tokens/access-tokens.ts';
import { createMac } from '../../src/server/tokens/mac.ts';
import { createRandom } from '../../src/server/tokens/random.ts';
import { openBenchStore } from '../server/open-bench-store.ts';
import { inLanes } from '../server/load.ts';
import { commandTime, processTime } from './redis-time.ts';
import type { Order } from './store-worker.ts';

const [, , url = 'memory', eventLimit = '10000'] = process.argv;
const lanes = 16;
const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

const secrets = newSecrets();
const sessions = createSessions({
  store: await openBenchStore(url, { eventLimit: Number(eventLimit) }),
  clock: { now: () => Date.now() },
  random: createRandom(),
  mac: createMac({ secrets: secrets.mac, current: secrets.currentMac, userTagSecret: secrets.userTag }),
});
/** For asking Redis how busy it was. */
const redis = url.startsWith('redis:') ? await createClient({ url }).connect() : null;

const origin = 'http://localhost';
const tokens = createAccessTokens({ issuer: origin, audience: origin, life: '12h' });
const server = createSessionServer({
  sessions,
  tokens,
  origins: [origin],
  authenticate: ({ username }) => ({ id: String(username) }),
  limits: false,
});

/** Somebody to work on; they are spread over everything that was filled in. */
type Person = Record<'accessToken' | 'refreshToken', string>;
const sample: Person[] = [];
const toRevoke: string[] = [];
let people = 0;

function create(userId: string, device: boolean): Promise<IssuedSession> {
  const keyThumbprint = randomBytes(32).toString('base64url');
  return sessions.create({ userId, keyThumbprint, ...(device ? { device: { label: null, userAgent: browser } } : {}) });
}

const nextUser = (): string => `user_${String(people++).padStart(8, '0')}`;
const anyOne = (): Person => sample[Math.floor(Math.random() * sample.length)] as Person;

/** A session whose tokens need no proof. */
async function join(userId: string): Promise<Person> {
  const { session, stamp, refreshToken } = await sessions.create({
    userId,
    device: { label: null, userAgent: browser },
  });
  const { token } = await tokens.issue({ session, stamp, bound: false });
  return { accessToken: token, refreshToken };
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A request to the whole server but for the socket. */
async function ask(path: string, init: Asked = {}): Promise<string> {
  const length = init.body !== undefined ? { 'content-length': String(init.body.length) } : {};
  const headers = { 'user-agent': browser, ...length, ...init.headers };
  const answer = await server.fetch(new Request(origin + path, { ...init, headers }));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
  return text;
}

const bearer = ({ accessToken }: Person): { authorization: string } => ({ authorization: `Bearer ${accessToken}` });
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const requests: Record<string, () => Promise<unknown>> = {
  'sign-in': () => {
    const body = JSON.stringify({ credentials: { username: nextUser(), password: 'right' } });
    return ask('/sessions', { method: 'POST', headers: json, body });
  },
  'read my session': () => ask('/session', { headers: bearer(anyOne()) }),
  refresh: async () => {
    // Two lanes may not refresh the same one at the same time.
    const [one] = sample.splice(Math.floor(Math.random() * sample.length), 1) as [Person];
    const body = `grant_type=refresh_token&refresh_token=${one.refreshToken}`;
    const headers = { ...form, 'idempotency-key': randomBytes(16).toString('base64url') };
    const answer = JSON.parse(await ask('/token', { method: 'POST', headers, body })) as Record<string, string>;
    sample.push({ accessToken: answer['access_token'] ?? '', refreshToken: answer['refresh_token'] ?? '' });
  },
  touch: () => ask('/session/touch', { method: 'POST', headers: bearer(anyOne()) }),
  'write data': () => {
    const body = '{"items":["pen","ink"]}';
    return ask('/session/data/cart', { method: 'PUT', headers: { ...bearer(anyOne()), ...json }, body });
  },
  'sign-out': () => ask('/revoke', { method: 'POST', headers: form, body: `token=${toRevoke.pop() ?? ''}` }),
};

/** Microseconds of processor time that the work takes of this process, all its threads, and of Redis. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const busy = await processTime(redis)();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system + (await busy());
}

/**
 * The same for one short call: of our thread, because what others clear away meanwhile is a matter of chance. In memory a call is
 * shorter than what the system counts in, and waits for nothing, so there it is the time that passes.
 */
async function timedOnce(work: () => Promise<unknown>): Promise<number> {
  const busy = await commandTime(redis)();
  const spent = url === 'memory' ? (): number => performance.now() * 1000 : threadTime;
  const before = spent();
  await work();
  return spent() - before + (await busy());
}

function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** So many calls go before those that are timed. */
const warmUps = 50;
/** And so many more once memory was cleared. */
const afterClearing = 10;

/** Everybody is there before anything is timed, what they left is cleared away, and the two kinds come in turn. */
async function everywhere(most: number, pairs: number): Promise<{ one: number[]; many: number[] }> {
  const userWith = async (count: number): Promise<string> => {
    const userId = nextUser();
    await inLanes(count, () => create(userId, true), lanes);
    return userId;
  };
  const costOf = (userId: string, count: number): Promise<number> =>
    timedOnce(async () => {
      const { count: ended } = await sessions.revokeAll(userId);
      if (ended !== count) throw new Error(`${ended} of ${count} sessions were ended.`);
    });
  const users: Array<Record<'one' | 'many', string>> = [];
  for (let i = 0; i < pairs; i++) users.push({ many: await userWith(most), one: await userWith(1) });
  for (let i = 0; i < warmUps; i++) await costOf(await userWith(1), 1);
  globalThis.gc?.();
  // Threads that clear away go on for a while.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (let i = 0; i < afterClearing; i++) await costOf(await userWith(1), 1);
  const costs = { one: [] as number[], many: [] as number[] };
  for (const [place, { one, many }] of users.entries()) {
    if (place % 2 === 0) costs.many.push(await costOf(many, most));
    costs.one.push(await costOf(one, 1));
    if (place % 2 === 1) costs.many.push(await costOf(many, most));
  }
  return costs;
}

const orders: { [Name in Order['do']]: (order: Extract<Order, { do: Name }>) => Promise<unknown> } = {
  fill: async ({ count, device, sampled }) => {
    const every = Math.ceil(count / sampled);
    await inLanes(
      count,
      async (_lane, index) => {
        if (sampled > 0 && index % every === 0) sample.push(await join(nextUser()));
        else await create(nextUser(), device);
      },
      lanes,
    );
  },
  cost: async ({ request, count }) => {
    const work = requests[request];
    if (work === undefined) throw new Error(`There is no request '${request}'.`);
    if (request === 'sign-out')
      await inLanes(count, async () => toRevoke.push((await create(nextUser(), true)).revocationToken), lanes);
    return (await timed(() => inLanes(count, work, lanes))) / count;
  },
  everywhere: ({ most, pairs }) => everywhere(most, pairs),
  close: () => sessions.close(),
};

async function carryOut<Name extends Order['do']>(order: Extract<Order, { do: Name }>): Promise<void> {
  const answer = await orders[order.do as Name](order);
  process.send?.({ answer });
}

process.on('disconnect', () => process.exit(0));
process.on('message', (order: Order) => {
  carryOut(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
