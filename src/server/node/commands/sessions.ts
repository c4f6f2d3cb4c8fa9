import type { Sessions } from '../../engine/sessions.ts';
import * as end from '../../operations/end-sessions.ts';
import { readInput } from '../../operations/read-input.ts';
import * as read from '../../operations/read-session.ts';
import type { WireSession } from '../../operations/wire-session.ts';
import { SessionError } from '../../../protocol/session-error.ts';
import { list, moment, table, type Shown } from './shown.ts';

/** A command that an engine carries out, one here or one behind a URL. */
export type EngineCommand = (sessions: Sessions) => Promise<Shown>;

/** Which sessions to list. */
export interface ListWish {
  user_id: string;
  type?: string;
  limit?: number;
  cursor?: string;
}

/** `sessions list --user U`. */
export function listSessions(wish: ListWish): EngineCommand {
  return async (sessions) => {
    const page = await read.list.run(sessions, readInput(read.list, wish));
    const rows = page.sessions.map((each) => [
      each.id,
      each.type,
      each.state,
      moment(each.created_at),
      moment(each.last_activity_at),
      moment(each.expires_at),
      each.device.label ?? each.device.user_agent?.slice(0, 40) ?? '',
    ]);
    const heading = ['ID', 'TYPE', 'STATE', 'SIGNED IN', 'LAST ACTIVE', 'ENDS', 'DEVICE'];
    const more = page.cursor === null ? '' : `There are more: --cursor ${page.cursor}\n`;
    return { text: table(heading, rows, 'No live sessions.') + more, json: page };
  };
}

/** `sessions show <id>`: one that is over, too, as long as it is remembered. */
export function showSession(id: string): EngineCommand {
  return async (sessions) => {
    const answer = await read.inspect.run(sessions, readInput(read.inspect, { id }));
    if (answer === null)
      throw new SessionError('session_not_found', 'There is no session with this id, not even an ended one.');
    return { text: list(facts(answer.session)), json: answer.session };
  };
}

/** `sessions revoke <id>`. */
export function revokeSession(id: string): EngineCommand {
  return async (sessions) => {
    const answer = await end.revoke.run(sessions, readInput(end.revoke, { id }));
    if (!answer.was_live)
      throw new SessionError(
        'session_not_found',
        'There is no live session of this id; nothing was done. For a user: sojourn sessions revoke --user <id>',
      );
    return { text: 'It is over.\n', json: answer };
  };
}

/** `sessions revoke --user U`: every device. */
export function revokeUser(userId: string): EngineCommand {
  return async (sessions) => {
    const answer = await end.revokeAll.run(sessions, readInput(end.revokeAll, { user_id: userId }));
    return { text: `${answer.count} ${answer.count === 1 ? 'session is' : 'sessions are'} over.\n`, json: answer };
  };
}

/** `sessions revoke --everybody`: all users. */
export function revokeEverybody(): EngineCommand {
  return async (sessions) => {
    const answer = await end.revokeEverybody.run(sessions, { confirm: 'everybody' });
    return { text: 'All sessions of all users are over. Everybody has to sign in again.\n', json: answer };
  };
}

function facts(session: WireSession): Array<readonly [string, string]> {
  const { device, data } = session;
  return [
    ['id', session.id],
    ...(session.alias === null ? [] : [['alias', session.alias] as const]),
    ['user', session.user_id],
    ['type', session.type],
    ['state', session.end_reason === null ? session.state : `${session.state} (${session.end_reason})`],
    ['signed in', moment(session.created_at)],
    ['last active', moment(session.last_activity_at)],
    ['ends', moment(session.expires_at)],
    ['ends at last', moment(session.absolute_expires_at)],
    ['idle limit', session.idle_timeout === null ? 'none' : `${session.idle_timeout} s`],
    ['remembered', session.remembered ? 'yes' : 'no'],
    ['generation', String(session.generation)],
    ['bound to key', session.key_thumbprint ?? 'no'],
    ['device', [device.label, device.user_agent].filter((text) => text !== null).join(', ') || 'unknown'],
    // The values are the app's, and may be a person's secrets; who needs them asks for --json.
    ['data', Object.keys(data).join(', ') || 'none'],
  ];
}
