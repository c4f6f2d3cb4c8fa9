/** Every code a {@link SessionError} can carry. Stable: new ones are added, none changes its meaning. */
export type SessionErrorCode =
  // the call itself is wrong
  | 'invalid_argument'
  | 'invalid_duration'
  | 'data_invalid'
  | 'data_not_serializable'
  | 'payload_too_large'
  | 'body_not_replayable'
  | 'not_allowed_origin'
  | 'not_supported'
  // who is asking
  | 'unauthenticated'
  | 'invalid_credentials'
  | 'invalid_token'
  | 'token_expired'
  | 'claims_stale'
  | 'step_up_required'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'forbidden'
  | 'identity_changed'
  | 'rejected_after_refresh'
  // the session
  | 'session_ended'
  | 'session_not_found'
  | 'session_exists'
  | 'session_type_not_found'
  | 'session_type_exists'
  | 'invalid_selector'
  | 'selector_unresolved'
  | 'token_superseded'
  | 'stale_generation'
  | 'version_conflict'
  | 'absolute_limit'
  | 'not_found'
  // the world
  | 'offline'
  | 'network_error'
  | 'timeout'
  | 'aborted'
  | 'rate_limited'
  | 'server_error'
  | 'unexpected_answer'
  | 'store_unavailable'
  | 'storage_unavailable'
  | 'lock_timeout'
  | 'disposed';

/** What a {@link SessionError} may carry besides its code and message. */
export interface SessionErrorOptions {
  /** The error underneath, kept for debugging. */
  cause?: unknown;
  /** HTTP status, where an HTTP answer is behind the error. */
  status?: number;
  /** Whether the same call may succeed later without anybody doing anything. Default: by code. */
  retryable?: boolean;
  /** Milliseconds to wait before trying again, where that is known (`Retry-After`, backoff). */
  retryAfterMs?: number;
  /** Why the session ended, with `session_ended`. */
  reason?: string;
}

const retryableCodes: ReadonlySet<SessionErrorCode> = /* @__PURE__ */ new Set<SessionErrorCode>([
  'offline',
  'network_error',
  'timeout',
  'rate_limited',
  'server_error',
  'unexpected_answer',
  'store_unavailable',
  'storage_unavailable',
  'lock_timeout',
]);

/**
 * The one error class of the package. Switch on `code`; `retryable` says whether waiting can help.
 * The message says what failed, why, and what to do; it never holds a token, a cookie or a body.
 */
export class SessionError extends Error {
  override readonly name: string = 'SessionError';
  readonly code: SessionErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly reason: string | undefined;

  constructor(code: SessionErrorCode, message: string, options: SessionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? retryableCodes.has(code);
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.reason = options.reason;
  }
}

/** Whether `error` is a {@link SessionError}, also across two copies of the package in one page. */
export function isSessionError(error: unknown): error is SessionError {
  return error instanceof Error && error.name === 'SessionError' && 'code' in error;
}
