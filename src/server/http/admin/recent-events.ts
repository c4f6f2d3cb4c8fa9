import type { SessionEvent } from '../../engine/session-event.ts';
import type { Sessions } from '../../engine/sessions.ts';

/** The newest events of all users, kept so that a reader that lost its connection for a moment can go on. */
export interface RecentEvents {
  /** Begins to keep events, and to tell `listener` of each. Answers how to stop telling. */
  follow(listener: (event: SessionEvent) => void): () => void;
  /** Those after a cursor, or null when that is too long ago to know them all. */
  after(cursor: number): SessionEvent[] | null;
  /** Forgets them, and listens no more. */
  close(): void;
}

const mostKept = 1000;

/** Nothing is kept before the first reader comes. The engine's own log is by user; who follows one user needs none of this. */
export function createRecentEvents(sessions: Pick<Sessions, 'subscribe'>): RecentEvents {
  const listeners = new Set<(event: SessionEvent) => void>();
  let kept: SessionEvent[] = [];
  /** Every event after this cursor is kept. Null before the first event. */
  let since: number | null = null;
  let stop: (() => void) | null = null;

  function take(event: SessionEvent): void {
    since ??= event.cursor - 1;
    kept.push(event);
    if (kept.length > mostKept * 2) {
      since = kept[kept.length - mostKept - 1]!.cursor;
      kept = kept.slice(-mostKept);
    }
    for (const listener of listeners) listener(event);
  }

  return {
    follow: (listener) => {
      stop ??= sessions.subscribe(take);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    after: (cursor) => (since === null || cursor < since ? null : kept.filter((event) => event.cursor > cursor)),
    close: () => {
      stop?.();
      stop = null;
      kept = [];
      since = null;
      listeners.clear();
    },
  };
}
