import * as z from 'zod/mini';
import { wireSession } from '../../operations/wire-session.ts';
import { verifyTokenInput } from '../admin/verify-token.ts';
import { claimsSchema } from './answer-schemas.ts';
import type { Operation } from './operation.ts';
import { lastEventId } from './request-parameters.ts';

const cursor = z.string().check(z.regex(/^\d{0,15}$/));

/** The admin routes that are no operation of the engine: it knows no access tokens, and a stream has no end. */
export function adminTokenOperations(): Operation[] {
  const base = { tag: 'admin', security: ['apiKey'] } as const;
  return [
    {
      ...base,
      id: 'adminTokensVerify',
      method: 'post',
      path: '/admin/tokens/verify',
      summary: 'Whether an access token is good right now, and of which session',
      description:
        'A token that is bound to a key says so in `claims.cnf`; the proof by that key is for the caller to check.',
      body: { type: 'application/json', schema: verifyTokenInput, required: true },
      answers: [
        {
          status: 200,
          description: 'It is good.',
          schema: z.object({ session: wireSession, claims: claimsSchema }),
        },
      ],
      problems: [400, 401, 403, 413, 415, 503],
    },
    {
      ...base,
      id: 'adminFollowEvents',
      method: 'get',
      path: '/admin/events',
      summary: 'What happens to all sessions, as it happens',
      description:
        'Server-sent events (HTML standard): of everybody, of one user, or of one session. An event `missed` says that some are lost to this reader.',
      parameters: [
        lastEventId(),
        { name: 'after', in: 'query', description: 'Like `Last-Event-ID`.', schema: cursor },
        { name: 'user_id', in: 'query', description: 'Only events of this user.', schema: z.string() },
        { name: 'session_id', in: 'query', description: 'Only events of this session.', schema: z.string() },
      ],
      answers: [
        {
          status: 200,
          description: 'A stream that stays open.',
          type: 'text/event-stream',
          example: ': open\n\nevent: session.created\ndata: {"cursor":42,"type":"session.created"}\nid: 42\n\n',
        },
      ],
      problems: [400, 401, 403, 503],
    },
  ];
}
