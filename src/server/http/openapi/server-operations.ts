import * as z from 'zod/mini';
import { introspectFormSchema } from '../request-schemas.ts';
import {
  healthSchema,
  introspectionSchema,
  keySetSchema,
  metadataSchema,
  oauthErrorSchema,
  readySchema,
  timeSchema,
} from './answer-schemas.ts';
import type { Operation, SecurityName } from './operation.ts';

/** What a server tells of itself, to anybody. */
export function serverOperations(): Operation[] {
  const read = (
    operation: Pick<Operation, 'id' | 'path' | 'summary' | 'problems'>,
    schema: z.ZodMiniType,
    type = 'application/json',
  ): Operation => ({
    ...operation,
    method: 'get',
    tag: 'server',
    security: [],
    answers: [{ status: 200, description: 'As asked.', type, schema }],
  });
  const keySetType = 'application/jwk-set+json';
  const keySet = {
    id: 'readKeySet',
    path: '/.well-known/jwks.json',
    summary: 'Public keys of access tokens (RFC 7517)',
  };
  const metadata = {
    id: 'readMetadata',
    path: '/.well-known/oauth-authorization-server',
    summary: 'Where everything is (RFC 8414)',
  };
  const ready = { id: 'readReady', path: '/ready', summary: 'Whether it can take requests: the store answers' };
  const document = { id: 'readOpenapi', path: '/openapi.json', summary: 'This document' };
  return [
    read({ ...keySet, problems: [503] }, keySetSchema, keySetType),
    read(metadata, metadataSchema),
    read({ id: 'readTime', path: '/time', summary: "The server's clock" }, timeSchema),
    read({ id: 'readHealth', path: '/health', summary: 'Whether the process answers' }, healthSchema),
    read({ ...ready, problems: [503] }, readySchema),
    read(document, z.looseObject({ openapi: z.string() })),
  ];
}

/** For back ends with the introspection key (RFC 7662). */
export function introspectionOperation(): Operation {
  return {
    id: 'introspect',
    method: 'post',
    path: '/introspect',
    tag: 'back ends',
    summary: 'Whether an access token is good right now (RFC 7662)',
    security: ['apiKey'],
    body: { type: 'application/x-www-form-urlencoded', schema: introspectFormSchema, required: true },
    answers: [
      { status: 200, description: 'What the token says, or that it is not active.', schema: introspectionSchema },
      { status: 400, description: 'The form has no token.', schema: oauthErrorSchema },
    ],
    problems: [401, 413, 415, 503],
  };
}

/** Numbers for Prometheus. */
export function metricsOperation(security: readonly SecurityName[]): Operation {
  return {
    id: 'readMetrics',
    method: 'get',
    path: '/metrics',
    tag: 'server',
    summary: 'Numbers for Prometheus',
    description: 'Text format 0.0.4. Numbers of this process alone.',
    security,
    answers: [
      {
        status: 200,
        description: 'Counters, gauges and histograms.',
        type: 'text/plain',
        example: '# TYPE sojourn_open_streams gauge\nsojourn_open_streams 3\n',
      },
    ],
    ...(security.length === 0 ? {} : { problems: [401] }),
  };
}
