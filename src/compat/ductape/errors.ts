import { isSessionError, type SessionErrorCode as EngineCode } from '../../protocol/session-error.ts';

/** Every code an error of this facade can carry: the engine's in capitals, how a session ended, and the names of old. */
export type SessionErrorCode =
  | Uppercase<Exclude<EngineCode, 'session_ended'>>
  | 'SESSION_EXPIRED'
  | 'SESSION_REVOKED'
  /** A refresh token was used twice, by two who cannot both be its owner: the session is over. */
  | 'REFRESH_REUSED'
  /** Neither the call nor the connection nor the constructor says which env. */
  | 'ENV_NOT_FOUND'
  /** The token is missing. */
  | 'JWT_NOT_AVAILABLE'
  | Failure;

/** What is said of a call that failed for no reason with a code of its own. */
export type Failure = 'CREATE_FAILED' | 'VERIFY_FAILED' | 'REFRESH_FAILED';

/** What a {@link SessionError} says besides its code and message. */
export interface SessionErrorOptions {
  /** HTTP status that fits. Default: 400. */
  status?: number;
  retryable?: boolean;
  cause?: unknown;
}

/** The error class of this facade. Switch on `code`; `retryable` says whether waiting helps. */
export class SessionError extends Error {
  override readonly name: string = 'SessionError';
  readonly code: SessionErrorCode;
  /** HTTP status that fits. */
  readonly status: number;
  readonly retryable: boolean;

  constructor(code: SessionErrorCode, message: string, options: SessionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = options.status ?? 400;
    this.retryable = options.retryable ?? false;
  }
}

/** The call itself is wrong. */
export function invalidArgument(message: string): SessionError {
  return new SessionError('INVALID_ARGUMENT', message);
}

/** A call with one object as its argument; `what` says which, for who passes something else. */
export function taking<Input extends object, Answer>(
  what: string,
  call: (input: Input) => Promise<Answer>,
): (input: Input) => Promise<Answer> {
  return async (input) => {
    if (typeof input !== 'object' || input === null) throw invalidArgument(`This call takes an object: ${what}.`);
    return call(input);
  };
}

/** Runs a call of the facade: what it throws is of the facade, too. */
export async function translating<Answer>(run: () => Promise<Answer>, failure?: Failure): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw translated(error, failure);
  }
}

/** An error of the engine as one of the facade. `failure` stands for a token that is not accepted, and for faults without a code. */
function translated(error: unknown, failure: Failure | undefined): unknown {
  if (error instanceof SessionError) return error;
  if (!isSessionError(error))
    return failure === undefined ? error : new SessionError(failure, messages[failure], { cause: error, status: 500 });
  const { code, message, reason, retryable, status = code === 'store_unavailable' ? 503 : 400 } = error;
  return new SessionError(codeOf(code, reason, failure), message, { cause: error, retryable, status });
}

const messages: Readonly<Record<Failure, string>> = {
  CREATE_FAILED: 'The session could not be started; the cause says why.',
  VERIFY_FAILED: 'The token could not be verified; the cause says why.',
  REFRESH_FAILED: 'The session could not be refreshed; the cause says why.',
};

const expiries: readonly (string | undefined)[] = ['expired', 'idle', 'absolute_expired'];

function codeOf(code: EngineCode, reason: string | undefined, failure: Failure | undefined): SessionErrorCode {
  if (code === 'invalid_token' && failure !== undefined) return failure;
  if (code !== 'session_ended') return code.toUpperCase() as Uppercase<typeof code>;
  if (failure === 'REFRESH_FAILED' && reason === 'reuse_detected') return 'REFRESH_REUSED';
  return expiries.includes(reason) ? 'SESSION_EXPIRED' : 'SESSION_REVOKED';
}
