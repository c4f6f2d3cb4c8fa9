import type * as z from 'zod/mini';
import { nameAdminSchemas } from './admin-operations.ts';
import type { Answer, Body, Operation, Parameter, ProblemStatus, SecurityName } from './operation.ts';
import { inlineSchema, namedSchemas, schemaComponents, schemaRef, type SchemaRegistry } from './named-schemas.ts';
import { answerHeaders, headerRefs, problemResponse, problemResponses } from './problem-responses.ts';
import { securitySchemes } from './security-schemes.ts';

/** An OpenAPI document. */
export interface OpenapiDocument {
  openapi: '3.1.1';
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, object>>;
  components: Record<string, Record<string, object>>;
  tags: { name: string; description?: string }[];
}

/** What {@link openapiDocument} takes. */
export interface DocumentOptions {
  version: string;
  /** Where the server is; empty where it is not known. */
  serverUrl: string;
  operations: readonly Operation[];
}

/** An OpenAPI 3.1 document of these operations. Their schemas become its components. */
export function openapiDocument({ version, serverUrl, operations }: DocumentOptions): OpenapiDocument {
  const registry = namedSchemas();
  if (operations.some(({ tag }) => tag === 'admin')) nameAdminSchemas(registry);
  const paths: OpenapiDocument['paths'] = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = described(operation, registry);
  const statuses = new Set(operations.flatMap(problemsOf));
  const security = new Set(operations.flatMap(({ security: names }) => names));
  return {
    openapi: '3.1.1',
    info: {
      title: 'sojourn session server',
      version,
      description:
        'Sign-in, refresh, sign-out, and what a session is. Made from the schemas that the server checks by.',
    },
    servers: [{ url: serverUrl === '' ? '/' : serverUrl }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemaComponents(registry),
      responses: problemResponses(statuses),
      headers: { ...answerHeaders() },
      securitySchemes: securitySchemes(security),
    },
  };
}

function problemsOf({ problems = [] }: Operation): ProblemStatus[] {
  return [...problems, 500];
}

function described(operation: Operation, registry: SchemaRegistry): object {
  const { id, tag, summary, description, parameters = [], body, answers } = operation;
  const responses = [
    ...answers.map((answer): [string, object] => [String(answer.status), answerOf(answer, id, registry)]),
    ...problemsOf(operation).map((status): [string, object] => [String(status), problemResponse(status)]),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: operation.security.map((name: SecurityName) => ({ [name]: [] })),
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterOf) }),
    ...(body === undefined ? {} : { requestBody: bodyOf(body, id, registry) }),
    responses: Object.fromEntries(responses),
  };
}

function parameterOf({ schema, required = false, ...rest }: Parameter): object {
  return { ...rest, required, schema: 'jsonSchema' in schema ? schema.jsonSchema : inlineSchema(schema) };
}

function bodyOf({ type, schema, required = false }: Body, id: string, registry: SchemaRegistry): object {
  const shown = 'jsonSchema' in schema ? schema.jsonSchema : reference(schema, `${capital(id)}Request`, registry);
  return { required, content: { [type]: { schema: shown } } };
}

function answerOf(answer: Answer, id: string, registry: SchemaRegistry): object {
  const { description, type = 'application/json', schema, headers = [], example } = answer;
  const isText = schema === undefined && type !== 'application/json';
  const shown = example === undefined ? {} : { example };
  const content = isText ? { schema: { type: 'string' }, ...shown } : null;
  const media = schema ? { schema: reference(schema, `${capital(id)}Answer`, registry), ...shown } : content;
  return { description, ...headerRefs(headers), ...(media ? { content: { [type]: media } } : {}) };
}

/** Names a schema, unless it has a name, so that each is told once. */
function reference(schema: z.ZodMiniType, name: string, registry: SchemaRegistry): object {
  const note = registry.get(schema);
  if (note?.id === undefined) registry.add(schema, { ...note, id: name });
  return { $ref: schemaRef(registry.get(schema)?.id ?? name) };
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
