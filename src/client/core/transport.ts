import type { EndReason } from '../../protocol/end-reason.ts';
import type { SessionError } from '../../protocol/session-error.ts';
import type { User } from '../../protocol/session-view.ts';
import type { Signal } from './ports.ts';
import type { SessionFacts } from './session-facts.ts';

/** A token pair as the server granted it. Times are epoch milliseconds by the server's clock. */
export interface Grant {
  sessionId: string;
  generation: number;
  accessToken: string;
  tokenType: 'Bearer' | 'DPoP';
  /** Null in cookie mode. */
  refreshToken: string | null;
  revocationToken: string | null;
  /** Life of the access token in milliseconds; null when the server does not say. */
  lifeMs: number | null;
  /** The server's clock when it answered; null when it does not say. */
  serverTime: number | null;
  /** Absent when the answer does not speak of the user: the one known stays. */
  user?: User | undefined;
  session?: SessionFacts | undefined;
}

/** What became of a refresh or a sign-in. */
export type TokenAnswer =
  | { kind: 'granted'; grant: Grant }
  /** The attempt came too late: somebody rotated this generation already. Cookie mode names the current one. */
  | { kind: 'stale'; generation: number | null }
  /** A definite end. `foreign`: a bare `invalid_grant` of a server that is not ours; a valid access token may serve to its end. */
  | { kind: 'ended'; reason: EndReason; foreign: boolean }
  /** The proof must carry this nonce (RFC 9449 section 8). */
  | { kind: 'use_nonce'; nonce: string }
  /** Everything else says nothing about the session. */
  | { kind: 'failed'; error: SessionError };

/** A refresh, ready to be sent. */
export interface RefreshAttempt {
  sessionId: string;
  /** Null in cookie mode. */
  refreshToken: string | null;
  generation: number;
  attemptKey: string;
  /** Cookie mode: the last five attempt keys by generation, newest first, this attempt's included. */
  attempts: ReadonlyArray<{ generation: number; key: string }>;
  proof: string | null;
  signal: Signal;
}

/** A sign-in, ready to be sent. */
export interface SignInAttempt {
  credentials: unknown;
  remember: boolean;
  /** Name of the place in the browser that holds one session at a time. Left out where every tab holds its own. */
  place?: string;
  /** Id of the session that it holds now, which is ended from here. */
  holds?: string;
  proof: string | null;
  signal: Signal;
}

/** How tokens are got and renewed. */
export interface Transport {
  /** Where a refresh goes; the proof is made for it. */
  readonly tokenUrl: string;
  /** Where a sign-in goes; null when this transport has none (tokens come through `adopt`). */
  readonly signInUrl: string | null;
  /** Base of the session API of our own server; null when there is none (no devices, data, touch, live events). */
  readonly apiUrl: string | null;
  /** Whether this server takes proofs of possession at its token endpoint. */
  readonly acceptsProof: boolean;
  /** Calls `fetch` before its first await: the caller has just checked that it may. Never throws. */
  refresh(attempt: RefreshAttempt): Promise<TokenAnswer>;
  /** Rejected credentials are `failed` with `invalid_credentials`. Never throws. */
  signIn(attempt: SignInAttempt): Promise<TokenAnswer>;
  /** Hands in a revocation; survives the end of the page. True when the server took it, or never will. */
  revoke(revocationToken: string, signal: Signal): Promise<boolean>;
  /** The server's clock; null when it cannot be had. */
  time(signal: Signal): Promise<number | null>;
  /** What a server's token response means here; used by `adopt`. @throws SessionError `invalid_token` */
  parseGrant(tokens: unknown): Grant;
}
