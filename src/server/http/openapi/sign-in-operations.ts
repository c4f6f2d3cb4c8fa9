import { tokenResponseSchema } from '../../../protocol/token-response.ts';
import { refreshFormSchema, revokeFormSchema } from '../request-schemas.ts';
import { signInSchema } from '../routes/sign-in.ts';
import { emptySchema, oauthErrorSchema } from './answer-schemas.ts';
import type { Answer, Operation } from './operation.ts';
import { dpopHeader, idempotencyKey } from './request-parameters.ts';

const form = 'application/x-www-form-urlencoded';

function oauthError(description: string): Answer {
  return { status: 400, description, schema: oauthErrorSchema, headers: ['DPoP-Nonce'] };
}

/** Sign-in, refresh and sign-out: what works with refresh tokens. */
export function signInOperations({ cookieMode }: { cookieMode: boolean }): Operation[] {
  const holder = cookieMode ? (['cookie'] as const) : [];
  const tokenHeaders = cookieMode ? (['Date', 'Set-Cookie'] as const) : (['Date'] as const);
  return [
    {
      id: 'signIn',
      method: 'post',
      path: '/sessions',
      tag: 'sign-in',
      summary: 'Sign in',
      description:
        'Credentials in, a session and its tokens out. With a DPoP proof the session is bound to its key.' +
        (cookieMode ? ' With `place`, what that place of the browser held before, and has forgotten, is over.' : ''),
      security: [],
      parameters: [dpopHeader()],
      body: { type: 'application/json', schema: signInSchema, required: true },
      answers: [{ status: 201, description: 'Signed in.', schema: tokenResponseSchema, headers: tokenHeaders }],
      problems: [400, 401, 403, 413, 415, 429, 503],
    },
    {
      id: 'refresh',
      method: 'post',
      path: '/token',
      tag: 'sign-in',
      summary: 'Refresh (RFC 6749 section 6)',
      description:
        'A new pair of tokens for the refresh token. Only `invalid_grant` says that the session is over; every other answer may be tried again.',
      security: holder,
      parameters: [idempotencyKey(), dpopHeader()],
      body: { type: form, schema: refreshFormSchema, required: true },
      answers: [
        { status: 200, description: 'The next pair.', schema: tokenResponseSchema, headers: tokenHeaders },
        oauthError('Refused, in the form of RFC 6749 section 5.2; with `invalid_grant`, `reason` says why it is over.'),
      ],
      problems: [403, 409, 413, 415, 429, 503],
    },
    {
      id: 'revoke',
      method: 'post',
      path: '/revoke',
      tag: 'sign-in',
      summary: 'Sign out (RFC 7009)',
      description:
        'Ends the session of a refresh or revocation token. Unknown and dead ones are answered 200 too; the answer comes when the end is durable.' +
        (cookieMode ? ' An empty form ends all sessions whose cookies come along.' : ''),
      security: holder,
      parameters: [dpopHeader()],
      body: { type: form, schema: revokeFormSchema, required: true },
      answers: [
        {
          status: 200,
          description: 'It is over.',
          schema: emptySchema,
          ...(cookieMode ? { headers: ['Set-Cookie'] } : {}),
        },
        oauthError('The form has no token, or a proof that is none.'),
      ],
      problems: [403, 413, 415, 503],
    },
  ];
}
