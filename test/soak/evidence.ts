import type { SessionEvent } from '../../src/server/engine/session-event.ts';

/** Something that changes who is signed in. All times are epoch milliseconds of the one machine that everything runs on. */
export interface Act {
  kind: 'sign_in' | 'sign_out' | 'sign_out_everywhere' | 'storage_cleared';
  at: number;
  /** When it was over, one way or the other; null while it is under way. */
  until: number | null;
  /** Whether the one who asked was told that it is done. */
  acknowledged: boolean;
  /** Whom it is about; null where it is about whoever is there. */
  user: string | null;
  /** The session that a tab showed when it signed out, or has since it signed in. */
  session: string | null;
}

/** What a tab showed from this moment on. */
export interface TabState {
  at: number;
  tab: string;
  status: 'authenticated' | 'unauthenticated';
  user: string | null;
  session: string | null;
  endReason: string | null;
}

/** A time in which a tab could not run: frozen, elsewhere, crashed, loading, or asleep with the whole machine. */
export interface Gap {
  tab: string;
  from: number;
  until: number | null;
}

/** A request to the session server, as it passed by on the network. */
export interface Exchange {
  /** When the browser sent it. */
  at: number;
  /** When it went on to the server; null when the network lost it. */
  forwardedAt: number | null;
  /** When the server's answer came, whether or not that reached the page. */
  answeredAt: number | null;
  method: string;
  path: string;
  status: number | null;
  /** Of the access token that it carried, or of the refresh or revocation token in its body. */
  session: string | null;
  /** Fingerprints of the refresh token that was sent, and of the one that was answered. */
  spent: string | null;
  successor: string | null;
}

/** A request to the app's own API. */
export interface ApiCall {
  at: number;
  tab: string;
  /** Whom the tab showed when it sent it, and whose token it carried. */
  as: string;
  holder: string | null;
  session: string | null;
}

/** A tab at a calm moment: no faults, everybody awake, and time to recover. */
export interface CalmTab {
  tab: string;
  status: string;
  user: string | null;
  session: string | null;
  endReason: string | null;
  freshness: string;
  /** What a request to the API came to; null where nobody is signed in. */
  call: number | string | null;
}

/** All tabs at one calm moment. */
export interface Calm {
  at: number;
  tabs: CalmTab[];
  /** Requests of tabs that did not settle although their tab could run. */
  hanging: string[];
}

/** Everything that was seen in a run. Holds no token. */
export interface Evidence {
  startedAt: number;
  endedAt: number;
  acts: Act[];
  states: TabState[];
  gaps: Gap[];
  exchanges: Exchange[];
  api: ApiCall[];
  calms: Calm[];
  /** The server's own log, which survives its death. */
  events: Pick<SessionEvent, 'type' | 'userId' | 'sessionId' | 'at' | 'detail'>[];
  /** Calls of `refresh()` by people, each of which may cost one. */
  askedRefreshes: number;
  /** Errors nobody caught in a page, and what the server printed. */
  complaints: string[];
}

/** Something that must not have happened. */
export interface Violation {
  at: number;
  text: string;
}

/** A promise, how often it was looked at, and where it was broken. */
export interface Finding {
  promise: string;
  checked: number;
  /** Something measured on the way. */
  note?: string;
  violations: Violation[];
}
