import fc from 'fast-check';
import type { Described } from './described-operations.ts';
import { anyLiveText, hostileText, liveText, type Text } from './hostile-text.ts';
import { valuesOf, type Schema } from './schema-values.ts';

/** A request that is to be sent. Says where its tokens come from, not what they are: it can be printed, and shrunk. */
export interface Plan {
  operation: string;
  method: string;
  path: string;
  /** For the names in braces. */
  segments: Record<string, Text>;
  query: Array<[string, Text]>;
  headers: Array<[string, Text]>;
  who: Who | null;
  /** A DPoP proof for this request by the key of the test's client. */
  proof: 'none' | 'good' | 'bad';
  /** Sends the cookies that the server has set. */
  cookies: boolean;
  origin: 'listed' | 'foreign' | 'none';
  body: PlannedBody | null;
  /** How long after the one before, in milliseconds. */
  waitMs: number;
}

export interface Who {
  scheme: string;
  token: Text;
}

export interface PlannedBody {
  type: string | null;
  content: { json: unknown } | { form: Array<[string, unknown]> } | { raw: Text };
}

/** The key that servers under test are given; plans only name it. */
export const apiKey = 'admin-key-Zx81-q0p9-w2o8-e3i7-r4u6';

/** Stands for it in plans. */
export const theApiKey = 'the API key';

const often = <T>(value: T, other: fc.Arbitrary<T>, weight = 9): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });

const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY');
const types = fc.constantFrom(
  null,
  '',
  'text/plain',
  'application/json',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'APPLICATION/JSON',
  'application/json, text/html',
);
const rawBodies: fc.Arbitrary<Text> = fc.oneof(
  hostileText,
  fc.constantFrom<Text>(
    { repeat: '[', times: 20_000 },
    { repeat: '{"a":', times: 5000 },
    { repeat: 'a=1&', times: 1000 },
    '{"a":1,"a":2}',
    '{"__proto__":{"polluted":true}}',
    '1e400',
    '"\\ud800"',
    '\uFEFF{}',
    'grant_type=refresh_token&grant_type=refresh_token',
  ),
);

/** Requests to one operation: what its description asks for, and what it does not. */
export function plansFor(operation: Described, resolve: (reference: string) => Schema): fc.Arbitrary<Plan> {
  const inPlace = (place: string): Described['parameters'] => operation.parameters.filter((each) => each.in === place);
  const valued = (parameters: Described['parameters']): fc.Arbitrary<Record<string, Text>> =>
    fc.record(Object.fromEntries(parameters.map(({ name, schema }) => [name, parameterText(name, schema, resolve)])));
  const optional = (place: string): fc.Arbitrary<Array<[string, Text]>> =>
    fc
      .tuple(valued(inPlace(place)), fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }))
      .map(([values, dice]) =>
        Object.entries(values).filter(([name], index) => (dice[index] ?? 0) < (name === 'DPoP' ? 1 : 6)),
      );
  const more = fc.oneof(
    { weight: 12, arbitrary: fc.constant<Array<[string, Text]>>([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(fc.constantFrom('limit', 'scope', 'x', '__proto__', 'cursor'), hostileText), {
        maxLength: 3,
      }),
    },
  );
  return fc.record({
    operation: fc.constant(operation.id),
    method: often(operation.method, methods, 24),
    path: fc.constant(operation.path),
    segments: valued(inPlace('path')),
    query: fc.tuple(optional('query'), more).map((lists) => lists.flat()),
    headers: fc.tuple(optional('header'), oddHeaders).map((lists) => lists.flat()),
    who: whoFor(operation),
    proof: fc.oneof(
      { weight: 12, arbitrary: fc.constant<Plan['proof']>('none') },
      { weight: 2, arbitrary: fc.constantFrom<Plan['proof']>('good', 'good', 'bad') },
    ),
    cookies: fc.boolean(),
    origin: operation.security.includes('apiKey')
      ? often<Plan['origin']>('none', fc.constant('listed'))
      : often<Plan['origin']>('listed', fc.constantFrom('foreign', 'none')),
    body: bodyFor(operation, resolve),
    waitMs: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(0, 0, 40, 1000) },
      { weight: 1, arbitrary: fc.constantFrom(61_000, 301_000, 1_801_000) },
    ),
  });
}

const oddHeaders: fc.Arbitrary<Array<[string, Text]>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Array<[string, Text]>>([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.tuple(
        fc.constantFrom(
          'cookie',
          'if-match',
          'last-event-id',
          'idempotency-key',
          'dpop',
          'sec-fetch-site',
          'user-agent',
          'x-forwarded-for',
          'accept',
          'transfer-encoding',
          'access-control-request-method',
        ),
        hostileText,
      ),
      { maxLength: 3 },
    ),
  },
);

function parameterText(name: string, schema: Schema, resolve: (reference: string) => Schema): fc.Arbitrary<Text> {
  // A proof is made when the request is: see `proof`.
  if (name === 'DPoP') return hostileText;
  return valuesOf(schema, resolve, { name, hostile: 6 }).map((value) =>
    isText(value) ? value : (JSON.stringify(value) ?? ''),
  );
}

function isText(value: unknown): value is Text {
  return (
    typeof value === 'string' || (typeof value === 'object' && value !== null && ('live' in value || 'repeat' in value))
  );
}

function whoFor({ security }: Described): fc.Arbitrary<Who | null> {
  const person: fc.Arbitrary<Who> = fc.record({
    scheme: fc.constantFrom('Bearer', 'Bearer', 'DPoP'),
    token: liveText('access'),
  });
  const odd: fc.Arbitrary<Who> = fc.record({
    scheme: fc.constantFrom('Bearer', 'bearer', 'DPoP', 'Basic', '', 'Bearer Bearer'),
    token: fc.oneof(anyLiveText, hostileText),
  });
  const right: fc.Arbitrary<Who | null> = security.includes('apiKey')
    ? fc.constant({ scheme: 'Bearer', token: theApiKey })
    : security.includes('bearer')
      ? person
      : fc.constant(null);
  return fc.oneof(
    { weight: 14, arbitrary: right },
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function bodyFor({ body, id }: Described, resolve: (reference: string) => Schema): fc.Arbitrary<PlannedBody | null> {
  const odd: fc.Arbitrary<PlannedBody> = fc.record({ type: types, content: fc.record({ raw: rawBodies }) });
  if (body === null) return fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: odd });
  const anything = valuesOf(body.schema, resolve, { hostile: 2 });
  const helped = id === 'signIn' ? signIns : id === 'refresh' ? refreshes : anything;
  const values = fc.oneof({ weight: 3, arbitrary: helped }, { weight: 2, arbitrary: anything });
  const content =
    body.type === 'application/json'
      ? values.map((json) => ({ json }))
      : values.map((value) => ({ form: formOf(value) }));
  return fc.oneof(
    { weight: 14, arbitrary: fc.record({ type: often<string | null>(body.type, types, 20), content }) },
    { weight: 2, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

/** Without right credentials nobody would ever get in. */
const signIns: fc.Arbitrary<unknown> = fc.record(
  {
    credentials: fc.record({ username: fc.constantFrom('ada', 'grace', 'alan'), password: fc.constant('right') }),
    remember: fc.boolean(),
    binding: fc.constantFrom('all', 'refresh'),
  },
  { requiredKeys: ['credentials'] },
);

const attempts = fc.constantFrom('a', 'b').map((name) => JSON.stringify([{ generation: 0, key: name.repeat(22) }]));

/** Nor would anybody stay, with a token in the form or in a cookie. */
const refreshes: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ grant_type: fc.constant('refresh_token'), refresh_token: liveText('refresh') }),
  fc.record({ grant_type: fc.constant('refresh_token'), session_id: liveText('session'), attempts }),
);

function formOf(value: unknown): Array<[string, unknown]> {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [['a', value]];
}
