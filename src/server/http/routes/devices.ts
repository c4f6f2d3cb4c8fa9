import type { Context } from 'hono';
import { demandStepUp, StepUpRequired } from '../../tokens/step-up.ts';
import { emptyAnswer, jsonAnswer } from '../answers.ts';
import { authorize, type Access } from '../authorize.ts';
import { Refusal } from '../refusal.ts';
import { readQuery } from '../request-query.ts';
import { demandValid, listLimitSchema, revokeScopeSchema } from '../request-schemas.ts';
import type { Route, Service } from '../service.ts';
import { clearSpentCookies } from '../spent-cookie.ts';
import { instant, sessionView } from '../session-view.ts';
import { tokenBody } from '../token-answer.ts';

/** `GET /sessions?limit&cursor`: where this person is signed in, newest first. */
export const listDevices: Route = (service) => async (c) => {
  const { session } = await authorize(service, c);
  const { cursor, ...query } = readQuery(c);
  const limit = demandValid(listLimitSchema, query['limit']);
  const page = await service.sessions.list(session.userId, { limit, ...(cursor === undefined ? {} : { cursor }) });
  const sessions = page.sessions.map((each) => sessionView(each, session.id));
  return jsonAnswer({ sessions, cursor: page.cursor, server_time: instant(service.now()) });
};

/** `DELETE /sessions/:id`: signs one device out. Idempotent for one's own; of others' there is nothing to be seen. */
export const revokeDevice: Route = (service) => async (c) => {
  const access = await authorize(service, c);
  const id = c.req.param('id') ?? '';
  const target = await service.sessions.inspect(id);
  if (target?.userId !== access.session.userId)
    throw new Refusal('session_not_found', 'You have no session with this id.');
  // To leave oneself takes no proof.
  if (target.id !== access.session.id) demandRecent(service, access);
  await service.sessions.revoke(id, 'signed_out_elsewhere');
  return emptyAnswer();
};

/** `DELETE /sessions?scope=others|all`: signs the other devices out, or all of them. */
export const revokeDevices: Route = (service) => async (c) => {
  const access = await authorize(service, c);
  const scope = demandValid(revokeScopeSchema, readQuery(c)['scope']);
  demandRecent(service, access);
  return scope === 'others' ? revokeOthers(service, access) : revokeAll(service, access, c);
};

/** Who ends other sessions may have to have proven lately who they are (ASVS 7.5.2). */
function demandRecent({ endOthersWithin, now }: Service, { claims }: Access): void {
  if (endOthersWithin === null) return;
  try {
    demandStepUp(claims, { maxAge: endOthersWithin, now });
  } catch (cause) {
    if (!(cause instanceof StepUpRequired)) throw cause;
    throw new Refusal('step_up_required', cause.message, { cause, headers: cause.headers });
  }
}

/** The step makes every access token stale, the caller's too, so the answer brings a fresh one. */
async function revokeOthers(service: Service, { session, claims }: Access): Promise<Response> {
  const { count, kept } = await service.sessions.revokeOthers(session.userId, session.id);
  const body = await tokenBody(service, kept, { bound: claims.cnf !== undefined });
  return jsonAnswer({ ...body, revoked_count: count }, 200, { Pragma: 'no-cache' });
}

async function revokeAll(service: Service, { session }: Access, c: Context): Promise<Response> {
  const { count } = await service.sessions.revokeAll(session.userId);
  const body = { revoked_count: count, server_time: instant(service.now()) };
  return clearSpentCookies(service, c, jsonAnswer(body));
}
