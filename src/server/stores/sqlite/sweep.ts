import { decideSweep } from '../../engine/decide-sweep.ts';
import { tombstoneMs } from '../../engine/life.ts';
import type { SessionEvent } from '../../engine/session-event.ts';
import type { Connection } from './connection.ts';
import type { Guard } from './open.ts';
import { keyOf } from './rows.ts';

const batch = 500;

/** Sweeps in batches, and lets other work of the process through between them. */
export async function sweepSessions(
  connection: Connection,
  guarded: Guard,
  now: number,
): Promise<{ removed: number; events: SessionEvent[] }> {
  const events: SessionEvent[] = [];
  let removed = 0;
  for (let looked = batch; looked === batch;) {
    looked = guarded(() => connection.write(() => sweepBatch()));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  guarded(() => connection.write(() => connection.users.sweep(now - tombstoneMs)));
  return { removed, events };

  function sweepBatch(): number {
    const { sessions } = connection;
    const found = sessions.toLookAt(now, batch);
    for (const { row, record, notBefore } of found) {
      const decision = decideSweep(record, notBefore, now);
      if (decision.event !== null) events.push(connection.events.add(decision.event, keyOf(record.id).tag));
      if (decision.outcome === 'remove') {
        sessions.remove(row);
        removed++;
      } else if (decision.write !== null) sessions.save(row, decision.write, now);
      else sessions.lookAgain(row, decision.lookAt);
    }
    return found.length;
  }
}
