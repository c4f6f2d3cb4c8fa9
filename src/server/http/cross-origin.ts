import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { Refusal } from './refusal.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** CORS for an explicit list of origins (Fetch standard). Requests of other origins get an answer that their page cannot read. */
export function crossOrigin(options: { origins: ReadonlySet<string>; cookieMode: boolean }): MiddlewareHandler {
  const shared = cors({
    origin: (origin) => (options.origins.has(origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'DPoP', 'Idempotency-Key', 'If-Match', 'Last-Event-ID'],
    exposeHeaders: ['Retry-After', 'DPoP-Nonce', 'Date'],
    credentials: options.cookieMode,
    maxAge: 600,
  });
  // Without an Origin there is nobody to share with, and the answer need not be opened up for headers.
  return (c, next) => (c.req.header('origin') === undefined ? next() : shared(c, next));
}

/**
 * Refuses unsafe requests that a page of a foreign origin may have caused (CSRF, sign-in CSRF included).
 * Browsers send `Origin` with every unsafe request, so a request without it and without `Sec-Fetch-Site` is no browser's;
 * it brings its token along, which is fine, unless a cookie could speak for it.
 */
export function originGuard(options: { origins: ReadonlySet<string>; cookieMode: boolean }): MiddlewareHandler {
  const { origins, cookieMode } = options;
  return async (c, next) => {
    if (safeMethods.has(c.req.method)) return next();
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    if (origin === undefined && site === undefined && !cookieMode) return next();
    if (origin === undefined || !origins.has(origin)) throw refused('its Origin is not one of the listed ones');
    if (cookieMode && site === 'cross-site') throw refused('in cookie mode the page must be of the same site');
    return next();
  };
}

function refused(why: string): Refusal {
  return new Refusal('not_allowed_origin', `The request is refused: ${why}. Add the origin of the app to \`origins\`.`);
}
