import * as z from 'zod/mini';
import type { JsonObject } from '../../engine/json.ts';
import { beginAttempt } from '../attempt.ts';
import { noteFacts } from '../observer.ts';
import { badRequest } from '../refusal.ts';
import { readJson } from '../request-body.ts';
import { bindingSchema, credentialsSchema } from '../request-schemas.ts';
import { placeOf } from '../refresh-cookie.ts';
import type { Route } from '../service.ts';
import { sessionView } from '../session-view.ts';
import { clearSpentCookies, endForgotten } from '../spent-cookie.ts';
import { tokenAnswer } from '../token-answer.ts';

/** What `POST /sessions` takes. */
export interface SignInRequest {
  /** Whatever the app's `authenticate` understands. */
  credentials: JsonObject;
  remember?: boolean | undefined;
  device?: { label?: string | undefined } | undefined;
  /** With a DPoP proof: `all` (default) binds both tokens to its key, `refresh` only the refresh token. */
  binding?: 'all' | 'refresh' | undefined;
  /**
   * In cookie mode, the name of the place that holds one session at a time: one of an origin, such as an app. What it held before,
   * and its page has forgotten, is over. Left out, nothing else ends.
   */
  place?: string | undefined;
  /** Id of the session that the place knows of. It stays: the page ends it, when it has the new one. */
  holds?: string | undefined;
}

/** Checks a {@link SignInRequest}. Unknown members are refused: a misspelt `remember` must not go unnoticed. */
export const signInSchema: z.ZodMiniType<SignInRequest> = z.strictObject({
  credentials: credentialsSchema,
  remember: z.optional(z.boolean()),
  device: z.optional(z.strictObject({ label: z.optional(z.string().check(z.maxLength(100))) })),
  binding: z.optional(bindingSchema),
  place: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
  holds: z.optional(z.string().check(z.maxLength(128))),
});

const longestUserAgent = 256;

/** `POST /sessions`: credentials in, a session and its tokens out. */
export const signIn: Route = (service) => async (c) => {
  const parsed = signInSchema.safeParse(await readJson(c));
  if (!parsed.success) throw badRequest(describe(parsed.error));
  const { credentials, remember = false, device, binding = 'all' } = parsed.data;
  const { place: name, holds } = parsed.data;
  const place = service.cookieMode && name !== undefined ? await placeOf(c, name) : null;

  // Before the attempt is counted: who is sent back for a nonce has tried no password.
  service.proofs.demandBinding(binding);
  const keyThumbprint = await service.proofs.check(c);
  service.proofs.demandKey(keyThumbprint);
  const attempt = await beginAttempt(service, c, credentials, null);
  const { user, acr } = await attempt.authenticate();
  const userAgent = c.req.header('user-agent')?.slice(0, longestUserAgent) ?? null;
  const issued = await service.sessions.create({
    ...(await service.newSession?.(user, attempt.context)),
    userId: user.id,
    remember,
    keyThumbprint,
    acr,
    device: { label: device?.label ?? null, userAgent },
  });
  const { session } = issued;
  noteFacts(c, { sessionId: session.id, userId: user.id });
  try {
    const bound = binding === 'all';
    const view = sessionView(session, session.id);
    const answer = await tokenAnswer(service, issued, { bound, user, session: view, status: 201, place });
    if (place !== null) await endForgotten(service, c, { place, holds });
    return await clearSpentCookies(service, c, answer);
  } catch (error) {
    // Nobody was told its tokens: it would stay in the list of devices for nothing.
    await service.sessions.revoke(session.id, 'revoked').catch(() => false);
    throw error;
  }
};

function describe(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  const unknown = issue?.code === 'unrecognized_keys' ? ` Unknown: ${issue.keys.join(', ').slice(0, 100)}.` : '';
  return `The body is not a sign-in${where ? ` (see ${where.slice(0, 100)})` : ''}: { credentials, remember?, device?, binding?, place?, holds? }.${unknown}`;
}
