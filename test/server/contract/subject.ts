import type { Session, Sessions } from 'sojourn/server';

export interface SessionsWorld {
  sessions: Sessions;
  /** Stands still until it is moved. */
  clock: { now: () => number; advance: (ms: number) => void };
  close: () => Promise<void>;
}

/** What a theme of the contract works with. */
export interface Subject {
  readonly sessions: Sessions;
  readonly clock: SessionsWorld['clock'];
  /** A live session of `ada` with a window of one hour that a touch moves, and no other limits. */
  start(more?: Parameters<Sessions['create']>[0]): Promise<Session>;
}

export const minute = 60_000;
export const hour: number = 60 * minute;
/** Has the form of a session id, and is none. */
export const unknownId: string = `session_${'A'.repeat(38)}`;
