import { DatabaseSync } from 'node:sqlite';
import { eventFrom } from '../../src/server/stores/sqlite/rows.ts';
import type { Evidence } from './evidence.ts';

/** Reads the log that the session server keeps in its file: it outlives the process, and may be read while that runs. */
export function readServerLog(file: string): Evidence['events'] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db.prepare('SELECT * FROM events ORDER BY cursor').all().map(eventFrom);
  } finally {
    db.close();
  }
}
