// What sessions weigh, whether an operation costs the same however many there are, and what it costs to end all of somebody's.
import { statSync } from 'node:fs';
import path from 'node:path';
import { createKeys } from '../../src/server/stores/redis/keys.ts';
import { startRedis, type RedisServer } from '../redis-server.ts';
import { inMicros, verdict, type Row } from '../row.ts';
import { interleaved, median } from '../statistics.ts';
import { startStoreWorker, type StoreWorker } from './store-worker.ts';

const kinds = ['memory', 'sqlite', 'redis'] as const;
type Kind = (typeof kinds)[number];

const mostFlat = 1.2;
const requests = ['sign-in', 'read my session', 'refresh', 'touch', 'write data', 'sign-out'];
/** Those that make sessions are few, so that few stay few. */
const requestsARound = (request: string): number => (['sign-in', 'sign-out'].includes(request) ? 300 : 1000);
/** The logs of events in Redis, of all users. */
const eventKeys = createKeys('*').events('*');
const leastSessions = 10_000;
const mostOfOne = 10_000;
/** In pairs of somebody with one session and somebody with ten thousand. */
const pairsARound = 4;
const weighed = 100_000;
const atOnce = 1000;
const inThousands = (count: number): string => count.toLocaleString('en');

/** Opens a store of a kind, with nobody else in it, for as long as `use` takes. */
async function withStore<Answer>(
  kind: Kind,
  { folder, eventLimit }: { folder: string; eventLimit?: number },
  use: (worker: StoreWorker, place: { file: string; redis: RedisServer | null }) => Promise<Answer>,
): Promise<Answer> {
  const redis = kind === 'redis' ? await startRedis() : null;
  const file = path.join(folder, `${kind}-${performance.now()}.db`);
  const urls = { memory: 'memory', sqlite: `sqlite:${file}`, redis: redis?.url ?? '' };
  const worker = startStoreWorker(urls[kind], eventLimit);
  try {
    return await use(worker, { file, redis });
  } finally {
    await worker.close();
    await redis?.close();
  }
}

/** Bytes per session; those of the log of events, of which one is kept, apart. */
export async function weightRows(folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  const budgets = { redis: 500, sqlite: 300 };
  const add = (kind: 'redis' | 'sqlite', what: string, bytes: number, budget: number | null): void => {
    rows.push({
      what: `peers, ${kind}: bytes ${what}`,
      ours: `${bytes.toFixed(0)} bytes`,
      floor: null,
      ratio: null,
      budget: budget === null ? null : `${budget} bytes`,
      verdict: budget === null ? 'info' : verdict(bytes <= budget),
    });
  };
  for (const kind of ['redis', 'sqlite'] as const)
    for (const device of [false, true]) {
      const { bytes, log } = await (kind === 'redis' ? weighRedis(folder, device) : weighSqlite(folder, device));
      const kept = device ? 'a key and the name of a browser' : 'a key';
      add(kind, `per session of ${inThousands(weighed)}, each with ${kept}`, bytes, device ? null : budgets[kind]);
      if (log !== null && device) add(kind, `of the log of somebody who signed in once, beside that`, log, null);
    }
  return rows;
}

interface Weight {
  bytes: number;
  log: number | null;
}

async function weighRedis(folder: string, device: boolean): Promise<Weight> {
  return withStore('redis', { folder, eventLimit: 1 }, async (worker, { redis }) => {
    if (redis === null) throw new Error('There is no Redis to weigh.');
    // Scripts, and what else is there once.
    await worker.tell({ do: 'fill', count: atOnce, device, sampled: 0 });
    await redis.deleteKeys(eventKeys);
    const before = await redis.usedMemory();
    let log = 0;
    // Logs are taken away as they come: the table of keys would keep the room of all of them.
    for (let count = 0; count < weighed; count += atOnce) {
      await worker.tell({ do: 'fill', count: atOnce, device, sampled: 0 });
      const withLog = await redis.usedMemory();
      await redis.deleteKeys(eventKeys);
      log += withLog - (await redis.usedMemory());
    }
    return { bytes: ((await redis.usedMemory()) - before) / weighed, log: log / weighed };
  });
}

async function weighSqlite(folder: string, device: boolean): Promise<Weight> {
  return withStore('sqlite', { folder, eventLimit: 1 }, async (worker, { file }) => {
    await worker.tell({ do: 'fill', count: weighed, device, sampled: 0 });
    // Closing empties the write-ahead log into the file.
    await worker.tell({ do: 'close' });
    return { bytes: statSync(file).size / weighed, log: null };
  });
}

/** Signing somebody out everywhere who has one session, or ten thousand. */
export async function everywhereRows(folder: string, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds) {
    const costs = await withStore(kind, { folder }, async (worker) => {
      const found: Array<{ one: number[]; many: number[] }> = [];
      // The code is warm after a while.
      for (let i = 0; i < 30; i++) await worker.tell({ do: 'everywhere', most: 1, pairs: 1 });
      for (let i = 0; i < rounds; i += pairsARound)
        found.push(await worker.tell({ do: 'everywhere', most: mostOfOne, pairs: pairsARound }));
      return found;
    });
    rows.push(
      flatRow(`${kind}: sign-out everywhere, of ${inThousands(mostOfOne)} sessions beside one`, {
        few: median(costs.flatMap(({ one }) => one)),
        many: median(costs.flatMap(({ many }) => many)),
      }),
    );
  }
  return rows;
}

/** Every kind of request with few sessions and with many in the store. */
export async function growthRows(folder: string, most: number, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds)
    await withStore(kind, { folder }, (few) =>
      withStore(kind, { folder }, async (many) => {
        await few.tell({ do: 'fill', count: leastSessions, device: true, sampled: leastSessions });
        await many.tell({ do: 'fill', count: most, device: true, sampled: leastSessions });
        const cases = requests.flatMap((request) => {
          const of = (worker: StoreWorker) => (): Promise<number> =>
            worker.tell({ do: 'cost', request, count: requestsARound(request) });
          return [
            [`few ${request}`, of(few)],
            [`many ${request}`, of(many)],
          ] as const;
        });
        const costs = await interleaved(Object.fromEntries(cases), { rounds, warmUp: 4 });
        for (const request of requests)
          rows.push(
            flatRow(`${kind}: ${request}, with ${inThousands(most)} sessions beside ${inThousands(leastSessions)}`, {
              few: median(costs[`few ${request}`] ?? []),
              many: median(costs[`many ${request}`] ?? []),
            }),
          );
      }),
    );
  return rows;
}

function flatRow(what: string, { few, many }: { few: number; many: number }): Row {
  const ratio = many / few;
  return {
    what: `peers, ${what}`,
    ours: inMicros(many),
    floor: inMicros(few),
    ratio,
    budget: `${mostFlat}x`,
    verdict: verdict(ratio <= mostFlat),
  };
}
