import * as z from 'zod/mini';
import { attemptsSchema } from '../../../protocol/attempts.ts';
import { serverEventSchema } from '../../../protocol/server-event.ts';
import { instantSchema, sessionViewSchema, userSchema } from '../../../protocol/session-view.ts';
import { tokenResponseSchema } from '../../../protocol/token-response.ts';
import {
  attemptsFieldSchema,
  credentialsSchema,
  dataSchema,
  refreshFormSchema,
  revokeFormSchema,
} from '../request-schemas.ts';
import { reauthenticateSchema } from '../routes/reauthenticate.ts';
import { signInSchema } from '../routes/sign-in.ts';
import {
  dataAnswerSchema,
  dataValueSchema,
  oauthErrorSchema,
  problemDocumentSchema,
  sessionAnswerSchema,
} from './answer-schemas.ts';
import * as examples from './schema-examples.ts';

/** What is said of a schema besides its shape. */
export interface SchemaNote {
  /** Name among the components, and so a reference wherever it is used. Absent: written out where it is used. */
  id?: string | undefined;
  description?: string;
  examples?: unknown[];
  type?: string;
  /** Of a text that holds JSON. */
  contentMediaType?: string;
  contentSchema?: object;
}

/** Schemas that have a name in the document. */
export type SchemaRegistry = z.core.$ZodRegistry<SchemaNote>;

/** A registry with the schemas that many operations share. */
export function namedSchemas(): SchemaRegistry {
  const registry: SchemaRegistry = z.registry<SchemaNote>();
  const name = (schema: z.ZodMiniType, id: string, description: string, example?: unknown): void =>
    void registry.add(schema, { id, description, ...(example === undefined ? {} : { examples: [example] }) });

  name(problemDocumentSchema, 'Problem', 'An error (RFC 9457). Decide by `code`.');
  name(oauthErrorSchema, 'OauthError', 'An error of RFC 6749 section 5.2. Decide by `code`.', examples.oauthError());
  name(instantSchema, 'Instant', 'A moment: ISO 8601 in UTC, with milliseconds.', examples.now);
  name(userSchema, 'User', 'Who is signed in. Members besides `id` are the app’s own.', examples.user());
  name(sessionViewSchema, 'Session', 'A session as its own person sees it.', examples.session());
  name(tokenResponseSchema, 'Tokens', 'Tokens of a session, and what their client must know of it.', examples.tokens());
  name(
    attemptsSchema,
    'Attempts',
    'Cookie mode: the last attempts to refresh, each with its key.',
    examples.attempts(),
  );
  name(serverEventSchema, 'ServerEvent', 'One event of the stream.', examples.serverEvent());
  name(signInSchema, 'SignInRequest', 'What a sign-in takes.', examples.signIn());
  name(
    reauthenticateSchema,
    'ReauthenticateRequest',
    'What a person proves again who they are with.',
    examples.reauthenticate(),
  );
  name(refreshFormSchema, 'RefreshRequest', 'The form of a refresh. Unknown fields are ignored.', examples.refresh());
  name(revokeFormSchema, 'RevokeRequest', 'The form of a sign-out. Unknown fields are ignored.', examples.revoke());
  name(sessionAnswerSchema, 'SessionAnswer', 'The session that asks.');
  name(dataAnswerSchema, 'SessionData', 'All data of the session.');
  name(dataValueSchema, 'DataValue', 'One value of the data.');
  // What a function checks has no shape of its own to be shown.
  registry.add(credentialsSchema, { type: 'object', examples: [{ username: 'ada', password: 'demo' }] });
  registry.add(dataSchema, { id: 'NewSessionData', type: 'object', examples: [{ cart: ['book'], theme: 'dark' }] });
  registry.add(attemptsFieldSchema, {
    contentMediaType: 'application/json',
    contentSchema: { $ref: schemaRef('Attempts') },
  });
  return registry;
}

/** Every schema of a registry that has a name, as JSON Schema (draft 2020-12) with references between them. */
export function schemaComponents(registry: SchemaRegistry): Record<string, object> {
  const { schemas } = z.toJSONSchema(registry, {
    uri: schemaRef,
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { id: _id, ...note } = registry.get(zodSchema) ?? {};
      Object.assign(jsonSchema, note);
    },
  });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)]));
}

/** Where a named schema is in the document. */
export function schemaRef(name: string): string {
  return `#/components/schemas/${name}`;
}

/** A schema that is written out where it is used. */
export function inlineSchema(schema: z.ZodMiniType): object {
  return bare(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

/** OpenAPI says once for all of them which JSON Schema it is, and `$id` would change what references mean. */
function bare(schema: object): object {
  const { $schema: _schema, $id: _id, ...rest } = schema as { $schema?: unknown; $id?: unknown };
  return rest;
}
