import * as z from 'zod/mini';
import type { JsonObject } from '../../engine/json.ts';
import { jsonAnswer } from '../answers.ts';
import { beginAttempt } from '../attempt.ts';
import { authorize } from '../authorize.ts';
import { badRequest } from '../refusal.ts';
import { readJson } from '../request-body.ts';
import { credentialsSchema } from '../request-schemas.ts';
import type { Route } from '../service.ts';
import { instant, sessionView } from '../session-view.ts';

/** What `POST /session/reauthenticate` takes. */
export interface ReauthenticateRequest {
  /** Whatever the app's `authenticate` understands. */
  credentials: JsonObject;
}

/** Checks a {@link ReauthenticateRequest}. */
export const reauthenticateSchema: z.ZodMiniType<ReauthenticateRequest> = z.strictObject({
  credentials: credentialsSchema,
});

/**
 * `POST /session/reauthenticate`: the person who is signed in proves again who they are. The answer has no tokens: the next
 * refresh brings an access token that says so, and spends the refresh token of before by the one way in which that is done
 * (ASVS 7.2.4). Access tokens of before say nothing of it: they are `claims_stale` at once.
 */
export const reauthenticate: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  const parsed = reauthenticateSchema.safeParse(await readJson(c));
  if (!parsed.success) throw badRequest('The body is not { credentials }.');
  const attempt = await beginAttempt(service, c, parsed.data.credentials, session.userId);
  const { acr } = await attempt.authenticate();
  const proven = await service.sessions.reauthenticated(session.id, { acr });
  return jsonAnswer({
    session: sessionView(proven, session.id),
    generation: proven.generation,
    server_time: instant(service.now()),
  });
};
