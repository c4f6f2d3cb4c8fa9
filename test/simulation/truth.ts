import type { EndReason } from '../../src/protocol/end-reason.ts';

/** Everything that is known of one session from outside of the product. */
export interface TrueSession {
  id: string;
  userId: string;
  browser: string;
  bornAt: number;
  /** Whether a tab wrote it into storage that works. */
  kept: boolean;
  absoluteEnd: number;
  idleMs: number | null;
  /** When the server acknowledged its end, and how it was ended there. */
  killedAt: number | null;
  killedBy: 'sign_out' | 'device' | 'everywhere' | 'admin' | 'everybody' | 'reuse' | null;
  /** Reasons that somebody or something gave for it to end, with the time. */
  causes: Map<EndReason, number>;
  /** Refresh tokens that were handed out, by generation and key id. */
  successors: Map<string, Set<string>>;
  /** The highest generation that was handed out. */
  generation: number;
  /** Generations that the session was rotated to since the store last lost writes. */
  rotated: Set<number>;
  /** When a thief first presented a refresh token of it, and how many honest refreshes followed. */
  thiefAt: number | null;
  honestSinceThief: number[];
  /** Times at which tabs of the browser that it belongs to refreshed it. */
  refreshes: number[];
  /** When the server last gave the tokens of a generation. */
  grantedAt: Map<number, number>;
  lastTouchAt: number;
  /** When the person last did something in a tab that showed it, if everything that may have counted did. */
  lastActAt: number;
  /** The same, if only what must have counted did. */
  surelyActAt: number;
  /** When somebody tried to hand an older pair of it to a tab. */
  adoptedAt: number;
  /** Storage lost what it knew just then: nobody could tell which pair was the older one. */
  confused: boolean;
  /** `signOut()` resolved for it, with storage that works: its revocation has to reach the server. */
  promised: boolean;
}

/** A broken promise. */
export class Violation extends Error {
  readonly invariant: number;
  constructor(invariant: number, message: string) {
    super(`invariant ${invariant}: ${message}`);
    this.invariant = invariant;
  }
}

/** What truly happened. */
export interface Truth {
  sessions: Map<string, TrueSession>;
  /** Notes `reason` as something that really happened to a session. */
  cause(id: string, reason: EndReason, now: number): void;
  /** Breaks the run. The first one counts. */
  violate(invariant: number, message: string): void;
  readonly violation: Violation | null;
  /** What people and machines saw, for whoever reads a failing history. */
  log: string[];
  note(line: string): void;
}

/** Creates {@link Truth}. */
export function createTruth(now: () => number): Truth {
  const startedAt = now();
  let violation: Violation | null = null;
  const truth: Truth = {
    sessions: new Map(),
    cause(id, reason, at) {
      const session = truth.sessions.get(id);
      if (session && !session.causes.has(reason)) session.causes.set(reason, at);
    },
    violate(invariant, message) {
      violation ??= new Violation(invariant, message);
      truth.note(`!!! invariant ${invariant}: ${message}`);
    },
    get violation() {
      return violation;
    },
    log: [],
    note: (line) => void truth.log.push(`${((now() - startedAt) / 1000).toFixed(3).padStart(11)}  ${line}`),
  };
  return truth;
}
