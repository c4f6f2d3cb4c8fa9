import { decideSweep } from '../../engine/decide-sweep.ts';
import { refusalOf } from '../../engine/decision.ts';
import { tombstoneMs } from '../../engine/life.ts';
import type { SessionEvent } from '../../engine/session-event.ts';
import type { Connection } from './connection.ts';
import type { Guard } from './open.ts';
import { keyOf } from './rows.ts';

const batch = 500;

/** Sweeps in batches, and lets other work of the process through between them. Then those are counted anew of whom some expired. */
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
  for (const tag of guarded(() => connection.users.toCount(now)))
    guarded(() =>
      connection.write(() => {
        const { live, nextEnd } = connection.sessions.countLive(tag, now);
        connection.users.count(tag, live, nextEnd);
      }),
    );
  guarded(() =>
    connection.write(() => {
      connection.users.sweep(now - tombstoneMs);
      connection.notes.sweep(now);
    }),
  );
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
      } else if (decision.write !== null) connection.save(row, decision.write, now);
      else sessions.lookAgain(row, decision.lookAt);
    }
    return found.length;
  }
}

/** Marks the expired sessions of one user. */
export function sweepUser(
  connection: Connection,
  tag: Uint8Array,
  now: number,
): { removed: number; events: SessionEvent[] } {
  return connection.write(() => {
    const found = connection.sessions.expiredUnseen(tag, now);
    const events = found.flatMap(({ row, record, notBefore }) => {
      const refusal = refusalOf(record, notBefore, now);
      if (refusal?.write) connection.save(row, refusal.write, now);
      return refusal?.event ? [connection.events.add(refusal.event, tag)] : [];
    });
    return { removed: found.length, events };
  });
}
