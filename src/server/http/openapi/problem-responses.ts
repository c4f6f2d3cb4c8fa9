import type { HeaderName, ProblemStatus } from './operation.ts';

interface ProblemKind {
  name: string;
  description: string;
  /** Code, and words, of the example. */
  example: readonly [code: string, detail: string];
  headers?: readonly HeaderName[];
}

const unavailable = 'The session store does not answer; try again.';

/** What each status means; the `code` of the problem says it exactly. */
function kinds(): Record<ProblemStatus, ProblemKind> {
  return {
    400: {
      name: 'BadRequest',
      description: 'The request is wrong in itself, or its DPoP proof is.',
      example: ['invalid_argument', 'The body is not valid JSON.'],
      headers: ['DPoP-Nonce'],
    },
    401: {
      name: 'Unauthenticated',
      description:
        'Nobody is signed in with this; `token_expired` and `claims_stale` mean that a refresh may help, `step_up_required` that the person must prove again who they are (RFC 9470).',
      example: ['token_expired', 'The access token has expired; refresh it.'],
      headers: ['WWW-Authenticate', 'DPoP-Nonce'],
    },
    403: {
      name: 'Forbidden',
      description:
        'The request comes from a page that is not listed, or asks for what is not its own, or what this server leaves to its back end.',
      example: ['not_allowed_origin', 'The request is refused: its Origin is not one of the listed ones.'],
    },
    404: {
      name: 'NotFound',
      description: 'There is no such thing, or not for the one who asks.',
      example: ['session_not_found', 'You have no session with this id.'],
    },
    409: {
      name: 'Conflict',
      description: 'Somebody else was first; read again and repeat.',
      example: ['version_conflict', 'Somebody else changed the session data; read it again and repeat.'],
    },
    413: {
      name: 'TooLarge',
      description: 'More than is taken.',
      example: ['payload_too_large', 'The body is too large: at most 8192 bytes are taken.'],
    },
    415: {
      name: 'UnsupportedType',
      description: 'The body has another content type.',
      example: ['invalid_argument', 'The body must be sent as application/json.'],
    },
    422: {
      name: 'Unprocessable',
      description: 'The data can be read, but not kept.',
      example: ['data_invalid', "Session data cannot have the key '__proto__'; choose another name."],
    },
    429: {
      name: 'TooMany',
      description: 'Too often.',
      example: ['rate_limited', 'Too many requests; wait and try again.'],
      headers: ['Retry-After'],
    },
    500: {
      name: 'ServerError',
      description: 'A fault of the server.',
      example: ['server_error', 'Something failed in the server; try again later.'],
    },
    503: {
      name: 'Unavailable',
      description: unavailable,
      example: ['store_unavailable', unavailable],
      headers: ['Retry-After'],
    },
  };
}

/** A reference to the response of a status. */
export function problemResponse(status: ProblemStatus): object {
  return { $ref: `#/components/responses/${kinds()[status].name}` };
}

/** The responses behind {@link problemResponse}. */
export function problemResponses(statuses: ReadonlySet<ProblemStatus>): Record<string, object> {
  const rows = Object.entries(kinds()).filter(([status]) => statuses.has(Number(status) as ProblemStatus));
  return Object.fromEntries(rows.map(([status, kind]) => [kind.name, responseOf(Number(status), kind)]));
}

function responseOf(status: number, { description, example, headers = [] }: ProblemKind): object {
  const [code, detail] = example;
  const problem = { type: `urn:sojourn:problem:${code}`, title: code.replaceAll('_', ' '), status, code, detail };
  return {
    description,
    ...headerRefs(headers),
    content: {
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example: problem },
    },
  };
}

/** `headers` of a response, by reference. */
export function headerRefs(names: readonly HeaderName[]): { headers?: object } {
  if (names.length === 0) return {};
  return { headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}

/** The headers behind {@link headerRefs}. */
export function answerHeaders(): Record<HeaderName, object> {
  const text = (description: string): object => ({ description, schema: { type: 'string' } });
  return {
    ETag: text('The version of the session data, for `If-Match`.'),
    Date: text("The server's clock (RFC 9110 section 6.6.1)."),
    'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
    'DPoP-Nonce': text('With `use_dpop_nonce`: the nonce that the next proof must carry (RFC 9449 section 8).'),
    'WWW-Authenticate': text('How to say who asks, and what was wrong with what was sent.'),
    'Set-Cookie': text('Cookie mode: keeps or ends the refresh token of a session.'),
  };
}
