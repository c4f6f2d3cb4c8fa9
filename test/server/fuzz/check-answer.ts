import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenapiDocument } from '../../../src/server/http/openapi/document.ts';
import { describedOperations, operationsAt, resolveIn, type Described } from './described-operations.ts';
import type { Schema } from './schema-values.ts';

/** An answer, read. */
export interface ReadAnswer {
  status: number;
  headers: Headers;
  /** Null for a stream, which has no end. */
  text: string | null;
}

/** Says what is wrong with an answer by the server's own document; nothing when all is well. */
export type CheckAnswer = (
  request: { method: string; pathname: string },
  answer: ReadAnswer,
  secrets: readonly string[],
) => string[];

/** A check by a document. Members that a schema does not name are as wrong as those that are missing. */
export function createCheck(document: OpenapiDocument): CheckAnswer {
  const operations = describedOperations(document);
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema(closed(document, document) as object, 'document');
  const compiled = new Map<Schema, ValidateFunction>();
  const validatorOf = (schema: Schema): ValidateFunction => {
    const known = compiled.get(schema) ?? ajv.compile(absolute(schema) as object);
    compiled.set(schema, known);
    return known;
  };

  function checkBody(operation: Described, answer: ReadAnswer): string[] {
    const content = operation.answers.get(answer.status);
    if (content === undefined) return [`${operation.id} does not declare ${answer.status}.`];
    const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? null;
    if (content.size === 0) return answer.text === '' ? [] : [`${operation.id} declares no body for ${answer.status}.`];
    if (type === null || !content.has(type)) return [`${operation.id} declares no ${type} for ${answer.status}.`];
    const schema = content.get(type);
    if (!schema || type === 'text/event-stream' || !type.endsWith('json')) return [];
    const isValid = validatorOf(schema);
    if (isValid(JSON.parse(answer.text ?? ''))) return [];
    return (isValid.errors ?? []).map(
      ({ instancePath, message }) => `${operation.id} ${answer.status}: ${instancePath} ${message}`,
    );
  }

  return ({ method, pathname }, answer, secrets) => {
    const general = checkGeneral(answer, secrets);
    if (method === 'OPTIONS' && answer.status === 204) return general;
    const here = operationsAt(operations, pathname);
    const asked = method === 'HEAD' ? 'GET' : method;
    const operation = here.find((each) => each.method === asked);
    if (here.length === 0) return [...general, ...expectStatus(answer, pathname, [404, 401, 403])];
    if (!operation) return [...general, ...expectStatus(answer, pathname, [405, 401, 403])];
    if (method === 'HEAD') {
      const isDeclared = operation.answers.has(answer.status) && answer.text === '';
      return isDeclared ? general : [...general, `HEAD of ${operation.id}: ${answer.status}, or it has a body.`];
    }
    return [...general, ...checkBody(operation, answer)];
  };
}

/** Where there is nothing, keys and origins may be asked for first. */
function expectStatus({ status }: ReadAnswer, pathname: string, expected: number[]): string[] {
  return expected.includes(status) ? [] : [`${pathname} has no such operation, and the answer is ${status}.`];
}

function checkGeneral({ status, headers, text }: ReadAnswer, secrets: readonly string[]): string[] {
  const problems: string[] = [];
  if (status >= 500) problems.push(`The answer is ${status}.`);
  if (status >= 400 && text !== null && secrets.some((secret) => text.includes(secret)))
    problems.push('The error shows a token.');
  const cache = headers.get('cache-control') ?? '';
  if (status !== 204 && !cache.includes('no-store') && !cache.includes('max-age'))
    problems.push('Caches are not told.');
  if (status >= 400 && text !== '' && headers.get('x-content-type-options') !== 'nosniff')
    problems.push('The type of the answer may be guessed at.');
  if ((status === 429 || status === 503) && !headers.has('retry-after'))
    problems.push('When to try again is not said.');
  return problems;
}

/** The document with every schema closed against members that it does not name. */
function closed(node: unknown, document: OpenapiDocument): unknown {
  if (Array.isArray(node)) return node.map((each) => closed(each, document));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([name, value]): [string, unknown] => {
    if (name === 'example' || name === 'examples') return [name, value];
    // Parts of a whole cannot be closed one by one.
    if (name === 'allOf') return [name, (value as Schema[]).map((part) => opened(part, document))];
    return [name, closed(value, document)];
  });
  const isObject = ('properties' in node && 'type' in node) || 'allOf' in node;
  const isClosable = isObject && !('additionalProperties' in node);
  return Object.fromEntries(isClosable ? [...entries, ['unevaluatedProperties', false]] : entries);
}

function opened(part: Schema, document: OpenapiDocument): unknown {
  const { unevaluatedProperties: _closed, ...rest } = closed(
    part.$ref === undefined ? part : resolveIn(document)(part.$ref),
    document,
  ) as { unevaluatedProperties?: unknown };
  return rest;
}

/** References into the document, from outside of it. */
function absolute(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(absolute);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [
      name,
      name === '$ref' && typeof value === 'string' ? `document${value}` : absolute(value),
    ]),
  );
}
