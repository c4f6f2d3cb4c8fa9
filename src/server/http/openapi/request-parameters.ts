import * as z from 'zod/mini';
import {
  dataKeySchema,
  idempotencyKeySchema,
  ifMatchSchema,
  lastEventIdSchema,
  listLimitSchema,
  revokeScopeSchema,
} from '../request-schemas.ts';
import type { Parameter } from './operation.ts';

/** `DPoP`: the proof of possession that goes with a bound token. */
export function dpopHeader(): Parameter {
  return {
    name: 'DPoP',
    in: 'header',
    description: 'Proof that the client has the key its tokens are bound to (RFC 9449): a JWT for this method and URL.',
    schema: z.string(),
  };
}

export function idempotencyKey(): Parameter {
  return {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Name of the attempt: the same key gets the same successor again, another key for a spent token is reuse and ends the session. Without one every request is an attempt of its own.',
    schema: idempotencyKeySchema,
    example: '"q3ZgJ0m1S5eVx8kXr7pN2w"',
  };
}

export function ifMatch(): Parameter {
  return {
    name: 'If-Match',
    in: 'header',
    description: 'The ETag of an earlier answer: writes only if nobody else wrote in between.',
    schema: ifMatchSchema,
    example: '"3"',
  };
}

export function lastEventId(): Parameter {
  return {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The id of the last event that was seen; what came after it is sent first.',
    schema: lastEventIdSchema,
    example: '41',
  };
}

export function dataKey(): Parameter {
  return {
    name: 'key',
    in: 'path',
    required: true,
    description: 'Name of the value.',
    schema: dataKeySchema,
    example: 'cart',
  };
}

export function sessionIdInPath(): Parameter {
  return {
    name: 'id',
    in: 'path',
    required: true,
    description: 'Public id of a session.',
    schema: z.string(),
    example: 'session_q8ej3BfJT9ueFYhpAeLrGfVGG0yZz6bPZw1uVg',
  };
}

export function listLimit(): Parameter {
  return {
    name: 'limit',
    in: 'query',
    description: 'Most sessions of the page.',
    schema: listLimitSchema,
    example: 20,
  };
}

export function listCursor(): Parameter {
  return {
    name: 'cursor',
    in: 'query',
    description: 'The `cursor` of the page before; left out for the first page.',
    schema: z.string(),
  };
}

export function revokeScope(): Parameter {
  return {
    name: 'scope',
    in: 'query',
    required: true,
    description: '`others` spares the session that asks.',
    schema: revokeScopeSchema,
    example: 'others',
  };
}
