import type * as z from 'zod/mini';
import type { SessionErrorCode } from '../../protocol/session-error.ts';
import type { Sessions } from '../engine/sessions.ts';

/**
 * One thing that the session engine can do, described once: for the admin routes, for the remote engine, for agents and for
 * OpenAPI. Input and answer are as on the wire: names in snake_case, moments in ISO 8601, lives as `'30m'` or in seconds.
 */
export interface Operation<Input = unknown, Answer = unknown> {
  /** Group and verb: `'sessions.create'`. Stable. */
  readonly name: string;
  /** What it does, for people and for agents. */
  readonly summary: string;
  /** One object. Strict: a member that it does not name is refused. */
  readonly input: z.ZodMiniType<Input>;
  /** What {@link run} answers, but for null. */
  readonly answer: z.ZodMiniType<NonNullable<Answer>>;
  readonly route: OperationRoute;
  /** `'read'` changes nothing, `'end'` takes something away that cannot be given back, `'write'` is everything else. */
  readonly effect: 'read' | 'write' | 'end';
  /** With `'write'`: whether it may end something, or write over what is kept, so that it is more than an addition. */
  readonly overwrites?: true;
  /** Whether doing it twice leaves things as doing it once does, so that an answer that was lost may be asked for again. */
  readonly repeatable: boolean;
  /** Where the answer may be null ("there is none"): the code of the problem that says so over HTTP, and says nothing else. */
  readonly absent?: Extract<
    SessionErrorCode,
    'session_not_found' | 'session_type_not_found' | 'invalid_token' | 'not_found'
  >;
  /** What to do about an error of this operation, where the hint for its code would mislead. */
  readonly hints?: Partial<Readonly<Record<SessionErrorCode, string>>>;
  /** Members of the input and of the answer that whoever has them can sign in with, or end a session by. */
  readonly secrets?: {
    readonly input?: readonly string[];
    readonly answer?: readonly string[];
    /** Without the secrets the answer is worth nothing. */
    readonly isAllThereIs?: true;
  };
  run(sessions: Sessions, input: Input): Promise<Answer>;
}

/** Where an operation is found over HTTP. */
export interface OperationRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Under `/admin`. A segment `:name` holds that member of the input; the other members are in the query (GET, DELETE) or in
   * the JSON body.
   */
  readonly path: string;
  /** Of a success. Default: 200. */
  readonly status?: 201;
}
