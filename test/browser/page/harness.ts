import type { SessionManager, SessionOptions } from '../../../src/index.ts';
import type { FakeClock } from '../../../src/testing/index.ts';

/** What a test tells the harness page, as JSON in its query. */
export interface PageOptions {
  /** URL of the session server. */
  server: string;
  /** Name of the tab, sent along with every API request. */
  tab: string;
  session?: Pick<
    SessionOptions,
    | 'refreshLead'
    | 'requestTimeout'
    | 'lockTimeout'
    | 'idle'
    | 'onIdentityChange'
    | 'liveEvents'
    | 'persistence'
    | 'accessTokens'
    | 'binding'
    | 'cookies'
    | 'tokens'
  >;
  /** The session manager's time moves only by `harness.clock.advance()`. */
  fakeClock?: boolean;
}

/** What happened in the page, in order. `at` is the machine's clock, which all tabs share, or the fake one. */
export type LogEntry = { at: number } & (
  | { type: 'state'; status: string; user: string | null; session: string | null; endReason: string | null }
  | { type: 'idle'; phase: string; deadline: number | null }
  | { type: 'event'; name: string; detail: unknown }
  /** A request that carries a token of the session. `holder`: whose access token it is; null for a refresh token. */
  | { type: 'token_request'; path: string; holder: string | null }
  /** Any other request. */
  | { type: 'request'; path: string }
  /** The answer to one is there, or it failed. */
  | { type: 'answer'; path: string }
  | { type: 'page'; event: string }
);

/** One record of a tab's vault, as far as tests look at it. */
export interface StoredRecord {
  kind: string;
  generation: number;
  refreshToken: string;
  pending: unknown;
}

/** What a tab shows at one moment. */
export interface Facts {
  status: string;
  user: string | null;
  session: string | null;
  endReason: string | null;
  connection: string;
  persistence: string;
  generation: number | null;
  freshness: string;
  refreshing: boolean;
  expiresAt: number | null;
  phase: string;
  deadline: number | null;
}

export interface Harness {
  session: SessionManager;
  /** What the database, the channel and the refresh lock of the session are called. */
  place: string;
  clock: FakeClock | null;
  log: LogEntry[];
  facts(): Facts;
  /** Lets time pass on the fake clock, second by second, with all that it sets off. */
  pass(seconds: number): Promise<void>;
  /** One request to the API of the app. Answers its status, or the code of the error. */
  call(): Promise<number | string>;
  /** Requests to the API, as fast as they are answered, until `stopCalls()`. */
  keepCalling(parallel: number): void;
  stopCalls(): Promise<void>;
  /** Settles when nothing that was begun in the database is under way any more. */
  quiet(): Promise<void>;
  /** What IndexedDB holds. */
  stored(): Promise<{ record: StoredRecord | null; outbox: unknown[]; activityAt: number | null }>;
  /** Texts that only somebody who is signed in may see, at the moments at which they were put on the page. */
  shown: { at: number; text: string }[];
  /** Whether such a text is on the page now. */
  showsProtected(): boolean;
  /** What a restored page showed in its first frame after pageshow; null until there was one. */
  firstFrame: { protectedText: boolean; afterMs: number } | null;
}

declare global {
  interface Window {
    harness: Harness;
  }
}
