import type { DatabaseSync } from 'node:sqlite';

/** Not-before stamps; most users have none. */
export interface UserTable {
  notBefore(tag: Uint8Array): number;
  setNotBefore(tag: Uint8Array, stamp: number): void;
  /** Removes stamps older than `before` that no session is left to be killed by. */
  sweep(before: number): void;
}

/** The table of users over `db`. */
export function createUserTable(db: DatabaseSync): UserTable {
  const get = db.prepare('SELECT not_before FROM users WHERE tag = ?');
  const set = db.prepare(
    'INSERT INTO users (tag, not_before) VALUES (?, ?) ON CONFLICT (tag) DO UPDATE SET not_before = excluded.not_before',
  );
  const sweep = db.prepare(`DELETE FROM users WHERE not_before < ?
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.tag = users.tag AND stamp <= not_before)`);
  return {
    notBefore: (tag) => Number(get.get(tag)?.['not_before'] ?? 0),
    setNotBefore: (tag, stamp) => void set.run(tag, stamp),
    sweep: (before) => void sweep.run(before),
  };
}
