import * as z from 'zod/mini';

/**
 * One event of `GET /events` (server-sent events; the `data` line is this as JSON, the `id` line its cursor).
 * `session.ended`, `session.claims_changed` and `user.sessions_revoked` mean: ask the token endpoint, it decides.
 */
export interface ServerEvent {
  type:
    | 'session.ended'
    | 'session.updated'
    | 'session.touched'
    | 'session.claims_changed'
    | 'user.sessions_revoked'
    | 'user.sessions_changed';
  session_id?: string | undefined;
  reason?: string | undefined;
  at: string;
}

/** Checks a {@link ServerEvent}. */
export const serverEventSchema: z.ZodMiniType<ServerEvent> = z.object({
  type: z.enum([
    'session.ended',
    'session.updated',
    'session.touched',
    'session.claims_changed',
    'user.sessions_revoked',
    'user.sessions_changed',
  ]),
  session_id: z.optional(z.string()),
  reason: z.optional(z.string()),
  at: z.string(),
});
