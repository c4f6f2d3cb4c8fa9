import type { Operation as EngineOperation } from '../../operations/operation.ts';
import { pathMembers } from '../../operations/route-path.ts';
import { wireSession } from '../../operations/wire-session.ts';
import { inlineSchema, type SchemaRegistry } from './named-schemas.ts';
import type { Answer, Body, Operation, Parameter, ProblemStatus, ShownSchema } from './operation.ts';

/** What the input of an engine operation looks like, member by member. */
interface Members {
  properties: Record<string, { description?: string }>;
  required: readonly string[];
}

/** The admin routes: one for each operation of the engine. */
export function adminOperations(table: readonly EngineOperation[]): Operation[] {
  return table.map(adminOperation);
}

/** Names for what many admin answers have in common. */
export function nameAdminSchemas(registry: SchemaRegistry): void {
  registry.add(wireSession, {
    id: 'SessionRecord',
    description: 'A session as back ends see it. Holds nothing secret.',
  });
}

function adminOperation(operation: EngineOperation): Operation {
  const { name, summary, route } = operation;
  const isBody = route.method !== 'GET' && route.method !== 'DELETE';
  const members = inlineSchema(operation.input) as { properties?: Members['properties']; required?: readonly string[] };
  const { properties = {}, required = [] } = members;
  const inPath = pathMembers(route);
  const rest = Object.keys(properties).filter((member) => !inPath.includes(member));
  const parameterIn = (place: 'path' | 'query') => (member: string) => {
    const { description = member, ...jsonSchema } = properties[member] ?? {};
    return { name: member, in: place, description, required: required.includes(member), schema: { jsonSchema } };
  };
  const parameters: Parameter[] = [
    ...inPath.map(parameterIn('path')),
    ...(isBody ? [] : rest.map(parameterIn('query'))),
  ];
  return {
    id: operationId(name),
    method: route.method.toLowerCase() as Operation['method'],
    path: `/admin${route.path.replaceAll(/:(\w+)/g, '{$1}')}`,
    tag: 'admin',
    summary,
    security: ['apiKey'],
    parameters,
    ...(isBody && rest.length > 0 ? { body: bodyOf(operation, { properties, required }, inPath) } : {}),
    answers: [answerOf(operation)],
    problems: problemsOf(isBody),
  };
}

/** `sessions.revoke_all` is `adminSessionsRevokeAll`. */
function operationId(name: string): string {
  return `admin.${name}`.replaceAll(/[._](\w)/g, (_match, letter: string) => letter.toUpperCase());
}

function bodyOf({ input }: EngineOperation, { properties, required }: Members, inPath: readonly string[]): Body {
  const inBody = ([name]: readonly [string, unknown]): boolean => !inPath.includes(name);
  const shown: ShownSchema = {
    jsonSchema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(properties).filter(inBody)),
      required: required.filter((name) => !inPath.includes(name)),
      additionalProperties: false,
    },
  };
  const isNeeded = required.some((name) => !inPath.includes(name));
  return { type: 'application/json', schema: inPath.length === 0 ? input : shown, required: isNeeded };
}

function answerOf({ answer, route }: EngineOperation): Answer {
  return { status: route.status ?? 200, description: 'Done.', schema: answer };
}

/** The engine decides which of them come; a client must be ready for each. */
function problemsOf(isBody: boolean): ProblemStatus[] {
  return [400, 401, 403, 404, 409, 422, ...(isBody ? ([413, 415] as const) : []), 503];
}
