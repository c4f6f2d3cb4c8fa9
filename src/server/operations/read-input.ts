import type * as z from 'zod/mini';
import { SessionError } from '../../protocol/session-error.ts';
import type { Operation } from './operation.ts';

type Issue = z.core.$ZodIssue;

/**
 * The input of an operation, checked.
 *
 * @throws SessionError `invalid_argument`; the message names the members that are wrong, and never shows their values
 */
export function readInput<Input>({ name, input: schema }: Operation<Input>, input: unknown): Input {
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  const said = checked.error.issues
    .slice(0, 5)
    .map((issue) => describe(issue, input))
    .join('; ');
  throw new SessionError('invalid_argument', `The input of ${name} cannot be used: ${said}.`, { status: 400 });
}

function describe(issue: Issue, input: unknown): string {
  const where = issue.path.length === 0 ? 'it' : `\`${issue.path.join('.').slice(0, 100)}\``;
  const isMissing = issue.path.length > 0 && valueAt(input, issue.path) === undefined;
  if (isMissing && issue.code !== 'invalid_value') return `${where} is missing`;
  switch (issue.code) {
    case 'invalid_type':
      return `${where} must be ${article(issue.expected)}`;
    case 'unrecognized_keys':
      return `there is no ${issue.keys
        .slice(0, 5)
        .map((key) => `\`${key.slice(0, 100)}\``)
        .join(', ')}`;
    case 'invalid_value':
      return `${where} must be one of ${issue.values.map((value) => `'${String(value)}'`).join(', ')}`;
    case 'too_big':
      return `${where} is too long or too large: at most ${issue.maximum}`;
    case 'too_small':
      return `${where} is too short or too small: at least ${issue.minimum}`;
    case 'invalid_format':
      return `${where} must be a moment in ISO 8601, such as '2026-01-05T12:00:00.000Z'`;
    default:
      return `${where} is not of the right kind`;
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input);
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
