import * as z from 'zod/mini';
import { dataSchema } from '../request-schemas.ts';
import { reauthenticateSchema } from '../routes/reauthenticate.ts';
import {
  dataAnswerSchema,
  dataValueSchema,
  reauthenticatedSchema,
  revokedSchema,
  sessionAnswerSchema,
  sessionListSchema,
} from './answer-schemas.ts';
import type { Answer, Body, Operation, ProblemStatus } from './operation.ts';
import {
  dataKey,
  dpopHeader,
  ifMatch,
  lastEventId,
  listCursor,
  listLimit,
  revokeScope,
  sessionIdInPath,
} from './request-parameters.ts';

const person = ['bearer', 'dpop'] as const;
const writing: readonly ProblemStatus[] = [400, 401, 403, 404, 409, 413, 415, 422, 429, 503];

const withEtag = (description: string, schema: z.ZodMiniType): Answer => ({
  status: 200,
  description,
  schema,
  headers: ['ETag'],
});
const byBackEndOnly = 'A server may leave this to its back end: 403 `forbidden`.';
const dataAnswer = (): Answer => withEtag('All data, and its version.', dataAnswerSchema);
const jsonBody = (schema: z.ZodMiniType): Body => ({ type: 'application/json', schema, required: true });

/** A person's own session and its data. */
export function sessionOperations(): Operation[] {
  const base = { tag: 'session', security: person } as const;
  return [
    {
      ...base,
      id: 'readSession',
      method: 'get',
      path: '/session',
      summary: 'The session that asks',
      description: 'Reading is not activity.',
      parameters: [dpopHeader()],
      answers: [{ status: 200, description: 'The session and its person.', schema: sessionAnswerSchema }],
      problems: [401, 503],
    },
    {
      ...base,
      id: 'touchSession',
      method: 'post',
      path: '/session/touch',
      summary: 'The person did something',
      description: 'Moves the idle end, and the window where its type says so.',
      parameters: [dpopHeader()],
      answers: [{ status: 200, description: 'The session as it is now.', schema: sessionAnswerSchema }],
      problems: [401, 403, 404, 429, 503],
    },
    {
      ...base,
      id: 'reauthenticate',
      method: 'post',
      path: '/session/reauthenticate',
      summary: 'Prove again who I am',
      description:
        'The credentials must be those of the person who is signed in. Brings no tokens: refresh, and the access token has a new `auth_time`, and `acr` where the app says how.',
      parameters: [dpopHeader()],
      body: jsonBody(reauthenticateSchema),
      answers: [{ status: 200, description: 'Proven.', schema: reauthenticatedSchema }],
      problems: [400, 401, 403, 404, 413, 415, 429, 503],
    },
    {
      ...base,
      id: 'readData',
      method: 'get',
      path: '/session/data',
      summary: "The app's own data in the session",
      description: byBackEndOnly,
      parameters: [dpopHeader()],
      answers: [dataAnswer()],
      problems: [401, 403, 503],
    },
    {
      ...base,
      id: 'replaceData',
      method: 'put',
      path: '/session/data',
      summary: 'Replace all data',
      description: byBackEndOnly,
      parameters: [ifMatch(), dpopHeader()],
      body: jsonBody(dataSchema),
      answers: [dataAnswer()],
      problems: writing,
    },
    {
      ...base,
      id: 'updateData',
      method: 'patch',
      path: '/session/data',
      summary: 'Overwrite given keys',
      description: byBackEndOnly,
      parameters: [ifMatch(), dpopHeader()],
      body: jsonBody(dataSchema),
      answers: [dataAnswer()],
      problems: writing,
    },
    {
      ...base,
      id: 'clearData',
      method: 'delete',
      path: '/session/data',
      summary: 'Remove all data',
      description: byBackEndOnly,
      parameters: [dpopHeader()],
      answers: [dataAnswer()],
      problems: [401, 403, 404, 409, 429, 503],
    },
    {
      ...base,
      id: 'readDataValue',
      method: 'get',
      path: '/session/data/{key}',
      summary: 'One value',
      description: byBackEndOnly,
      parameters: [dataKey(), dpopHeader()],
      answers: [withEtag('The value, and the version of all data.', dataValueSchema)],
      problems: [400, 401, 403, 404, 503],
    },
    {
      ...base,
      id: 'writeDataValue',
      method: 'put',
      path: '/session/data/{key}',
      summary: 'Write one value',
      description: `The body is the value, any JSON. ${byBackEndOnly}`,
      parameters: [dataKey(), dpopHeader()],
      body: jsonBody(z.unknown()),
      answers: [dataAnswer()],
      problems: writing,
    },
    {
      ...base,
      id: 'removeDataValue',
      method: 'delete',
      path: '/session/data/{key}',
      summary: 'Remove one value',
      description: byBackEndOnly,
      parameters: [dataKey(), dpopHeader()],
      answers: [dataAnswer()],
      problems: [400, 401, 403, 404, 409, 422, 429, 503],
    },
  ];
}

/** Where a person is signed in, and what happens there. */
export function deviceOperations(): Operation[] {
  const base = { tag: 'devices', security: person } as const;
  return [
    {
      ...base,
      id: 'listSessions',
      method: 'get',
      path: '/sessions',
      summary: 'Where I am signed in, newest first',
      parameters: [listLimit(), listCursor(), dpopHeader()],
      answers: [{ status: 200, description: 'A page of sessions.', schema: sessionListSchema }],
      problems: [400, 401, 503],
    },
    {
      ...base,
      id: 'revokeSessions',
      method: 'delete',
      path: '/sessions',
      summary: 'Sign out the others, or everywhere',
      description:
        'With `scope=others` the answer brings a fresh access token: the step makes all older ones stale. A server may ask for a recent proof of who it is: 401 `step_up_required`.',
      parameters: [revokeScope(), dpopHeader()],
      answers: [{ status: 200, description: 'How many ended.', schema: revokedSchema }],
      problems: [400, 401, 403, 404, 503],
    },
    {
      ...base,
      id: 'revokeSession',
      method: 'delete',
      path: '/sessions/{id}',
      summary: 'Sign one device out',
      description:
        'A server may ask for a recent proof of who it is, for other devices than this one: 401 `step_up_required`.',
      parameters: [sessionIdInPath(), dpopHeader()],
      answers: [{ status: 204, description: 'It is signed out; also when it was before.' }],
      problems: [401, 403, 404, 503],
    },
    {
      ...base,
      id: 'followEvents',
      method: 'get',
      path: '/events',
      summary: 'What happens to my sessions, as it happens',
      description:
        'Server-sent events (HTML standard). Each `data` line is a ServerEvent, each `id` line its cursor. The stream ends with the access token.',
      parameters: [lastEventId(), dpopHeader()],
      answers: [
        {
          status: 200,
          description: 'A stream that stays open.',
          type: 'text/event-stream',
          example:
            ': open\n\nevent: session.ended\ndata: {"type":"session.ended","at":"2026-01-05T12:00:00.000Z"}\nid: 42\n\n',
        },
      ],
      problems: [400, 401, 429, 503],
    },
  ];
}
