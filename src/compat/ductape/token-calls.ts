import { durationMs, type Duration } from '../../protocol/duration.ts';
import { ended } from '../../server/engine/failures.ts';
import type { JsonObject } from '../../server/engine/json.ts';
import type { Session } from '../../server/engine/sessions.ts';
import type { TypeDefinition } from '../../server/engine/session-types.ts';
import type { VerifiedSessionToken } from '../../server/tokens/session-tokens.ts';
import { isAt, type Backend, type Place } from './backend.ts';
import { SessionError, taking, translating, type SessionErrorCode } from './errors.ts';
import { createStart, type StartInput } from './start-once.ts';

/** A session that was started or refreshed. */
export interface StartedSession {
  /** `tag:jwt`, for the client: it goes along with requests. */
  token: string;
  /** Two parts, `a:b`. Good once: a refresh answers the next one. */
  refreshToken: string;
  sessionId: string;
  /** End of the token. */
  expiresAt: Date;
}

/** Which token. */
export interface TokenInput extends Place {
  tag: string;
  /** With its tag in front, without, or after `Bearer `. */
  token: string;
}

/** What `verify` answers. Nothing but `valid` when the token is not good. */
export type Verified =
  | { valid: true; data: JsonObject; sessionId: string; expiresAt: Date }
  | { valid: false; data?: never; sessionId?: never; expiresAt?: never };

/** Tokens of sessions. For back ends: who can call this can sign anybody in. */
export interface TokenCalls {
  /**
   * Starts a session of a type.
   *
   * @throws SessionError `SESSION_NOT_FOUND` (no such type), `SELECTOR_UNRESOLVED`, `DATA_INVALID`, `DATA_NOT_SERIALIZABLE`,
   *   `PAYLOAD_TOO_LARGE` (the data has to fit into a token: about 2 KiB), `INVALID_ARGUMENT`, `ENV_NOT_FOUND`, `CREATE_FAILED`
   */
  start(input: StartInput): Promise<StartedSession>;
  /** Whether a token is good, and what its session holds. Throws only when that cannot be told. */
  verify(input: TokenInput): Promise<Verified>;
  /**
   * The data of a good token.
   *
   * @throws SessionError `VERIFY_FAILED` (no token of ours, or of another type), `JWT_NOT_AVAILABLE` (none at all),
   *   `TOKEN_EXPIRED`, `SESSION_EXPIRED`, `SESSION_REVOKED`, `SESSION_NOT_FOUND`
   */
  validate(input: TokenInput): Promise<JsonObject>;
  /** The same as `validate`. */
  decrypt(input: TokenInput): Promise<JsonObject>;
  /**
   * A new token and a new refresh token; the session begins its time anew. Works after the token's end, and not after the
   * session's. A refresh token that comes a second time ends the session: one of two holders stole it.
   *
   * @throws SessionError `REFRESH_REUSED`, `SESSION_EXPIRED`, `SESSION_REVOKED`, `REFRESH_FAILED` (no refresh token of this type)
   */
  refresh(input: Place & { tag: string; refreshToken: string; expiresIn?: Duration }): Promise<StartedSession>;
}

/** The calls on tokens. */
export function createTokenCalls(backend: Backend): TokenCalls {
  const { tokens, clock } = backend;
  const startSession = createStart(backend);

  /** `life` in milliseconds; Infinity for as long as the session. */
  async function tokenOf(
    session: Session,
    { encrypt }: { encrypt: boolean },
    life: number,
  ): Promise<Omit<StartedSession, 'refreshToken'>> {
    const endsAt = Math.min(session.windowEndsAt ?? Infinity, session.absoluteEndsAt ?? Infinity, clock.now() + life);
    const jwt = await tokens.issue(session, { encrypt, ...(endsAt === Infinity ? {} : { endsAt }) });
    return { token: `${session.type}:${jwt}`, sessionId: session.id, expiresAt: new Date(endsAt) };
  }

  async function check(input: TokenInput): Promise<VerifiedSessionToken> {
    if (input.token == null || input.token === '')
      throw new SessionError('JWT_NOT_AVAILABLE', 'There is no token to look at.', { status: 401 });
    const verified = await tokens.verify(input.token, backend.sessions);
    if (verified.session.type !== input.tag || !isAt(verified.session, backend.place(input)))
      throw new SessionError('VERIFY_FAILED', 'The token is of another session type, product or env.', { status: 401 });
    return verified;
  }

  const validate: TokenCalls['validate'] = taking('{ tag, token }', async (input) =>
    translating(async () => {
      const { data, session } = await check(input);
      return data ?? session.data;
    }, 'VERIFY_FAILED'),
  );

  /** A refreshed session whose type was made longer since it began: it lasts as long as the type says now. Nothing is cut off. */
  async function withWindowOf(type: TypeDefinition, session: Session): Promise<Session> {
    const { windowEndsAt, absoluteEndsAt, lastRefreshedAt, renewal } = session;
    if (type.windowMs === null || type.updatedAt < session.createdAt || renewal === 'none') return session;
    if (windowEndsAt === null || lastRefreshedAt === null) return session;
    const missingMs = Math.min(lastRefreshedAt + type.windowMs, absoluteEndsAt ?? Infinity) - windowEndsAt;
    if (missingMs <= 0) return session;
    try {
      // Added to its end, not set: somebody else may just be extending it, too.
      return (await backend.sessions.extend(session.id, { milliseconds: () => missingMs })).session;
    } catch {
      // The refresh token is used up: an error here would lose its successor, and a retry would look like theft. The session
      // keeps the end that the refresh gave it, and the next refresh mends that.
      return session;
    }
  }

  async function demandOwn(id: string, tag: string, place: Place): Promise<Session> {
    const session = await backend.sessions.inspect(id);
    if (session === null || session.type !== tag || !isAt(session, place)) throw notRefreshable();
    return session;
  }

  return {
    start: taking('{ tag, data }', async (input) =>
      translating(async () => {
        const life = lifeOf(input.expiresIn);
        const { issued, type } = await startSession(input);
        const { session, refreshToken } = issued;
        const token = await tokenOf(session, type, life).catch(async (error: unknown) => {
          // Nobody would ever hear of it.
          await backend.sessions.revoke(session.id, 'revoked');
          throw error;
        });
        return { ...token, refreshToken: `${session.id}:${refreshToken}` };
      }, 'CREATE_FAILED'),
    ),
    verify: taking('{ tag, token }', async (input) =>
      translating(async () => {
        const { data, session, claims } = await check(input);
        const endsAt = Math.min((claims.exp ?? Infinity) * 1000, session.endsAt ?? Infinity);
        return { valid: true, data: data ?? session.data, sessionId: session.id, expiresAt: new Date(endsAt) } as const;
      }, 'VERIFY_FAILED').catch((error: unknown) => {
        if (isNo(error)) return { valid: false } as const;
        throw error;
      }),
    ),
    validate,
    decrypt: validate,
    refresh: taking('{ tag, refreshToken }', async ({ tag, refreshToken, expiresIn, ...call }) =>
      translating(async () => {
        const place = backend.place(call);
        const type = await backend.demandType(tag, place.product);
        const [id = '', secret = ''] = String(refreshToken).split(':');
        const life = lifeOf(expiresIn);
        // Whatever is in the way of a new token has to show before the refresh token is used up.
        await tokenOf(await demandOwn(id, tag, place), type, life);
        const outcome = await backend.sessions.refresh({ refreshToken: secret, attemptKey: null, keyThumbprint: null });
        if (outcome.outcome === 'ended' && outcome.reason !== 'unknown') throw ended(outcome.reason);
        if (!('session' in outcome) || outcome.session.id !== id) throw notRefreshable();
        const session = await withWindowOf(type, outcome.session);
        return { ...(await tokenOf(session, type, life)), refreshToken: `${id}:${outcome.refreshToken}` };
      }, 'REFRESH_FAILED'),
    ),
  };
}

const noes: readonly SessionErrorCode[] = [
  'JWT_NOT_AVAILABLE',
  'VERIFY_FAILED',
  'TOKEN_EXPIRED',
  'TOKEN_SUPERSEDED',
  'SESSION_EXPIRED',
  'SESSION_REVOKED',
  'SESSION_NOT_FOUND',
];

/** Whether an error says that the token is not good, as opposed to that nobody could tell. */
function isNo(error: unknown): boolean {
  return error instanceof SessionError && error.status < 500 && noes.includes(error.code);
}

function lifeOf(expiresIn: Duration | undefined): number {
  return expiresIn === undefined ? Infinity : durationMs(expiresIn);
}

function notRefreshable(): SessionError {
  return new SessionError('REFRESH_FAILED', 'This is no refresh token of this session type.', { status: 401 });
}
