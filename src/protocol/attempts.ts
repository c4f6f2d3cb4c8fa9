import * as z from 'zod/mini';

/** An attempt to refresh: the generation it started from, and its `Idempotency-Key`. */
export interface Attempt {
  generation: number;
  key: string;
}

/** How many attempts a request may name: as many as the server remembers. */
const rememberedAttempts = 5;

/**
 * An attempt key: 128 random bits as base64url are 22 characters; a UUID will do. On the wire it is the value of
 * `Idempotency-Key`, quoted (a structured-field string) or bare.
 */
const attemptKeySchema: z.ZodMiniType<string> = z.string().check(z.regex(/^[\w-]{16,64}$/));

/**
 * Cookie mode: the form field `attempts` of `POST /token`, as JSON. The page cannot see which generation the cookie holds, so
 * it names its last five attempts, and the server takes the one for the cookie's generation or, from an old cookie, the newest.
 */
export const attemptsSchema: z.ZodMiniType<Attempt[]> = z
  .array(z.strictObject({ generation: z.number().check(z.int(), z.nonnegative()), key: attemptKeySchema }))
  .check(z.maxLength(rememberedAttempts));
