import type { RefreshOutcome, Sessions } from '../../engine/sessions.ts';

/** What happened since the start or the last reset, in numbers. Holds nothing secret. */
export interface JournalEntries {
  /** Requests by method and path, such as `POST /token`; ids are written `:id`. */
  requests: Record<string, number>;
  /** Answers by method, path and status, such as `POST /token 200`. */
  answers: Record<string, number>;
  /** What the engine decided: `rotated`, `replayed`, `ahead`, `stale`, `wrong_key`, `too_many_replays`, `ended:<reason>`, `failed`. */
  refreshes: Record<string, number>;
  /** Events by type, such as `session.reuse_detected`. */
  events: Record<string, number>;
  /** Faults that hit, by kind. */
  faults: Record<string, number>;
}

/** Counts. */
export interface Journal {
  count(book: keyof JournalEntries, name: string): void;
  read(): JournalEntries;
  reset(): void;
}

const empty = (): JournalEntries => ({ requests: {}, answers: {}, refreshes: {}, events: {}, faults: {} });

/** An empty journal. */
export function createJournal(): Journal {
  let entries = empty();
  return {
    count: (book, name) => void (entries[book][name] = (entries[book][name] ?? 0) + 1),
    read: () => entries,
    reset: () => void (entries = empty()),
  };
}

/** The same engine, with its refreshes and events counted. */
export function journaled(sessions: Sessions, journal: Journal): Sessions {
  sessions.subscribe((event) => journal.count('events', event.type));
  return {
    ...sessions,
    refresh: async (request) => {
      try {
        const outcome = await sessions.refresh(request);
        journal.count('refreshes', nameOf(outcome));
        return outcome;
      } catch (error) {
        journal.count('refreshes', 'failed');
        throw error;
      }
    },
  };
}

function nameOf(outcome: RefreshOutcome): string {
  return outcome.outcome === 'ended' ? `ended:${outcome.reason}` : outcome.outcome;
}
