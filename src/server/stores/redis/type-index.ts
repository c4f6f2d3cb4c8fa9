import type { Found, Store } from '../../engine/store.ts';
import { rememberType } from '../../engine/store.ts';
import type { SessionRecord } from '../../engine/record.ts';
import type { Context } from './context.ts';
import { marked, unmarked, type Value } from './fields.ts';
import { partsOf } from './keys.ts';
import { readSessions } from './read-sessions.ts';

/** Where the sessions of named types are found. */
export interface TypeIndex {
  /** To be called before the session is kept, so that every one that lives is in the index. */
  add(record: SessionRecord): Promise<void>;
  ofType: Store['ofType'];
  /** Takes ids from the indexes whose sessions have left: looks at some of each, and goes on while it finds many. */
  sweep(now: number): Promise<void>;
}

/** A session that is not there may be about to be kept, for so long: then it stays in the index. */
const graceMs = 600_000;
const sample = 100;
/** Of one sweep of one type. */
const samples = 20;

/** An index for each type, in a slot of its own. */
export function createTypeIndex(context: Context): TypeIndex {
  const { connection, keys, timeOf } = context;
  const known = new Set<string>();

  /** What is there of these ids, and which are not there. */
  async function readAll(ids: readonly string[], now: number): Promise<{ found: Found[]; gone: string[] }> {
    const readings = await Promise.all(
      ids.map(async (id) => {
        const { tag, sid } = partsOf(id);
        return (await readSessions(context, tag, [sid], now))[0]!;
      }),
    );
    const found = readings.flatMap(({ record, notBefore }) => (record === null ? [] : [{ record, notBefore }]));
    return { found, gone: ids.filter((_, i) => readings[i]!.record === null) };
  }

  async function drop(type: string, gone: readonly string[], now: number): Promise<void> {
    if (gone.length === 0) return;
    const key = keys.type(type);
    const since = (await connection.send(key, ['zmscore', key, ...gone])) as Value[];
    const old = gone.filter((_, i) => Number(since[i] ?? now) < now - graceMs);
    if (old.length > 0) await connection.send(key, ['zrem', key, ...old]);
  }

  return {
    add: async ({ id, type, createdAt }) => {
      if (!isIndexed(type)) return;
      if (!known.has(type)) await connection.send(keys.types, ['sadd', keys.types, marked(type)]);
      known.add(type);
      const key = keys.type(type);
      await connection.send(key, ['zadd', key, String(createdAt), id]);
    },
    ofType: async (type, { limit, after }, at) => {
      const key = keys.type(type);
      const max = after === null ? '+inf' : String(after.createdAt);
      const found: Found[] = [];
      const gone: string[] = [];
      let now = at;
      for (let offset = 0; isIndexed(type);) {
        const range = ['zrange', key, max, '-inf', 'byscore', 'rev', 'limit', String(offset), String(limit + 1)];
        const [time, ids] = (await connection.transaction(key, [['time'], range])) as [unknown, string[]];
        now = timeOf(time, at);
        const read = await readAll(ids, now);
        found.push(...read.found.filter(({ record }) => after === null || isAfter(record, after)));
        gone.push(...read.gone);
        if (found.length >= limit || ids.length <= limit) break;
        offset += ids.length;
      }
      await drop(type, gone, now);
      return { now, found: found.slice(0, limit) };
    },
    sweep: async (now) => {
      const types = (await connection.send(keys.types, ['smembers', keys.types])) as Value[];
      for (const type of types.map((name) => unmarked(name) ?? ''))
        for (let i = 0; i < samples; i++) {
          const key = keys.type(type);
          const ids = (await connection.send(key, ['zrandmember', key, String(sample)])) as string[];
          const { gone } = await readAll(ids, now);
          await drop(type, gone, now);
          if (gone.length < sample / 4) break;
        }
    },
  };
}

function isIndexed(type: string): boolean {
  return type !== 'default' && type !== rememberType;
}

function isAfter(record: SessionRecord, after: { createdAt: number; id: string }): boolean {
  return record.createdAt < after.createdAt || (record.createdAt === after.createdAt && record.id < after.id);
}
