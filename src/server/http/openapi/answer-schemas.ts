import * as z from 'zod/mini';
import { refusalReasons, type RefusalReason } from '../../../protocol/end-reason.ts';
import { instantSchema, sessionViewSchema, userSchema } from '../../../protocol/session-view.ts';
import { tokenResponseSchema } from '../../../protocol/token-response.ts';
import { problemCodes } from '../answers.ts';

// What answers hold, where the protocol has no schema for it: clients check what they must trust, this is for reading.

const json: z.ZodMiniType = z.unknown();
const count = z.number().check(z.int(), z.nonnegative());
const reason: z.ZodMiniType<RefusalReason> = z.enum(refusalReasons);

/** A problem document (RFC 9457). */
export const problemDocumentSchema: z.ZodMiniType = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().check(z.int()),
  code: z.enum(problemCodes()),
  detail: z.string(),
  reason: z.optional(reason),
  generation: z.optional(count),
});

/** An error of RFC 6749 section 5.2. */
export const oauthErrorSchema: z.ZodMiniType = z.object({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unsupported_grant_type',
    'invalid_dpop_proof',
    'use_dpop_nonce',
  ]),
  error_description: z.string(),
  code: z.enum(problemCodes()),
  reason: z.optional(reason),
});

export const sessionAnswerSchema: z.ZodMiniType = z.object({
  session: sessionViewSchema,
  user: z.optional(userSchema),
  server_time: instantSchema,
});

/** `generation` is that of the refresh token: an access token of a later one says what happened here. */
export const reauthenticatedSchema: z.ZodMiniType = z.object({
  session: sessionViewSchema,
  generation: count,
  server_time: instantSchema,
});

export const sessionListSchema: z.ZodMiniType = z.object({
  sessions: z.array(sessionViewSchema),
  cursor: z.nullable(z.string()),
  server_time: instantSchema,
});

/** `scope=others` brings a fresh access token, for the step makes the caller's stale; `scope=all` has nobody left to give one. */
export const revokedSchema: z.ZodMiniType = z.union([
  z.intersection(tokenResponseSchema, z.object({ revoked_count: count })),
  z.object({ revoked_count: count, server_time: instantSchema }),
]);

export const dataAnswerSchema: z.ZodMiniType = z.object({ data: z.record(z.string(), json), version: count });
export const dataValueSchema: z.ZodMiniType = z.object({ value: json, version: count });

export const emptySchema: z.ZodMiniType = z.object({});
export const timeSchema: z.ZodMiniType = z.object({ server_time: instantSchema });
export const healthSchema: z.ZodMiniType = z.object({ status: z.literal('ok') });
export const readySchema: z.ZodMiniType = z.object({ status: z.literal('ready') });

const claims = {
  iss: z.optional(z.string()),
  aud: z.optional(z.union([z.string(), z.array(z.string())])),
  sub: z.optional(z.string()),
  client_id: z.optional(z.string()),
  sid: z.optional(z.string()),
  session_type: z.optional(z.string()),
  session_stamp: z.optional(z.number()),
  gen: z.optional(count),
  jti: z.optional(z.string()),
  iat: z.optional(z.number()),
  exp: z.optional(z.number()),
  auth_time: z.optional(z.number()),
  acr: z.optional(z.string()),
  cnf: z.optional(z.object({ jkt: z.string() })),
};

/** What an access token says (RFC 9068), and what the app put in. */
export const claimsSchema: z.ZodMiniType = z.looseObject(claims);

/** RFC 7662 section 2.2: of a token that is not active nothing more is said. */
export const introspectionSchema: z.ZodMiniType = z.looseObject({
  active: z.boolean(),
  token_type: z.optional(z.enum(['Bearer', 'DPoP'])),
  ...claims,
});

export const keySetSchema: z.ZodMiniType = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.literal('sig'),
      crv: z.optional(z.string()),
      x: z.optional(z.string()),
      y: z.optional(z.string()),
    }),
  ),
});

const urls = z.array(z.string());

export const metadataSchema: z.ZodMiniType = z.object({
  issuer: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string(),
  introspection_endpoint: z.optional(z.string()),
  jwks_uri: z.string(),
  response_types_supported: urls,
  grant_types_supported: urls,
  token_endpoint_auth_methods_supported: urls,
  revocation_endpoint_auth_methods_supported: urls,
  dpop_signing_alg_values_supported: urls,
});
