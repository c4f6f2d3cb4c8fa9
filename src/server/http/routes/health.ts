import { sessionId } from '../../engine/session-id.ts';
import { jsonAnswer } from '../answers.ts';
import { Refusal } from '../refusal.ts';
import type { Route } from '../service.ts';
import { instant } from '../session-view.ts';

/** `GET /time`: the server's clock. */
export const time: Route = (service) => () => {
  const now = service.now();
  return jsonAnswer({ server_time: instant(now) }, 200, { Date: new Date(now).toUTCString() });
};

/** `GET /health`: the process answers. */
export const health: Route = () => () => jsonAnswer({ status: 'ok' });

/** `GET /ready`: the store answers too, and no stop is under way; a load balancer sends requests elsewhere otherwise. */
export const ready: Route = (service) => async () => {
  if (service.streams.isDraining) throw new Refusal('store_unavailable', 'The server is stopping.');
  await service.sessions.get(sessionId(new Uint8Array(28)));
  return jsonAnswer({ status: 'ready' });
};
