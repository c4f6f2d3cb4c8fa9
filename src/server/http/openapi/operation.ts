import type * as z from 'zod/mini';

/** One thing that can be asked of a server, as the OpenAPI document tells it. */
export interface Operation {
  /** `operationId`: unique, and the name that generated clients give it. */
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With parameters in braces: `/sessions/{id}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** Any one of these lets a request in; none at all means that everybody may ask. */
  security: readonly SecurityName[];
  parameters?: readonly Parameter[];
  body?: Body;
  answers: readonly Answer[];
  /** Statuses that come as problem documents. 500 is always among them. */
  problems?: readonly ProblemStatus[];
}

/** Ways to say who asks. */
export type SecurityName = 'bearer' | 'dpop' | 'cookie' | 'apiKey';

/** Statuses of problem documents that say the same wherever they come. */
export type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

/** A parameter of the path, the query or a header. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description: string;
  required?: boolean;
  schema: ShownSchema;
  example?: string | number;
}

/** A schema that requests are checked by, or JSON Schema that was made from one. */
export type ShownSchema = z.ZodMiniType | { readonly jsonSchema: object };

/** The body of a request. */
export interface Body {
  type: 'application/json' | 'application/x-www-form-urlencoded';
  schema: ShownSchema;
  required?: boolean;
}

/** An answer that is no problem document. */
export interface Answer {
  status: number;
  description: string;
  /** Default: `application/json`. */
  type?: string;
  /** Absent: no body; with the type `text/…`: text. */
  schema?: z.ZodMiniType;
  headers?: readonly HeaderName[];
  example?: string;
}

/** Headers of answers that are described once. */
export type HeaderName = 'ETag' | 'Date' | 'Retry-After' | 'DPoP-Nonce' | 'WWW-Authenticate' | 'Set-Cookie';
