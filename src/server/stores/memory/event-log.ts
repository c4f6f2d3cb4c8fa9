import type { NewEvent } from '../../engine/decision.ts';
import type { SessionEvent } from '../../engine/session-event.ts';

/** The newest events, in order. */
export interface EventLog {
  add(event: NewEvent): SessionEvent;
  of(userId: string, after: number, limit: number): SessionEvent[];
}

/** Keeps at most `limit` events and a slack, so that dropping the oldest costs nothing per event. */
export function createEventLog(limit: number): EventLog {
  const slack = 256;
  let events: SessionEvent[] = [];
  let last = 0;
  return {
    add: (event) => {
      // Led by the clock, so that a store that lost its last events in a crash does not give their cursors again.
      last = Math.max(last + 1, event.at);
      const logged = { cursor: last, ...event };
      events.push(logged);
      if (events.length > limit + slack) events = events.slice(-limit);
      return logged;
    },
    of: (userId, after, atMost) => {
      const found: SessionEvent[] = [];
      for (let i = events.length - 1; i >= 0 && events[i]!.cursor > after; i--)
        if (events[i]!.userId === userId) found.push(events[i]!);
      return found.reverse().slice(0, atMost);
    },
  };
}
