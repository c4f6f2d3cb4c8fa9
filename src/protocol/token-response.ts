import * as z from 'zod/mini';
import { instantSchema, sessionViewSchema, userSchema, type SessionView, type User } from './session-view.ts';

/**
 * What `POST /sessions` (sign in) and `POST /token` (refresh) answer: the OAuth 2 token response (RFC 6749 section 5.1)
 * with our own members. Sign-in always carries `user` and `session`; a refresh carries them when the server has them anew.
 */
export interface TokenResponse {
  access_token: string;
  /** `DPoP` when the access token carries the thumbprint of the client's key (RFC 9449 section 5), else `Bearer`. */
  token_type: 'Bearer' | 'DPoP';
  /** Life of the access token, in seconds. */
  expires_in: number;
  /** Absent in cookie mode, where the cookie holds it. */
  refresh_token?: string | undefined;
  /** Number of the rotation that this pair belongs to; a session starts at 0. */
  generation: number;
  session_id: string;
  /** When the session ends whatever happens; null when nothing ends it. */
  session_expires_at: string | null;
  /** When it ends if nobody is active from now on; null when there is no idle limit. */
  idle_expires_at: string | null;
  /** Idle limit in seconds; null when there is none. */
  idle_timeout: number | null;
  /** The server's clock when it answered. */
  server_time: string;
  /** Fixed for the life of the session; it can only revoke it. */
  revocation_token: string;
  user?: User | undefined;
  session?: SessionView | undefined;
}

const count = z.number().check(z.int(), z.nonnegative());
const token = z.string().check(z.minLength(1), z.maxLength(16_384));

/** Checks a {@link TokenResponse}. Unknown members are dropped. */
export const tokenResponseSchema: z.ZodMiniType<TokenResponse> = z.object({
  access_token: token,
  token_type: z.enum(['Bearer', 'DPoP']),
  expires_in: z.number().check(z.positive()),
  refresh_token: z.optional(token),
  generation: count,
  session_id: z.string().check(z.minLength(1), z.maxLength(256)),
  session_expires_at: z.nullable(instantSchema),
  idle_expires_at: z.nullable(instantSchema),
  idle_timeout: z.nullable(z.number()),
  server_time: instantSchema,
  revocation_token: token,
  user: z.optional(userSchema),
  session: z.optional(sessionViewSchema),
});
