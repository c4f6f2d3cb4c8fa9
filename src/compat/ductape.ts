import type { Clock } from '../server/engine/ports.ts';
import type { Sessions } from '../server/engine/sessions.ts';
import { createRandom } from '../server/tokens/random.ts';
import type { TokenSecret } from '../server/tokens/token-secrets.ts';
import { createBackend, type Place } from './ductape/backend.ts';
import { createConfigCalls, type ConfigCalls } from './ductape/config-calls.ts';
import { invalidArgument } from './ductape/errors.ts';
import { createSessionCalls, type SessionCalls } from './ductape/session-calls.ts';
import type { SessionConfig } from './ductape/session-config.ts';
import type { StartInput } from './ductape/start-once.ts';
import { createTokenCalls, type StartedSession, type TokenCalls } from './ductape/token-calls.ts';
import { createUserCalls, type UserCalls } from './ductape/user-calls.ts';

export type { Place } from './ductape/backend.ts';
export type { CodeDefinition, ConfigCalls, TypeBuilder } from './ductape/config-calls.ts';
export { SessionError, type SessionErrorCode } from './ductape/errors.ts';
export { toDuration, type Expiry, type Period } from './ductape/period.ts';
export type { ActiveSessions, SessionCalls } from './ductape/session-calls.ts';
export type { SessionConfig, SessionConfigPatch } from './ductape/session-config.ts';
export type { StartInput } from './ductape/start-once.ts';
export type { StartedSession, TokenCalls, TokenInput, Verified } from './ductape/token-calls.ts';
export type { PageRequest, SessionUser, UserCalls, UserDetails, UserPage, UserSession } from './ductape/user-calls.ts';
export { parseSelector, resolveReference, resolveSelector } from '../server/engine/selector.ts';

/** What {@link Ductape} takes. */
export interface DuctapeOptions extends Place {
  /** Taken, and used for nothing: there is no service behind this class that would ask for it. */
  accessKey?: string;
  /** The engine, over a store of your choice. Default: one in memory, made at the first call; it ends with the process. */
  sessions?: Sessions;
  /**
   * Signs and encrypts tokens: at least 32 bytes. Default: a new one, so that tokens end with the process. Of several the first
   * is used, and tokens of all are read.
   */
  secret?: TokenSecret | readonly TokenSecret[];
  /** The clock of tokens, and of the engine in memory. Default: the machine's. */
  clock?: Clock;
}

/** Session types, and who uses them. */
export interface ProductSessions extends ConfigCalls, Pick<UserCalls, 'user' | 'users'> {}

/** Session types, sessions and their users. */
export interface DuctapeSessions extends Omit<ConfigCalls, 'create'>, TokenCalls, SessionCalls, UserCalls {
  /** With `data` the same as `start`, otherwise it makes a session type. */
  create: ((input: StartInput) => Promise<StartedSession>) & ConfigCalls['create'];
}

/**
 * Session types as data, and sessions of them with tokens that carry their data encrypted: the calls of Ductape's SDK, on this
 * package's engine. For back ends. What its client does by itself, to refresh ahead of time and in one tab for all, is
 * `createSessionManager` of `sojourn`; there is no `enableAutoRefresh` here.
 *
 * An engine keeps the tags of all products in one list. Give each env an engine of its own: users and figures are not told
 * apart by env, and a user's sessions are ended in all of them.
 *
 * @example
 * ```ts
 * const ductape = new Ductape({ product: 'shop', env: 'prd' });
 * await ductape.product.sessions.create({
 *   name: 'Visit',
 *   tag: 'visit',
 *   description: 'Somebody looks around',
 *   schema: { userId: 'string' },
 *   selector: '$Session{userId}',
 *   expiry: 7,
 *   period: 'days',
 * });
 * const { token } = await ductape.sessions.start({ tag: 'visit', data: { userId: 'ada' } });
 * ```
 */
export class Ductape {
  /** Session types of the product. */
  readonly product: { sessions: ProductSessions };
  /** The same by its other name. */
  readonly products: { sessions: ProductSessions };
  readonly sessions: DuctapeSessions;
  /** Older names of the same. */
  readonly processor: { sessions: Pick<TokenCalls, 'decrypt' | 'refresh' | 'start'> };
  /** The same engine and tokens, with other defaults for product and env. */
  readonly connect: (defaults: Place) => Ductape;

  constructor(options: DuctapeOptions = {}) {
    const { product, env } = options;
    const { secret = createRandom().bytes(32), clock = { now: () => Date.now() } } = options;
    const defaults = { ...(product === undefined ? {} : { product }), ...(env === undefined ? {} : { env }) };
    const backend = createBackend({ sessions: options.sessions, secret, clock, defaults });
    const config = createConfigCalls(backend);
    const tokens = createTokenCalls(backend);
    const users = createUserCalls(backend);
    this.product = { sessions: { ...config, user: users.user, users: users.users } };
    this.products = this.product;
    const calls = createSessionCalls(backend);
    this.sessions = { ...config, ...tokens, ...calls, ...users, create: createEither(config.create, tokens.start) };
    this.processor = { sessions: { decrypt: tokens.decrypt, refresh: tokens.refresh, start: tokens.start } };
    this.connect = (other) => new Ductape({ ...options, ...other, sessions: backend.sessions, secret, clock });
  }
}

/** One name was given to two calls; the data tells which is meant. */
function createEither(define: ConfigCalls['create'], start: TokenCalls['start']): DuctapeSessions['create'] {
  function create(input: StartInput): Promise<StartedSession>;
  function create(config: SessionConfig & { product?: string }): Promise<SessionConfig>;
  function create(product: string, config: SessionConfig): Promise<SessionConfig>;
  async function create(
    first: string | StartInput | (SessionConfig & { product?: string }),
    second?: SessionConfig,
  ): Promise<StartedSession | SessionConfig> {
    if (typeof first === 'string') return define(first, second as SessionConfig);
    if (typeof first !== 'object' || first === null)
      throw invalidArgument('Pass `{ tag, data }` to start a session, or the seven fields of a session type.');
    return 'data' in first ? start(first) : define(first);
  }
  return create;
}
