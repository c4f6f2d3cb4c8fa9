// The engine on one store, without HTTP: fills it, and tells what an operation costs this process.
import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { createSessions } from '../../src/server/engine/create-sessions.ts';
import type { IssuedSession } from '../../src/server/engine/sessions.ts';
import { newSecrets } from '../../src/server/node/secrets.ts';
import { createMac } from '../../src/server/tokens/mac.ts';
import { createRandom } from '../../src/server/tokens/random.ts';
import { openBenchStore } from '../server/open-bench-store.ts';
import { inLanes } from '../server/load.ts';
import { commandTime, processTime, type BusyTime } from './redis-time.ts';
import type { Order } from './store-worker.ts';

const [, , url = 'memory', eventLimit = '10000'] = process.argv;
const lanes = 16;
const sampled = 10_000;
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

/** Sessions to work on, spread over everything that was filled in. */
const sample: IssuedSession[] = [];
const toRevoke: string[] = [];
let people = 0;

function create(userId: string, device: boolean): Promise<IssuedSession> {
  const keyThumbprint = randomBytes(32).toString('base64url');
  return sessions.create({ userId, keyThumbprint, ...(device ? { device: { label: null, userAgent: browser } } : {}) });
}

const nextUser = (): string => `user_${String(people++).padStart(8, '0')}`;
const anyOne = (): IssuedSession => sample[Math.floor(Math.random() * sample.length)] as IssuedSession;

const operations: Record<string, () => Promise<unknown>> = {
  create: () => create(nextUser(), true),
  read: () => {
    const { session, stamp } = anyOne();
    return sessions.check(session.id, stamp);
  },
  refresh: async () => {
    // Two lanes may not refresh the same one at the same time.
    const place = Math.floor(Math.random() * sample.length);
    const [one] = sample.splice(place, 1) as [IssuedSession];
    const { refreshToken, session } = one;
    const attemptKey = randomBytes(16).toString('base64url');
    const outcome = await sessions.refresh({ refreshToken, attemptKey, keyThumbprint: session.keyThumbprint });
    if (outcome.outcome !== 'rotated') throw new Error(`A refresh was answered ${outcome.outcome}.`);
    sample.push(outcome);
  },
  touch: () => sessions.touch(anyOne().session.id),
  'write data': () => sessions.data.set(anyOne().session.id, 'cart', { items: ['pen', 'ink'] }),
  revoke: () => sessions.revoke(toRevoke.pop() ?? '', 'signed_out_elsewhere'),
};

/** Microseconds of processor time that the work takes of this process, and of Redis. */
async function timed(work: () => Promise<unknown>, ofRedis: BusyTime): Promise<number> {
  const busy = await ofRedis();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system + (await busy());
}

/** So many calls go before one that is timed. */
const warmUps = 50;
/** And so many more once memory was cleared. */
const afterClearing = 5;

async function everywhere(most: number, first: 'one' | 'many'): Promise<{ one: number; many: number }> {
  const userWith = async (count: number): Promise<string> => {
    const userId = nextUser();
    await inLanes(count, () => create(userId, true), lanes);
    return userId;
  };
  const costOf = (userId: string, count: number): Promise<number> =>
    timed(async () => {
      const { count: ended } = await sessions.revokeAll(userId);
      if (ended !== count) throw new Error(`${ended} of ${count} sessions were ended.`);
    }, commandTime(redis));
  // Everybody is there before anything is timed, what they left is cleared away, and the first calls are not timed.
  const counts = { many: most, one: 1 };
  const users = { many: await userWith(most), one: await userWith(1) };
  const costs = { many: 0, one: 0 };
  for (const who of first === 'one' ? (['one', 'many'] as const) : (['many', 'one'] as const)) {
    for (let i = 0; i < warmUps; i++) await costOf(await userWith(1), 1);
    globalThis.gc?.();
    for (let i = 0; i < afterClearing; i++) await costOf(await userWith(1), 1);
    costs[who] = await costOf(users[who], counts[who]);
  }
  return costs;
}

const orders: { [Name in Order['do']]: (order: Extract<Order, { do: Name }>) => Promise<unknown> } = {
  fill: async ({ count, device }) => {
    const every = Math.max(1, Math.floor(count / sampled));
    await inLanes(
      count,
      async (_lane, index) => {
        const issued = await create(nextUser(), device);
        if (index % every === 0) sample.push(issued);
      },
      lanes,
    );
  },
  cost: async ({ operation, count }) => {
    const work = operations[operation];
    if (work === undefined) throw new Error(`There is no operation '${operation}'.`);
    if (operation === 'revoke')
      await inLanes(count, async () => toRevoke.push((await create(nextUser(), true)).session.id), lanes);
    return (await timed(() => inLanes(count, work, lanes), processTime(redis))) / count;
  },
  everywhere: ({ most, first }) => everywhere(most, first),
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
