import type { OpenapiDocument } from '../../../src/server/http/openapi/document.ts';
import type { Schema } from './schema-values.ts';

/** An operation, read from the document that the server itself gave. */
export interface Described {
  id: string;
  method: string;
  path: string;
  security: string[];
  parameters: Array<{ name: string; in: 'path' | 'query' | 'header'; schema: Schema }>;
  body: { type: string; schema: Schema } | null;
  /** By status, then by content type: the schema, or null where there is none. */
  answers: Map<number, Map<string, Schema | null>>;
}

interface Told {
  operationId: string;
  security: Array<Record<string, unknown>>;
  parameters?: Described['parameters'];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { $ref?: string; content?: Record<string, { schema?: Schema }> }>;
}

/** The operations of a document, in its order. */
export function describedOperations(document: OpenapiDocument): Described[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const told = operation as Told;
      const [type] = Object.keys(told.requestBody?.content ?? {});
      const schema = type === undefined ? undefined : told.requestBody?.content[type]?.schema;
      return {
        id: told.operationId,
        method: method.toUpperCase(),
        path,
        security: told.security.flatMap((one) => Object.keys(one)),
        parameters: told.parameters ?? [],
        body: type === undefined ? null : { type, schema: schema ?? {} },
        answers: new Map(
          Object.entries(told.responses).map(([status, answer]) => [Number(status), contentOf(answer, document)]),
        ),
      };
    }),
  );
}

/** A place in the document, by reference. */
export function resolveIn(document: OpenapiDocument): (reference: string) => Schema {
  return (reference) => {
    const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(\w+)$/.exec(reference) ?? [];
    const found = document.components[kind]?.[name];
    if (found === undefined) throw new Error(`${reference} leads nowhere.`);
    return found as Schema;
  };
}

function contentOf(answer: Told['responses'][string], document: OpenapiDocument): Map<string, Schema | null> {
  const { content = {} } = answer.$ref === undefined ? answer : (resolveIn(document)(answer.$ref) as typeof answer);
  return new Map(Object.entries(content).map(([type, { schema }]) => [type, schema ?? null]));
}

/** The operations at an address, whatever their methods. Names in braces stand for any one segment. */
export function operationsAt(operations: readonly Described[], pathname: string): Described[] {
  const exact = operations.filter(({ path }) => path === pathname);
  if (exact.length > 0) return exact;
  const segments = pathname.split('/');
  return operations.filter(({ path }) => {
    const wanted = path.split('/');
    return (
      wanted.length === segments.length &&
      wanted.every((each, index) => (each.startsWith('{') ? segments[index] !== '' : each === segments[index]))
    );
  });
}
