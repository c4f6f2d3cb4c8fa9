import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { isSessionError } from '../../protocol/session-error.ts';
import type { RefreshOutcome } from '../engine/sessions.ts';

/** A request that was answered. Holds no secret; a session id is a handle, and still not for logs as it is. */
export interface AnsweredRequest {
  method: string;
  /** The pattern it matched, such as `/sessions/:id`; null when there is nothing at its address. */
  route: string | null;
  status: number;
  durationMs: number;
  facts: RequestFacts;
}

/** What routes know of a request besides what HTTP shows. */
export interface RequestFacts {
  /** The code of its error. */
  code?: string;
  sessionId?: string;
  userId?: string;
  /** The account that somebody tried to sign in to, by every name that they gave. */
  accounts?: readonly string[];
  /** Name of the API key that asked. */
  apiKey?: string;
}

/** Sessions that ended at once: of a person, or of everybody (of one type, or all), and then nobody counted them. */
export type EndedMany =
  | { scope: 'all' | 'others' | 'type'; userId: string; count: number }
  | { scope: 'type' | 'everybody'; userId?: never };

/** Is told what a server does. Must not throw; is called in the middle of requests. */
export interface Observer {
  answered(request: AnsweredRequest, c: Context): void;
  /** Also of a remember token that somebody used before: it is rotated by the same rule. */
  refreshed(outcome: RefreshOutcome): void;
  /** One session was ended by its person or by a back end. */
  revoked(): void;
  /** `apiKey` is the name of the key by which a back end asked for it. */
  revokedMany(ended: EndedMany, apiKey?: string): void;
  /** Settles when it is done with what it was told so far. An observer without it is done at once. */
  settled?(): Promise<unknown>;
}

const factsKey = 'facts';

/** Adds to what is known of a request. */
export function noteFacts(c: Context, facts: RequestFacts): void {
  c.set(factsKey, { ...factsOf(c), ...facts });
}

/** What is known of a request by now. */
export function factsOf(c: Context): RequestFacts {
  return (c.get(factsKey) as RequestFacts | undefined) ?? {};
}

/** Tells observers of every request when it has been answered. Stands before everything else. */
export function observeRequests(observers: readonly Observer[], basePath: string): MiddlewareHandler {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const code = isSessionError(c.error) ? c.error.code : c.error === undefined ? undefined : 'server_error';
    const request: AnsweredRequest = {
      method: c.req.method,
      route: routeOf(c, basePath),
      status: c.res.status,
      durationMs: performance.now() - startedAt,
      facts: { ...factsOf(c), ...(code === undefined ? {} : { code }) },
    };
    for (const observer of observers) observer.answered(request, c);
  };
}

/** Middleware is registered for all methods, routes for one: the last one is what answered. */
function routeOf(c: Context, basePath: string): string | null {
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL');
  return route === undefined ? null : route.path.slice(basePath.length);
}
