import { jsonAnswer } from '../answers.ts';
import { authorize, authorizeWrite } from '../authorize.ts';
import { currentUser } from '../directory.ts';
import type { Route } from '../service.ts';
import { instant, sessionView } from '../session-view.ts';

/** `GET /session`: the session that asks. Reading is not activity. */
export const readSession: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  const user = await currentUser(service, session.userId);
  const server_time = instant(service.now());
  return jsonAnswer({ session: sessionView(session, session.id), ...(user ? { user } : {}), server_time });
};

/** `POST /session/touch`: the person did something. */
export const touchSession: Route = (service) => async (c) => {
  const { session } = await authorizeWrite(service, c);
  const touched = await service.sessions.touch(session.id);
  return jsonAnswer({ session: sessionView(touched, session.id), server_time: instant(service.now()) });
};
