import type { Context, Handler } from 'hono';
import { jsonSchemaOf, type JsonSchema } from '../../operations/json-schema.ts';
import type { Operation } from '../../operations/operation.ts';
import { readInput } from '../../operations/read-input.ts';
import { decodeSegment, pathMembers } from '../../operations/route-path.ts';
import type { Sessions } from '../../engine/sessions.ts';
import { jsonAnswer } from '../answers.ts';
import { badRequest, Refusal } from '../refusal.ts';
import { readJson } from '../request-body.ts';

const absences: Readonly<Record<NonNullable<Operation['absent']>, string>> = {
  session_not_found: 'There is no such session.',
  session_type_not_found: 'There is no session type of this tag.',
  invalid_token: 'The token is unknown, used up or over.',
  not_found: 'There is nothing of this name.',
};

/** The route of an operation: input from the path, and from the query or the body. */
export function operationRoute(operation: Operation, sessions: Sessions): Handler {
  const { route, absent } = operation;
  const members = pathMembers(route);
  const readRest =
    route.method === 'GET' || route.method === 'DELETE' ? queryReader(jsonSchemaOf(operation.input)) : readBody;

  return async (c) => {
    const rest = await readRest(c);
    const twice = members.find((name) => Object.hasOwn(rest, name));
    if (twice !== undefined) throw badRequest(`'${twice}' is in the path; leave it out elsewhere.`);
    const path = Object.fromEntries(members.map((name) => [name, decodeSegment(c.req.param(name) ?? '')]));
    const answer = await operation.run(sessions, readInput(operation, { ...rest, ...path }));
    if (answer === null && absent !== undefined) throw new Refusal(absent, absences[absent]);
    return jsonAnswer(answer, route.status ?? 200);
  };
}

async function readBody(c: Context): Promise<Record<string, unknown>> {
  // A POST that has nothing to say may come without a body.
  if ((await c.req.text()) === '') return {};
  const body = await readJson(c);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('The body is a JSON object.');
  return body as Record<string, unknown>;
}

/** Reads the query by the kinds that the schema names: everything in a query is text. */
function queryReader({ properties }: JsonSchema): (c: Context) => Record<string, unknown> {
  const kinds = (properties ?? {}) as Record<string, { type?: unknown }>;
  return (c) =>
    Object.fromEntries(
      Object.entries(c.req.queries()).map(([name, [text = '', ...more]]) => {
        if (more.length > 0) throw badRequest(`'${name.slice(0, 100)}' is in the query more than once.`);
        return [name, read(text, Object.hasOwn(kinds, name) ? kinds[name]?.type : undefined)];
      }),
    );
}

function read(text: string, kind: unknown): unknown {
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if ((kind === 'number' || kind === 'integer') && /^-?\d{1,15}(?:\.\d+)?$/.test(text)) return Number(text);
  return text;
}
