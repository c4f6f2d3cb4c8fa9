import type { Context, Handler } from 'hono';
import { jsonSchemaOf, type JsonSchema } from '../../operations/json-schema.ts';
import type { Operation } from '../../operations/operation.ts';
import { readInput } from '../../operations/read-input.ts';
import { decodeSegment, pathMembers } from '../../operations/route-path.ts';
import { jsonAnswer } from '../answers.ts';
import { factsOf, noteFacts } from '../observer.ts';
import { badRequest, Refusal } from '../refusal.ts';
import { readJson } from '../request-body.ts';
import { readQuery } from '../request-query.ts';
import type { Service } from '../service.ts';

/** In a line of the log. */
const longestUserId = 256;

const absences: Readonly<Record<NonNullable<Operation['absent']>, string>> = {
  session_not_found: 'There is no such session.',
  session_type_not_found: 'There is no session type of this tag.',
  invalid_token: 'The token is unknown, used up or over.',
  not_found: 'There is nothing of this name.',
};

/** The route of an operation: input from the path, and from the query or the body. */
export function operationRoute(operation: Operation, { sessionsBy }: Service): Handler {
  const { route, absent } = operation;
  const members = pathMembers(route);
  const readRest =
    route.method === 'GET' || route.method === 'DELETE' ? queryReader(jsonSchemaOf(operation.input)) : readBody;

  return async (c) => {
    const rest = await readRest(c);
    const twice = members.find((name) => Object.hasOwn(rest, name));
    if (twice !== undefined) throw badRequest(`'${twice}' is in the path; leave it out elsewhere.`);
    const path = Object.fromEntries(members.map((name) => [name, decodeSegment(c.req.param(name) ?? '')]));
    const input = readInput(operation, { ...rest, ...path });
    noteWhose(c, input);
    const answer = await operation.run(sessionsBy(factsOf(c).apiKey), input);
    if (isObject(answer) && isObject(answer['session'])) noteWhose(c, answer['session']);
    if (answer === null && absent !== undefined) throw new Refusal(absent, absences[absent]);
    return jsonAnswer(answer, route.status ?? 200);
  };
}

async function readBody(c: Context): Promise<Record<string, unknown>> {
  // A POST that has nothing to say may come without a body.
  if ((await c.req.text()) === '') return {};
  const body = await readJson(c);
  if (!isObject(body)) throw badRequest('The body is a JSON object.');
  return body;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whose session it is about, for the log; where the input names one. */
function noteWhose(c: Context, about: unknown): void {
  const { id, user_id: userId } = isObject(about) ? about : {};
  if (typeof id === 'string') noteFacts(c, { sessionId: id });
  if (typeof userId === 'string') noteFacts(c, { userId: userId.slice(0, longestUserId) });
}

/** Reads the query by the kinds that the schema names: everything in a query is text. */
function queryReader({ properties }: JsonSchema): (c: Context) => Record<string, unknown> {
  const kinds = (properties ?? {}) as Record<string, { type?: unknown }>;
  return (c) =>
    Object.fromEntries(
      Object.entries(readQuery(c)).map(([name, text]) => [
        name,
        read(text, Object.hasOwn(kinds, name) ? kinds[name]?.type : undefined),
      ]),
    );
}

function read(text: string, kind: unknown): unknown {
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if ((kind === 'number' || kind === 'integer') && /^-?\d{1,15}(?:\.\d+)?$/.test(text)) return Number(text);
  return text;
}
