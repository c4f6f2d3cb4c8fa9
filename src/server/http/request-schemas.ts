import * as z from 'zod/mini';
import type { JsonObject } from '../engine/json.ts';
import { badRequest } from './refusal.ts';

// What requests carry: routes check by these schemas, and the OpenAPI document is made from them.

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Credentials of a sign-in: any object; the app's `authenticate` knows what belongs in it. */
export const credentialsSchema: z.ZodMiniType<JsonObject> = z.custom<JsonObject>(isObject);

/** The body of a write to all session data. */
export const dataSchema: z.ZodMiniType<JsonObject> = z.custom<JsonObject>(isObject, 'Session data is a JSON object.');

const keyLength = 'A key has 1 to 256 characters.';

/** The path parameter of one value of the session data. */
export const dataKeySchema: z.ZodMiniType<string> = z
  .string()
  .check(z.minLength(1, keyLength), z.maxLength(256, keyLength));

/** `?limit`: how many sessions a page of the list has. */
export const listLimitSchema: z.ZodMiniType<number> = z._default(
  z.coerce
    .number('limit is 1 to 100.')
    .check(z.int('limit is 1 to 100.'), z.gte(1, 'limit is 1 to 100.'), z.lte(100, 'limit is 1 to 100.')),
  100,
);

/** `?scope`: which of a person's sessions are to end. */
export const revokeScopeSchema: z.ZodMiniType<'others' | 'all'> = z.enum(
  ['others', 'all'],
  'Say which: scope=others or scope=all.',
);

/** `If-Match`: the `ETag` of an earlier answer, or `*` for any. */
export const ifMatchSchema: z.ZodMiniType<string> = z
  .string()
  .check(z.regex(/^(\*|"\d{1,15}")$/, 'If-Match must be the ETag of an earlier answer.'));

/** `Last-Event-ID`: the id of the last event that was seen; empty for none. */
export const lastEventIdSchema: z.ZodMiniType<string> = z
  .string()
  .check(z.regex(/^\d{0,15}$/, 'Last-Event-ID is the id of an event of this stream.'));

/** `Idempotency-Key` of a refresh: a structured-field string (quoted), or the bare key. */
export const idempotencyKeySchema: z.ZodMiniType<string> = z
  .string()
  .check(
    z.regex(
      /^("[\w-]{16,64}"|[\w-]{16,64})$/,
      'Idempotency-Key must be 16 to 64 characters of base64url, quoted or bare.',
    ),
  );

/** Which tokens a DPoP proof binds: both, or the refresh token only. */
export const bindingSchema: z.ZodMiniType<'all' | 'refresh'> = z.enum(
  ['all', 'refresh'],
  '`binding` is either all or refresh.',
);

/** Cookie mode: the last attempts to refresh, as JSON. */
export const attemptsFieldSchema: z.ZodMiniType<string> = z.string();

/** The form of `POST /token` (RFC 6749 section 6, and ours). Unknown fields are ignored. */
export interface RefreshForm {
  grant_type: 'refresh_token';
  /** Not in cookie mode, where the cookie holds it. */
  refresh_token?: string | undefined;
  client_id?: string | undefined;
  binding?: 'all' | 'refresh' | undefined;
  /** Cookie mode: which of the browser's sessions is meant. */
  session_id?: string | undefined;
  attempts?: string | undefined;
}

/** Checks a {@link RefreshForm}. */
export const refreshFormSchema: z.ZodMiniType<RefreshForm> = z.object({
  grant_type: z.literal('refresh_token'),
  refresh_token: z.optional(z.string()),
  client_id: z.optional(z.string()),
  binding: z.optional(bindingSchema),
  session_id: z.optional(z.string()),
  attempts: z.optional(attemptsFieldSchema),
});

/** The form of `POST /revoke` (RFC 7009). Unknown fields are ignored. */
export interface RevokeForm {
  /** In cookie mode the cookie itself will do. */
  token?: string | undefined;
  token_type_hint?: string | undefined;
  session_id?: string | undefined;
}

/** Checks a {@link RevokeForm}. */
export const revokeFormSchema: z.ZodMiniType<RevokeForm> = z.object({
  token: z.optional(z.string()),
  token_type_hint: z.optional(z.string()),
  session_id: z.optional(z.string()),
});

/** The form of `POST /introspect` (RFC 7662). Unknown fields are ignored. */
export interface IntrospectForm {
  token: string;
  token_type_hint?: string | undefined;
}

/** Checks an {@link IntrospectForm}. */
export const introspectFormSchema: z.ZodMiniType<IntrospectForm> = z.object({
  token: z.string('The form has no token.').check(z.minLength(1, 'The form has no token.')),
  token_type_hint: z.optional(z.string()),
});

/**
 * A part of a request, when it is what its schema says.
 *
 * @throws Refusal 400 `invalid_argument`, in the words of the schema
 */
export function demandValid<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badRequest(result.error.issues[0]?.message ?? 'The request is not as it should be.');
}
