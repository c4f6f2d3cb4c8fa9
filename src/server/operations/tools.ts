import { isSessionError } from '../../protocol/session-error.ts';
import type { Sessions } from '../engine/sessions.ts';
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts';
import { nextStep } from './next-step.ts';
import type { Operation } from './operation.ts';
import { readInput } from './read-input.ts';
import { allOperations } from './table.ts';

/** One thing that an agent can do with the sessions. */
export interface Tool {
  /** Letters and underscores, as every model's API takes it: `'sessions_create'`. */
  readonly name: string;
  readonly description: string;
  /** Of the input: JSON Schema 2020-12, made from the schema that checks it. */
  readonly inputSchema: JsonSchema;
  /** Hints, by the names of the Model Context Protocol. */
  readonly annotations: ToolAnnotations;
  /** Checks the input and does it. Never rejects: what goes wrong is an answer. */
  readonly call: (input: unknown) => Promise<ToolAnswer>;
}

/** What a tool does to the world. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  /** Whether it may end something, or write over what is kept. */
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
}

/** What a tool answers. Plain JSON. */
export type ToolAnswer = { ok: true; result: unknown } | { ok: false; error: ToolError };

/** What went wrong, for a reader who has to decide what to do next. */
export interface ToolError {
  /** A stable code of `SessionErrorCode`. */
  code: string;
  message: string;
  /** What to do next. */
  hint: string;
  /** Whether the same call may succeed later without anybody doing anything. */
  retryable: boolean;
  /** With `session_ended`: why it ended. */
  reason?: string;
  retry_after_ms?: number;
}

/** A line of {@link Tools.describe}. */
export interface Capability {
  name: string;
  summary: string;
  effect: Operation['effect'];
}

/** The engine, as agents take it. */
export interface Tools {
  readonly tools: readonly Tool[];
  /** What can be done here, in short. */
  readonly describe: () => Capability[];
}

/** What {@link createTools} takes. */
export interface ToolsOptions {
  /**
   * Lets tokens through to the agent, which can sign in with them. Default: false. Then the tools that take a token, or that
   * have nothing else to give, are not there, and the others answer without.
   */
  tokens?: boolean;
  /** Is told of failures that an agent only sees as `server_error`. Default: nobody is. */
  onError?: (error: unknown) => void;
}

/**
 * Every operation of a session engine as a tool for an agent: described, checked, and with errors that say what to do next.
 *
 * @example
 * ```ts
 * const { tools } = createTools(sessions);
 * const answer = await tools.find(({ name }) => name === 'sessions_list')!.call({ user_id: 'user_1' });
 * if (!answer.ok) console.log(answer.error.hint);
 * ```
 */
export function createTools(sessions: Sessions, options: ToolsOptions = {}): Tools {
  const { tokens = false, onError = () => {} } = options;
  const offered = allOperations().filter((operation) => tokens || isUsefulWithoutTokens(operation));
  return {
    tools: offered.map((operation) => createTool(operation, sessions, { tokens, onError })),
    describe: () => offered.map(({ name, summary, effect }) => ({ name: toolName(name), summary, effect })),
  };
}

function createTool(operation: Operation, sessions: Sessions, options: Required<ToolsOptions>): Tool {
  const { name, summary, effect, overwrites, repeatable } = operation;
  const hidden = options.tokens ? [] : (operation.secrets?.answer ?? []);
  return {
    name: toolName(name),
    description: hidden.length === 0 ? summary : `${summary} Here the answer comes without ${hidden.join(' and ')}.`,
    inputSchema: jsonSchemaOf(operation.input),
    annotations: {
      readOnlyHint: effect === 'read',
      destructiveHint: effect === 'end' || overwrites === true,
      idempotentHint: repeatable,
    },
    call: async (input) => {
      try {
        const answer = await operation.run(sessions, readInput(operation, input));
        return { ok: true, result: without(answer, hidden) };
      } catch (error) {
        return { ok: false, error: told(error, operation, options.onError) };
      }
    },
  };
}

/** A tool that takes a token, or gives nothing but one, is of no use to somebody who may see none. */
function isUsefulWithoutTokens({ secrets }: Operation): boolean {
  return secrets === undefined || (secrets.input === undefined && secrets.isAllThereIs !== true);
}

function toolName(name: string): string {
  return name.replaceAll('.', '_');
}

function without(answer: unknown, hidden: readonly string[]): unknown {
  if (typeof answer !== 'object' || answer === null || hidden.length === 0) return answer;
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !hidden.includes(name)));
}

function told(error: unknown, { hints }: Operation, onError: (error: unknown) => void): ToolError {
  if (!isSessionError(error) || error.code === 'server_error') onError(error);
  if (!isSessionError(error))
    return {
      code: 'server_error',
      message: 'Something failed in the server.',
      hint: nextStep('server_error')!,
      retryable: true,
    };
  const { code, message, retryable, reason, retryAfterMs } = error;
  return {
    code,
    message,
    hint: hints?.[code] ?? nextStep(code) ?? 'Read the message and decide.',
    retryable,
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
  };
}
