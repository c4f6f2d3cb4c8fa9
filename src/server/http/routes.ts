import type { Hono, MiddlewareHandler } from 'hono';
import { openapi } from './openapi.ts';
import { limitBody } from './request-body.ts';
import { listDevices, revokeDevice, revokeDevices } from './routes/devices.ts';
import { events } from './routes/events.ts';
import { health, ready, time } from './routes/health.ts';
import { introspect } from './routes/introspect.ts';
import { readMetrics } from './routes/metrics.ts';
import { reauthenticate } from './routes/reauthenticate.ts';
import { revoke } from './routes/revoke.ts';
import * as data from './routes/session-data.ts';
import { readSession, touchSession } from './routes/session.ts';
import { signIn } from './routes/sign-in.ts';
import { refresh } from './routes/token.ts';
import { keySet, metadata } from './routes/well-known.ts';
import type { Service } from './service.ts';

const formBytes = 8 * 1024;
const signInBytes = 32 * 1024;
/** Session data is at most 64 KiB in the store, and may be written with more spaces and escapes. */
const dataBytes = 128 * 1024;

/** Puts every route in its place. `guard` stands before all that change something and speak for a person. */
export function addRoutes(app: Hono, service: Service, guard: MiddlewareHandler): void {
  app.get('/.well-known/jwks.json', keySet(service));
  app.get('/.well-known/oauth-authorization-server', metadata(service));
  app.get('/openapi.json', openapi(service));
  app.get('/time', time(service));
  app.get('/health', health(service));
  app.get('/ready', ready(service));
  if (service.metrics !== null) app.get('/metrics', readMetrics(service.metrics)(service));
  // For back ends: they have a key of their own and no Origin.
  if (service.introspectionKeys !== null) app.post('/introspect', limitBody(formBytes), introspect(service));

  app.use(guard);
  app.post('/sessions', limitBody(signInBytes), signIn(service));
  app.post('/token', limitBody(formBytes), refresh(service));
  app.post('/revoke', limitBody(formBytes), revoke(service));

  app.get('/session', readSession(service));
  app.post('/session/touch', touchSession(service));
  app.post('/session/reauthenticate', limitBody(signInBytes), reauthenticate(service));
  app.get('/session/data', data.readData(service));
  app.put('/session/data', limitBody(dataBytes), data.replaceData(service));
  app.patch('/session/data', limitBody(dataBytes), data.updateData(service));
  app.delete('/session/data', data.clearData(service));
  app.get('/session/data/:key', data.readDataKey(service));
  app.put('/session/data/:key', limitBody(dataBytes), data.writeDataKey(service));
  app.delete('/session/data/:key', data.removeDataKey(service));

  app.get('/sessions', listDevices(service));
  app.delete('/sessions', revokeDevices(service));
  app.delete('/sessions/:id', revokeDevice(service));
  app.get('/events', events(service));
}
