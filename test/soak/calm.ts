import { setTimeout as wait } from 'node:timers/promises';
import { isCalm } from './calm-promises.ts';
import type { CalmTab, Evidence } from './evidence.ts';
import type { People } from './people.ts';
import type { Notebook, Seat } from './seat.ts';
import { within } from './within.ts';

/** After many failures in a row a tab waits up to a minute before it tries again. */
const patienceMs = 75_000;
const requestMs = 40_000;
const pollMs = 500;

/**
 * Waits until all tabs agree and are well, and until `isAll` says that nothing else is missing. Notes how they are then, or how
 * they are still when that takes too long.
 */
export async function untilCalm(
  { seats, people, book }: { seats: Seat[]; people: People; book: Notebook & Evidence },
  isAll: () => boolean,
): Promise<void> {
  const startedAt = Date.now();
  const hanging = await people.settled(requestMs);
  for (;;) {
    // Each comes to the front, as it does when a person looks through their tabs.
    const tabs: CalmTab[] = [];
    for (const seat of seats) await seat.usable()?.show();
    await Promise.all(seats.map((seat) => seat.drain()));
    for (const seat of seats) tabs.push(await lookAt(seat));
    const calm = { at: Date.now(), tabs, hanging };
    const isLate = calm.at - startedAt > patienceMs;
    book.calms.push(calm);
    if (isLate || (isCalm(tabs) && isAll())) return;
    // Only the last look counts: before it there was no calm yet.
    book.calms.pop();
    await wait(pollMs);
  }
}

async function lookAt(seat: Seat): Promise<CalmTab> {
  const nothing = { user: null, session: null, endReason: null, freshness: 'none', call: null };
  const tab = seat.usable();
  if (!tab) return { tab: seat.name, status: 'not there', ...nothing };
  const looked = tab.page.evaluate(async () => {
    const call = window.harness.session.getState().status === 'authenticated' ? await window.harness.call() : null;
    const { status, user, session, endReason, freshness } = window.harness.facts();
    return { status, user, session, endReason, freshness, call };
  });
  return within(requestMs, `tab ${seat.name}`, looked).then(
    (facts) => ({ tab: seat.name, ...facts }),
    (error: Error) => ({ tab: seat.name, status: error.message, ...nothing }),
  );
}
