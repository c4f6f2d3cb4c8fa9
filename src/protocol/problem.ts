import * as z from 'zod/mini';

/**
 * An error answer. Outside `/token` it is a problem document (RFC 9457) with our stable `code`;
 * at `/token` it has the shape of RFC 6749 section 5.2 (`error`) and the same `code`.
 */
export interface Problem {
  code?: string | undefined;
  error?: string | undefined;
  /** With `invalid_grant`: why the session is over. Only a holder of a genuine token is told. */
  reason?: string | undefined;
  title?: string | undefined;
  detail?: string | undefined;
  error_description?: string | undefined;
  status?: number | undefined;
  /** With `stale_generation` in cookie mode: the generation the cookie holds. */
  generation?: number | undefined;
}

/** Checks a {@link Problem}. Unknown members are dropped. */
export const problemSchema: z.ZodMiniType<Problem> = z.object({
  code: z.optional(z.string()),
  error: z.optional(z.string()),
  reason: z.optional(z.string()),
  title: z.optional(z.string()),
  detail: z.optional(z.string()),
  error_description: z.optional(z.string()),
  status: z.optional(z.number()),
  generation: z.optional(z.number()),
});
