import type { SessionEvents } from './client/core/session-events.ts';
import type { AuthenticatedState, IdleState, Readable, SessionState, TokenState } from './client/core/session-state.ts';
import type { Duration } from './protocol/duration.ts';
import type { SessionView, User } from './protocol/session-view.ts';

/** Options of {@link SessionManager.getAccessToken}. */
export interface AccessTokenOptions {
  /**
   * How long the token must still be good for, in seconds or as a duration string. Nine tenths of a token's life are the most
   * that has an effect, and what is left of the session: where no new token would do better, the one that is there is given.
   * @default 5 seconds, at most a quarter of the token's life
   */
  minValidity?: Duration | 0;
}

/** Keeps one person signed in, in this tab and in step with all others of the same name. */
export interface SessionManager<U extends { id: string } = User> extends Readable<SessionState<U>> {
  readonly name: string;
  /** Facts about the access token, in a store of their own so that a refresh renders nothing. */
  readonly token: Readable<TokenState>;
  /** Facts about activity, in a store of their own so that a countdown renders only who asked for it. */
  readonly idle: Readable<IdleState>;
  /**
   * Calls `listener` on each such event. Answers how to stop. A listener that throws or hangs disturbs nobody: what it throws is
   * reported like an error that nobody caught (`reportError`; in Node on the console), and ends no process.
   */
  on<K extends keyof SessionEvents<U>>(event: K, listener: (detail: SessionEvents<U>[K]) => void): () => void;
  /** Settles once the vault was read; never waits for the network. */
  ready(): Promise<SessionState<U>>;
  /**
   * Signs in at the reference server. `credentials` go to the server's `authenticate` as they are.
   * @throws SessionError `invalid_credentials`, or a retryable one
   */
  signIn(credentials: unknown, options?: { remember?: boolean }): Promise<AuthenticatedState<U>>;
  /**
   * Takes over tokens that were got elsewhere (an OAuth code flow): the answer of the token endpoint. Ignored when they are not
   * newer than ours. The key pair that they are bound to (RFC 9449), if there is one, goes along as `dpopKey`, best one that
   * cannot be exported: `adopt({ ...answer, dpopKey }, user)`. Tokens that are not bound stay so.
   * @throws SessionError `invalid_token`; `invalid_argument` when the user or the key is missing, or the key cannot be used
   */
  adopt(tokens: unknown, user?: U): Promise<AuthenticatedState<U>>;
  /**
   * The person who is signed in proves again who they are, at the reference server: what a `stepUp` hook calls. The same session
   * goes on; settles when the access token says so (`auth_time`, `acr`). `credentials` go to the server's `authenticate`.
   * @throws SessionError `invalid_credentials`, also for somebody else's; `rate_limited`; or a retryable one
   */
  reauthenticate(credentials: unknown): Promise<void>;
  /**
   * Ends the session here and in every tab at once, online or not; the server learns of it from a durable outbox.
   * `others` ends the person's other sessions, `all` ends all of them; both need the network.
   * @throws SessionError for `others` and `all` `offline` without a network, `timeout` without an answer, `unexpected_answer` when
   * somebody else answered, or another one (`all` ends this session even so, at the latest when the request has failed)
   */
  signOut(options?: { scope?: 'this' | 'others' | 'all' }): Promise<void>;
  /**
   * A token that is good now, refreshed first if need be. Rejects with a SessionError; never resolves to null.
   * @throws SessionError `not_supported` with the option `tokens: 'hidden'`
   */
  getAccessToken(options?: AccessTokenOptions): Promise<string>;
  /**
   * The access token if it is good now, else null. Synchronous; refreshes nothing.
   * @throws SessionError `not_supported` with the option `tokens: 'hidden'`
   */
  peekAccessToken(): string | null;
  /** Refreshes now; settles when every store here shows it. */
  refresh(): Promise<void>;
  /** `fetch` with the token (and proof) for the configured API origins; one refresh and one retry after a 401. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * A copy of `request` with the token (and proof) on it.
   * @throws SessionError `not_allowed_origin`; `not_supported` with the option `tokens: 'hidden'`
   */
  authorize(request: Request): Promise<Request>;
  /** Counts as activity of the person: closes the idle warning in every tab. */
  stayActive(): void;
  /** Counts as activity for as long as it is held (an upload, a call). Ends with its tab. Answers how to let go. */
  hold(reason: string): () => void;
  /** The person's sessions. */
  readonly devices: {
    list(): Promise<SessionView[]>;
    revoke(id: string): Promise<void>;
  };
  /** The app's own data in the session, kept at the server. */
  readonly data: {
    get(): Promise<Record<string, unknown>>;
    set(key: string, value: unknown): Promise<void>;
    /** Shallow: given keys overwrite, the rest stays. */
    merge(patch: Record<string, unknown>): Promise<void>;
    remove(key: string): Promise<void>;
    clear(): Promise<void>;
  };
  /** Lets go of every timer, listener, channel and connection. Signs nobody out. */
  dispose(): void;
}
