import type { DatabaseSync } from 'node:sqlite';

/**
 * What is known of users: not-before stamps, which most have none of, and for those with very many sessions how many are live,
 * so that a sign-out of everything need not count them.
 */
export interface UserTable {
  /** The later of the user's and everybody's. */
  notBefore(tag: Uint8Array): number;
  /** Raises everybody's, and ends all counts. */
  setEverybody(stamp: number): void;
  /** Ends the count, too. */
  setNotBefore(tag: Uint8Array, stamp: number): void;
  /** How many sessions are live, if that is known at `now` without looking at them. */
  counted(tag: Uint8Array, now: number): number | null;
  /** Begins a count. No session of it expires before `nextEnd`. */
  count(tag: Uint8Array, live: number, nextEnd: number): void;
  /** One more, which ends at `end`. False when this user is not counted. */
  countOne(tag: Uint8Array, end: number): boolean;
  /** One less: the session that had this stamp, and had not expired. */
  uncountOne(tag: Uint8Array, stamp: number): void;
  /** One of them may end at `end` already. */
  mayEndAt(tag: Uint8Array, end: number): void;
  /** Tags of those of whom it is not known any more at `now` how many are live: one may have expired since they were counted. */
  toCount(now: number): Uint8Array[];
  /** Removes stamps older than `before` that no session is left to be killed by, where nothing is live. */
  sweep(before: number): void;
}

/** Everybody's stamp lies under the empty tag, which is nobody's. SQL that reads it once a statement. */
export const everybodyNotBefore = "coalesce((SELECT not_before FROM users WHERE tag = x''), 0)";

/** The table of users over `db`. */
export function createUserTable(db: DatabaseSync): UserTable {
  const get = db.prepare("SELECT max(not_before) AS not_before FROM users WHERE tag IN (?, x'')");
  const set = db.prepare(`INSERT INTO users (tag, not_before) VALUES (?, ?)
    ON CONFLICT (tag) DO UPDATE SET not_before = excluded.not_before, live = NULL, next_end = NULL`);
  const counted = db.prepare('SELECT live FROM users WHERE tag = ? AND live IS NOT NULL AND next_end > ?');
  const count = db.prepare(`INSERT INTO users (tag, not_before, live, next_end) VALUES (?, 0, ?, ?)
    ON CONFLICT (tag) DO UPDATE SET live = excluded.live, next_end = excluded.next_end`);
  const countOne = db.prepare(
    'UPDATE users SET live = live + 1, next_end = min(next_end, ?) WHERE tag = ? AND live IS NOT NULL',
  );
  const uncountOne = db.prepare(
    `UPDATE users SET live = live - 1 WHERE tag = ? AND live IS NOT NULL AND max(not_before, ${everybodyNotBefore}) < ?`,
  );
  const mayEndAt = db.prepare('UPDATE users SET next_end = min(next_end, ?) WHERE tag = ? AND live IS NOT NULL');
  const toCount = db.prepare('SELECT tag FROM users WHERE next_end <= ?');
  const endCounts = db.prepare('UPDATE users SET live = NULL, next_end = NULL WHERE live IS NOT NULL');
  const sweep = db.prepare(`DELETE FROM users WHERE not_before < ? AND coalesce(live, 0) = 0 AND tag <> x''
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.tag = users.tag AND stamp <= not_before)`);
  return {
    notBefore: (tag) => Number(get.get(tag)?.['not_before'] ?? 0),
    setEverybody: (stamp) => {
      set.run(new Uint8Array(), stamp);
      endCounts.run();
    },
    setNotBefore: (tag, stamp) => void set.run(tag, stamp),
    counted: (tag, now) => (counted.get(tag, now)?.['live'] as number | undefined) ?? null,
    count: (tag, live, nextEnd) => void count.run(tag, live, storable(nextEnd)),
    countOne: (tag, end) => countOne.run(storable(end), tag).changes === 1,
    uncountOne: (tag, stamp) => void uncountOne.run(tag, stamp),
    mayEndAt: (tag, end) => void mayEndAt.run(storable(end), tag),
    toCount: (now) => toCount.all(now).map((row) => row['tag'] as Uint8Array),
    sweep: (before) => void sweep.run(before),
  };
}

function storable(end: number): number {
  return Math.min(end, Number.MAX_SAFE_INTEGER);
}
