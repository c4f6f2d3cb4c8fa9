import * as z from 'zod/mini';

/**
 * A moment on the wire: ISO 8601 in UTC, with milliseconds. What `z.iso.datetime()` makes, without the namespace `z.iso`, which
 * bundlers keep whole.
 */
export const instantSchema: z.ZodMiniISODateTime = new z.ZodMiniISODateTime({
  type: 'string',
  format: 'datetime',
  check: 'string_format',
  offset: false,
  local: false,
  precision: null,
});

/** Who is signed in, as the app shows it. `id` is required; everything else is the app's own. */
export const userSchema: z.ZodMiniType<User> = z.looseObject({
  id: z.string().check(z.minLength(1), z.maxLength(256)),
});

/** Who is signed in, as the app shows it. */
export interface User {
  id: string;
  [claim: string]: unknown;
}

/** A session as its own person may see it on the wire: `GET /session`, `GET /sessions`. Holds nothing secret. */
export const sessionViewSchema: z.ZodMiniType<SessionView> = z.object({
  id: z.string(),
  user_id: z.string(),
  type: z.string(),
  created_at: instantSchema,
  last_activity_at: instantSchema,
  /** When it ends if nothing happens: the earliest of window, idle and absolute end; null when nothing ends it. */
  expires_at: z.nullable(instantSchema),
  absolute_expires_at: z.nullable(instantSchema),
  /** Idle limit in seconds, or null when there is none. */
  idle_timeout: z.nullable(z.number()),
  remembered: z.boolean(),
  /** Whether it is the session that asks. */
  current: z.boolean(),
  device: z.object({ label: z.nullable(z.string()), user_agent: z.nullable(z.string()) }),
});

/** A session as its own person may see it on the wire. */

export interface SessionView {
  id: string;
  user_id: string;
  type: string;
  created_at: string;
  last_activity_at: string;
  expires_at: string | null;
  absolute_expires_at: string | null;
  idle_timeout: number | null;
  remembered: boolean;
  current: boolean;
  device: { label: string | null; user_agent: string | null };
}
