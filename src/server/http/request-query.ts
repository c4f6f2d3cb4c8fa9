import type { Context } from 'hono';
import { badRequest } from './refusal.ts';

/**
 * The parameters of a request's query. None may come twice: whoever stands before the server may have looked at the other one.
 *
 * @throws Refusal 400 `invalid_argument`
 */
export function readQuery(c: Context): Record<string, string> {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, [text = '', ...more]]) => {
      if (more.length > 0) throw badRequest(`'${shown(name)}' is in the query more than once.`);
      return [name, text];
    }),
  );
}

/**
 * The same, where only these are known: a misspelt filter must not pass for none.
 *
 * @throws Refusal 400 `invalid_argument`
 */
export function readKnownQuery<Name extends string>(c: Context, names: readonly Name[]): { [name in Name]?: string } {
  const query = readQuery(c);
  const unknown = Object.keys(query).find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw badRequest(`There is no '${shown(unknown)}'; the query may have ${names.join(', ')}.`);
  return query as { [name in Name]?: string };
}

function shown(name: string): string {
  return name.slice(0, 100);
}
