import fc from 'fast-check';
import { hostileText, liveText, type LiveKind } from './hostile-text.ts';

/** JSON Schema, as far as the document uses it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** Members that are known by name: what the server said before is most of what reaches deeper than the first check. */
const liveMembers: Record<string, readonly LiveKind[]> = {
  refresh_token: ['refresh'],
  token: ['access', 'revocation', 'refresh', 'remember'],
  session_id: ['session'],
  id: ['session'],
  keep_id: ['session'],
  except: ['session'],
  user_id: ['user'],
  cursor: ['cursor'],
  tag: ['type'],
  type: ['type'],
};
/** Few of them, so that what was written is found again. */
const fewValues: Record<string, readonly unknown[]> = {
  key: ['a', 'cart'],
  name: ['a', 'cart'],
  client_id: ['browser'],
  expected: [null],
};

/** Values for a schema: mostly such as it wants, with hostile ones among them. Texts in them may be planned ones. */
export function valuesOf(
  schema: Schema,
  resolve: (reference: string) => Schema,
  { name = '', hostile = 1 }: { name?: string; hostile?: number } = {},
): fc.Arbitrary<unknown> {
  const kinds = Object.hasOwn(liveMembers, name) ? liveMembers[name]! : [];
  const few = Object.hasOwn(fewValues, name) ? [{ weight: 20, arbitrary: fc.constantFrom(...fewValues[name]!) }] : [];
  return fc.oneof(
    { weight: kinds.length === 0 ? 20 : 2, arbitrary: rightValues(schema, resolve) },
    ...kinds.map((kind) => ({ weight: 20, arbitrary: liveText(kind) as fc.Arbitrary<unknown> })),
    ...few,
    // Seldom, member by member: an object with many of them shall be right as a whole now and then.
    { weight: hostile, arbitrary: fc.oneof(hostileText as fc.Arbitrary<unknown>, wrongValues) },
  );
}

/** Of no kind that was asked for. */
const wrongValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, [], {}, [null], '', { length: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
);

function rightValues(schema: Schema, resolve: (reference: string) => Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return rightValues(resolve(schema.$ref), resolve);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => rightValues(choice, resolve)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => rightValues({ ...schema, type }, resolve)));
  switch (schema.type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 500, 1_000_000) });
    case 'number':
      return fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, resolve), { maxLength: Math.min(schema.maxItems ?? 4, 6) });
    case 'object':
      return objects(schema, resolve);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function texts({ pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<unknown> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const lives = fc.constantFrom('30m', '1h', '2d', '90s', 'Ada', 'a', 'data', '$Session{userId}');
  const fitting = fc.string({ minLength, maxLength: Math.min(maxLength, 60) });
  return minLength > 1 ? fitting : fc.oneof(fitting, lives);
}

function objects({ properties, required = [] }: Schema, resolve: (reference: string) => Schema): fc.Arbitrary<unknown> {
  if (!properties) return dictionaries;
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema, resolve, { name })]),
  );
  const right = fc
    .tuple(fc.record(members), fc.array(fc.nat(3), { minLength: 16, maxLength: 16 }))
    .map(([value, dice]) => {
      const kept = Object.entries(value).filter(([name], index) => required.includes(name) || dice[index % 16] === 0);
      return Object.fromEntries(kept);
    });
  return fc.oneof(
    { weight: 20, arbitrary: right as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.record(members, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.tuple(right, hostileMember).map(([value, more]) => ({ ...value, ...more })) },
  );
}

const names = fc.oneof(fc.constantFrom('a', 'cart'), fc.string({ maxLength: 5 }));
const dictionaries = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(names, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toJSON', '').map(own) },
);
const hostileMember = fc.constantFrom('__proto__', 'constructor', 'extra', 'toString', '').map(own);

/** As `JSON.parse` makes it: `__proto__` too is a member like any other. */
function own(name: string): Record<string, unknown> {
  return JSON.parse(`{${JSON.stringify(name)}:{"polluted":true}}`) as Record<string, unknown>;
}
