import { Hono, type Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { durationMs, type Duration } from '../../protocol/duration.ts';
import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import type { Clock } from '../engine/ports.ts';
import type { Sessions } from '../engine/sessions.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import { addAdminRoutes } from './admin.ts';
import { createApiKeys, type AdminKey, type ApiKeys } from './admin/api-keys.ts';
import { problemAnswer } from './answers.ts';
import { crossOrigin, originGuard } from './cross-origin.ts';
import type { Directory } from './directory.ts';
import { createLimits, type LimitOptions, type SharedLimits } from './limits.ts';
import { observeSessions } from './observed-sessions.ts';
import { observeRequests } from './observer.ts';
import { createObservers, type ObserverOptions } from './observers.ts';
import { createOpenStreams } from './open-streams.ts';
import { checkedPageData, type PageData } from './page-data.ts';
import { createProofs, type DpopOptions } from './proofs.ts';
import { Refusal } from './refusal.ts';
import { addRoutes } from './routes.ts';
import type { Service } from './service.ts';
import { createSignInFloor } from './sign-in-floor.ts';

/** What {@link createSessionServer} takes. */
export interface SessionServerOptions extends Directory, ObserverOptions {
  sessions: Sessions;
  /** `createAccessTokens(...)`: says issuer and audience, too. */
  tokens: AccessTokens;
  /**
   * Origins of the apps that may call from a browser, each written out: `'https://app.example.com'`. `'null'` lets sandboxed frames
   * call, of whatever site, since all of them have that origin; they hold a session in memory. It is not for cookies.
   */
  origins: readonly string[];
  /** Keeps the refresh token in an `HttpOnly` cookie instead of handing it to the page. Default: false. */
  cookie?: boolean;
  /**
   * What a page may do with the data of its session, at `/session/data`: `'write'` and read it, only `'read'` it, or `'none'` of
   * both. What it may not do is 403 `forbidden`. Your back end may do everything, by `sessions.data` and under `/admin`.
   * Default: `'write'`.
   */
  pageData?: PageData;
  /** Path under which the routes are mounted: `'/auth'`. Default: none. */
  basePath?: string;
  /**
   * Origin that clients call, and that their DPoP proofs must name: `'https://auth.example.com'`. Give it when that is another one
   * than the issuer's. Default: the issuer's when it is https, whatever `Host` a request names; else, for development, the request's.
   */
  publicOrigin?: string;
  dpop?: DpopOptions;
  /**
   * What somebody may only do who proved lately who they are (ASVS 7.5.2); else the answer is 401 `step_up_required`, and
   * `POST /session/reauthenticate` and a refresh help. `endOthers`: how long ago that may be for ending other sessions of one's
   * own, one or all. Default: nothing.
   */
  reauthenticateFor?: { endOthers?: Duration };
  /** `false` turns all limits off. */
  limits?: LimitOptions | false;
  /** Counts sign-ins for many servers together: `createRedisLimits`. Default: each process counts for itself. */
  sharedLimits?: SharedLimits;
  /**
   * Names the account in credentials, for the limit on wrong passwords: every name that your `authenticate` may go by, or somebody
   * guesses without end beside a name that is not counted. Default: their `email` and their `username`.
   */
  accountOf?: (credentials: Record<string, unknown>) => string | readonly string[] | null;
  /** The network address of a client; only the app knows which proxies' headers to trust. Default: unknown, and not limited. */
  clientAddress?: (request: Request, env: unknown) => string | null;
  /**
   * A sign-in with wrong credentials is not answered before this, and up to a fifth later, so that the time your `authenticate`
   * takes tells less of which accounts exist. Take more than it needs for a password. Default: null, as soon as it answers.
   */
  signInFloor?: Duration | null;
  /** API keys of the back ends that may ask at `POST /introspect`, at least 128 random bits each. Default: none, and no such route. */
  introspectionKey?: AdminKey | readonly AdminKey[];
  /** API keys of the back ends that may do everything under `/admin`, at least 128 random bits each. Default: none, and no such routes. */
  adminKeys?: readonly AdminKey[];
  clock?: Clock;
  /** Is told of failures that a client only sees as `server_error`. Default: `console.error`. */
  onError?: (error: unknown) => void;
}

/** A session server as one function from request to response. */
export interface SessionServer {
  /** Answers a request. `env` is handed to `clientAddress`. Safe to detach. */
  readonly fetch: (request: Request, env?: unknown) => Promise<Response>;
  readonly basePath: string;
  /** Ends the event streams and answers `/ready` with 503; other requests are served to their end. The store stays open. */
  readonly drain: () => void;
  /**
   * Settles when `log` was given every line of what was answered so far. Session ids are hashed first, so a line comes a moment after
   * its answer: wait for this before the process ends.
   */
  readonly logged: () => Promise<void>;
}

/**
 * The routes of a session server on standard `Request` and `Response`: runs in Node, workers, and as the backend of tests.
 *
 * @throws SessionError `invalid_argument` for an origin that is none, an API key that could be guessed, or another `pageData`
 * @example
 * ```ts
 * const server = createSessionServer({ sessions, tokens, authenticate, origins: ['https://app.example.com'] });
 * app.all('/auth/*', (c) => server.fetch(c.req.raw)); // with basePath: '/auth'
 * ```
 */
export function createSessionServer(options: SessionServerOptions): SessionServer {
  const service = createService(options);
  const { origins, cookie: cookieMode = false, basePath = '' } = options;
  const originSet = new Set(origins.map((origin) => demandAppOrigin(origin, cookieMode)));
  const app = basePath === '' ? new Hono() : new Hono().basePath(basePath);

  app.onError((error) => answerError(error, service.report));
  app.notFound(() => problemAnswer(new Refusal('not_found', 'There is nothing at this address.')));
  if (service.observers.length > 0) app.use(observeRequests(service.observers, basePath));
  addAdminRoutes(app, service, options.adminKeys ?? []);
  app.use(crossOrigin({ origins: originSet, cookieMode }));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_c, methods) =>
        problemAnswer(
          new Refusal('not_supported', 'This method is not offered here.', {
            status: 405,
            headers: { Allow: methods.join(', ') },
          }),
        ),
    }),
  );
  addRoutes(app, service, originGuard({ origins: originSet, cookieMode }));

  return {
    fetch: async (request, env) => app.fetch(request, env as object | undefined),
    basePath,
    drain: service.streams.drain,
    logged: async () => {
      for (const observer of service.observers) await observer.settled?.();
    },
  };
}

function createService(options: SessionServerOptions): Service {
  const { sessions, tokens, authenticate, findUser, clock = { now: () => Date.now() }, clientAddress } = options;
  const { endOthers } = options.reauthenticateFor ?? {};
  if (endOthers !== undefined) durationMs(endOthers);
  const publicOrigin = options.publicOrigin === undefined ? null : demandOrigin(options.publicOrigin);
  const now = (): number => clock.now();
  const addressOf = (c: Context): string | null => clientAddress?.(c.req.raw, c.env) ?? null;
  // oxlint-disable-next-line no-console -- a failure that nobody asked to be told of must not vanish
  const report = options.onError ?? ((error: unknown) => console.error(error));
  const { metrics, observers } = createObservers(options, { now, addressOf, report });
  const observed = (apiKey?: string): Sessions =>
    observers.length === 0 ? sessions : observeSessions(sessions, observers, apiKey);
  return {
    sessions: observed(),
    sessionsBy: observed,
    metrics,
    observers,
    tokens,
    authenticate,
    ...(findUser ? { findUser } : {}),
    ...(options.newSession ? { newSession: options.newSession } : {}),
    ...(options.claims ? { claims: options.claims } : {}),
    proofs: createProofs(options.dpop ?? {}, publicOrigin ?? httpsOriginOf(tokens.issuer), clock),
    limits: createLimits(options.limits ?? {}, clock, options.sharedLimits ?? null),
    streams: createOpenStreams(),
    cookieMode: options.cookie ?? false,
    pageData: checkedPageData(options.pageData),
    endOthersWithin: endOthers ?? null,
    publicUrl: (publicOrigin ?? originOf(tokens.issuer)) + (options.basePath ?? ''),
    introspectionKeys: introspectionKeysOf(options),
    withSignInFloor: createSignInFloor(options.signInFloor == null ? 0 : durationMs(options.signInFloor), now),
    hasAdmin: (options.adminKeys ?? []).length > 0,
    accountOf: options.accountOf ?? accountNames,
    addressOf,
    now,
    report,
  };
}

function introspectionKeysOf({ introspectionKey: given }: SessionServerOptions): ApiKeys | null {
  if (given === undefined) return null;
  const keys = typeof given === 'string' || 'hash' in given ? [given] : given;
  return keys.length === 0 ? null : createApiKeys(keys, 'Introspection');
}

function accountNames({ email, username }: Record<string, unknown>): string[] {
  return [email, username].filter((name) => typeof name === 'string');
}

function answerError(error: unknown, report: (error: unknown) => void): Response {
  if (error instanceof HTTPException)
    return problemAnswer(new Refusal('invalid_argument', error.message, { status: error.status }));
  if (!isSessionError(error) || error.code === 'server_error') report(error);
  return problemAnswer(error);
}

function originOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).origin : '';
}

/** Null for a server in development. */
function httpsOriginOf(issuer: string): string | null {
  const origin = originOf(issuer);
  return origin.startsWith('https:') ? origin : null;
}

function demandAppOrigin(origin: string, cookieMode: boolean): string {
  if (origin !== 'null') return demandOrigin(origin);
  if (!cookieMode) return origin;
  throw new SessionError(
    'invalid_argument',
    "Refused: 'null' among the origins of a server with cookies: a sandboxed frame of any site has that origin. Leave it out.",
  );
}

function demandOrigin(origin: string): string {
  if (!origin.includes('*') && URL.canParse(origin) && new URL(origin).origin === origin) return origin;
  const shown = origin.slice(0, 100);
  throw new SessionError(
    'invalid_argument',
    `'${shown}' is not an origin: write scheme, host and port only, such as 'https://app.example.com'; wildcards are not taken.`,
  );
}
