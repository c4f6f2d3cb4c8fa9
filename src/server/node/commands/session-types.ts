import { readFile } from 'node:fs/promises';
import { isSessionError, SessionError } from '../../../protocol/session-error.ts';
import { readInput } from '../../operations/read-input.ts';
import * as types from '../../operations/session-types.ts';
import type { EngineCommand } from './sessions.ts';
import { list, moment, table } from './shown.ts';

/** `types list`. */
export function listTypes(): EngineCommand {
  return async (sessions) => {
    const answer = await types.list.run(sessions, {});
    const rows = answer.types.map((each) => [
      each.tag,
      each.name,
      seconds(each.window),
      seconds(each.idle_timeout),
      seconds(each.absolute_timeout),
      each.renewal,
    ]);
    const text = table(['TAG', 'NAME', 'WINDOW', 'IDLE', 'ABSOLUTE', 'RENEWAL'], rows, 'No session types are kept.');
    return { text, json: answer };
  };
}

/** `types show <tag>`. */
export function showType(tag: string): EngineCommand {
  return async (sessions) => {
    const answer = await types.get.run(sessions, readInput(types.get, { tag }));
    if (answer === null) throw new SessionError('session_type_not_found', 'No session type of this tag is kept.');
    return { text: list(facts(answer.type)), json: answer.type };
  };
}

/** `types define <file.json>`; with `update`, a type that is there already is changed. */
export function defineType(file: string, { update }: { update: boolean }): EngineCommand {
  return async (sessions) => {
    const given = await readJsonFile(file);
    const operation = update ? types.update : types.define;
    const answer = await operation.run(sessions, readInput(operation, given)).catch((error: unknown) => {
      if (!isSessionError(error) || error.code !== 'session_type_exists') throw error;
      throw new SessionError(error.code, `${error.message} To change it, add --update.`, { cause: error });
    });
    return { text: `The session type ${answer.type.tag} is kept.\n`, json: answer.type };
  };
}

/** `types remove <tag>`. */
export function removeType(tag: string, { force }: { force: boolean }): EngineCommand {
  return async (sessions) => {
    const input = readInput(types.remove, { tag, ...(force ? { force } : {}) });
    const answer = await types.remove.run(sessions, input);
    return { text: answer.removed ? 'It is removed.\n' : 'There was none of this tag.\n', json: answer };
  };
}

function facts(type: types.WireType): Array<readonly [string, string]> {
  return [
    ['tag', type.tag],
    ['name', type.name],
    ['description', type.description],
    ['window', seconds(type.window)],
    ['idle', seconds(type.idle_timeout)],
    ['absolute', seconds(type.absolute_timeout)],
    ['renewal', type.renewal],
    ['per user', perUser(type.max_per_user)],
    ['selector', type.selector ?? 'none'],
    ['data encrypted', type.encrypt ? 'yes' : 'no'],
    ['schema', type.schema === null ? 'anything' : JSON.stringify(type.schema)],
    ['changed', moment(type.updated_at)],
  ];
}

function seconds(life: number | null | undefined): string {
  if (life === undefined) return 'default';
  return life === null ? 'none' : `${life} s`;
}

function perUser(most: number | null | undefined): string {
  if (most === undefined) return 'default';
  return most === null ? 'any number' : `${most} sessions`;
}

async function readJsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why =
      cause instanceof SyntaxError
        ? 'it is not JSON'
        : (cause as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'there is no such file'
          : 'it cannot be read';
    throw new SessionError('invalid_argument', `${file}: ${why}.`, { cause });
  }
}
