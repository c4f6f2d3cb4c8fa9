import { decideSweep } from '../../engine/decide-sweep.ts';
import type { SessionRecord } from '../../engine/record.ts';
import type { Reading } from '../../engine/store.ts';
import type { Context } from './context.ts';
import { pairsIn, recordOf, type Value } from './fields.ts';

/**
 * Reads sessions of one user without a script: each together with the user's stamp, in one round trip. Those that have long
 * fields, which few have, take another, which reads all of them anew.
 */
export async function readSessions(
  context: Context,
  tag: string,
  sids: readonly string[],
  now: number,
): Promise<Reading[]> {
  const { connection, keys, timeOf } = context;
  const ofEverybody = await context.everybody();

  async function readAll(
    some: readonly string[],
    withLong: boolean,
  ): Promise<Map<string, Reading & { hasLong: boolean }>> {
    const kinds = withLong ? [keys.session, keys.long] : [keys.session];
    const [notBefore, time, ...found] = (await connection.transaction(keys.index(tag), [
      ['get', keys.notBefore(tag)],
      ['time'],
      ...some.flatMap((sid) => kinds.map((key) => ['hgetall', key(tag, sid)])),
    ])) as [Value, unknown, ...unknown[]];
    const at = timeOf(time, now);
    const stamp = Math.max(Number(notBefore ?? 0), ofEverybody);
    const readings = some.map((sid, i) => {
      const pairs = found.slice(i * kinds.length, (i + 1) * kinds.length).flatMap(pairsIn);
      const hasLong = pairs.some(([name]) => name === longMark);
      return [sid, { ...readingOf(recordOf(tag, sid, pairs), stamp, at), hasLong }] as const;
    });
    return new Map(readings);
  }

  const read = await readAll(sids, false);
  const long = sids.filter((sid) => read.get(sid)!.hasLong);
  const whole = long.length === 0 ? read : await readAll(long, true);
  return sids.map((sid) => {
    const { record, notBefore, now: at } = (whole.get(sid) ?? read.get(sid))!;
    return { record, notBefore, now: at };
  });
}

/** The field that a session has while some of its fields are in its key of long ones. */
const longMark = 'L';

/** A record whose tombstone is no longer due is not there, whether Redis has removed it yet or not. */
function readingOf(record: SessionRecord | null, notBefore: number, now: number): Reading {
  const isGone = record !== null && decideSweep(record, notBefore, now).outcome === 'remove';
  return { record: isGone ? null : record, notBefore, now };
}
