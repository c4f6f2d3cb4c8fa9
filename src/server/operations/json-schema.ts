import * as z from 'zod/mini';

/** A JSON Schema (2020-12) as data. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of a schema, made from it. */
export function jsonSchemaOf(schema: z.ZodMiniType): JsonSchema {
  return z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable: 'any' });
}
