import type { Hono, MiddlewareHandler } from 'hono';
import { allOperations } from '../operations/table.ts';
import { allEvents } from './admin/all-events.ts';
import { createApiKeys, type AdminKey, type ApiKeys } from './admin/api-keys.ts';
import { operationRoute } from './admin/operation-route.ts';
import { verifyToken } from './admin/verify-token.ts';
import { noteFacts } from './observer.ts';
import { Refusal } from './refusal.ts';
import { limitBody } from './request-body.ts';
import type { Service } from './service.ts';

const bodyBytes = 1024 * 1024;

/**
 * Puts every operation of the engine under `/admin`, for back ends with an API key; without keys there is no such route.
 * Never for pages: a request with an `Origin` is refused, and no answer can be read by another site.
 *
 * @throws SessionError `invalid_argument` for a key that could be guessed
 */
export function addAdminRoutes(app: Hono, service: Service, keys: readonly AdminKey[]): void {
  if (keys.length === 0) return;
  const guard = keyGuard(createApiKeys(keys, 'Admin'));
  app.use('/admin/*', guard);
  app.get('/admin/events', allEvents(service));
  app.post('/admin/tokens/verify', limitBody(bodyBytes), verifyToken(service));
  for (const operation of allOperations()) {
    const { method, path } = operation.route;
    // What is asked for by GET and DELETE is in the path and in the query; a body is not even looked at.
    const answer = operationRoute(operation, service);
    if (method === 'GET' || method === 'DELETE') app.on(method, `/admin${path}`, answer);
    else app.on(method, `/admin${path}`, limitBody(bodyBytes), answer);
  }
}

function keyGuard(keys: ApiKeys): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined)
      throw new Refusal(
        'not_allowed_origin',
        'This is for back ends, and never for a page: its API key would be in the page.',
      );
    const apiKey = await keys.nameOf(c.req.header('authorization'));
    if (apiKey === null)
      throw new Refusal('unauthenticated', 'This needs an API key of the server: Authorization: Bearer.', {
        headers: { 'WWW-Authenticate': 'Bearer realm="admin"' },
      });
    noteFacts(c, { apiKey });
    return next();
  };
}
