import type { SecurityName } from './operation.ts';

/** Ways to say who asks, as OpenAPI security schemes. */
export function securitySchemes(names: ReadonlySet<SecurityName>): Record<string, object> {
  const schemes: Record<SecurityName, object> = {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token that is bound to no key (RFC 6750).',
    },
    dpop: {
      type: 'http',
      scheme: 'dpop',
      description: 'An access token that is bound to a key, sent with a proof of it in the header `DPoP` (RFC 9449).',
    },
    cookie: {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-Http-rt',
      description:
        'The refresh token, in a cookie that scripts cannot read. Each session has one of its own: the name goes on with `-` and the end of the session id, and, where the sign-in named a `place`, `.` and its hash. The request must come from a listed `Origin`.',
    },
    apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of a back end; never in a browser.' },
  };
  return Object.fromEntries(Object.entries(schemes).filter(([name]) => names.has(name as SecurityName)));
}
