import { isSessionError, type SessionErrorCode as EngineCode } from '../../protocol/session-error.ts';
import { nextStep } from '../../server/operations/next-step.ts';

/** Every code an error of this facade can carry: the package's own in capitals, and how a session ended. */
export type SessionErrorCode =
  | Uppercase<Exclude<EngineCode, 'session_ended'>>
  | 'SESSION_EXPIRED'
  | 'SESSION_REVOKED'
  | 'NOT_IMPLEMENTED';

/** What a {@link SessionError} says besides its code and message. */
export interface SessionErrorOptions {
  status?: number;
  hint?: string;
  retryable?: boolean;
  cause?: unknown;
  details?: Record<string, unknown>;
}

/** Statuses of errors that are not told by an answer; 400 for all others. */
const statuses: Readonly<Partial<Record<SessionErrorCode, number>>> = {
  INVALID_CREDENTIALS: 401,
  INVALID_TOKEN: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_SUPERSEDED: 401,
  SESSION_EXPIRED: 401,
  SESSION_REVOKED: 401,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  SESSION_NOT_FOUND: 404,
  SESSION_TYPE_NOT_FOUND: 404,
  SESSION_EXISTS: 409,
  VERSION_CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  DATA_INVALID: 422,
  DATA_NOT_SERIALIZABLE: 422,
  RATE_LIMITED: 429,
  NOT_IMPLEMENTED: 501,
  STORE_UNAVAILABLE: 503,
};

/** The error class of this facade. Switch on `code`; `retryable` says whether waiting helps, and `hint` what does. */
export class SessionError extends Error {
  override readonly name: string = 'SessionError';
  readonly code: SessionErrorCode;
  readonly status: number;
  readonly hint: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: SessionErrorCode, message: string, options: SessionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = options.status ?? statuses[code] ?? 400;
    this.hint = options.hint ?? hintOf(code);
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** There is no such session. */
export class SessionNotFoundError extends SessionError {}

/** The session ended by the passing of time. */
export class SessionExpiredError extends SessionError {
  /** Which time: of its window, without activity, or of its whole life. */
  get reason(): 'window' | 'idle' | 'absolute' {
    return this.details['reason'] as 'window' | 'idle' | 'absolute';
  }
}

/** The session was ended by somebody. */
export class SessionRevokedError extends SessionError {}

/** The token is not one of ours, or not good any more. */
export class InvalidTokenError extends SessionError {}

/** An error of the engine as one of this facade; any other error as it is. */
export function translated(error: unknown): unknown {
  if (!isSessionError(error) || error instanceof SessionError) return error;
  const { message, reason, retryable, status } = error;
  const options = { cause: error, retryable, ...(status !== undefined && { status }) };
  const code = error.code === 'session_ended' ? codeOfEnd(reason) : (error.code.toUpperCase() as SessionErrorCode);
  switch (code) {
    case 'SESSION_EXPIRED':
      return new SessionExpiredError(code, `The session has expired (${reason}).`, {
        ...options,
        details: { reason: expiries[reason ?? ''] },
      });
    case 'SESSION_REVOKED':
      return new SessionRevokedError(code, `The session was revoked (${reason}).`, { ...options, details: { reason } });
    case 'SESSION_NOT_FOUND':
      return new SessionNotFoundError(code, 'Session not found', options);
    case 'INVALID_TOKEN':
    case 'TOKEN_EXPIRED':
    case 'TOKEN_SUPERSEDED':
      return new InvalidTokenError(code, message, options);
    default:
      return new SessionError(code, message, options);
  }
}

const expiries: Readonly<Record<string, SessionExpiredError['reason']>> = {
  expired: 'window',
  idle: 'idle',
  absolute_expired: 'absolute',
};

/** What to do, for people and for programs that act for them. */
function hintOf(code: SessionErrorCode): string {
  const ended = code === 'SESSION_EXPIRED' || code === 'SESSION_REVOKED';
  return nextStep(ended ? 'session_ended' : code.toLowerCase()) ?? 'Do as the message says.';
}

function codeOfEnd(reason: string | undefined): 'SESSION_EXPIRED' | 'SESSION_REVOKED' {
  return reason !== undefined && Object.hasOwn(expiries, reason) ? 'SESSION_EXPIRED' : 'SESSION_REVOKED';
}

/** A function whose errors are those of this facade. */
export function translating<Args extends unknown[], Answer>(
  run: (...args: Args) => Promise<Answer>,
): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    try {
      return await run(...args);
    } catch (error) {
      throw translated(error);
    }
  };
}

/** The call itself is wrong. */
export function invalidArgument(message: string): SessionError {
  return new SessionError('INVALID_ARGUMENT', message);
}
