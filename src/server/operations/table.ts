import { create, reissue } from './create-session.ts';
import { revoke, revokeAll, revokeByToken, revokeEverybody, revokeOfType, revokeOthers } from './end-sessions.ts';
import * as events from './events.ts';
import { claimsChanged, extend, reauthenticated, renew, setEnd, touch } from './move-session.ts';
import type { Operation } from './operation.ts';
import { check, get, getByToken, inspect, isValid, list, timeRemaining } from './read-session.ts';
import { refresh } from './refresh-session.ts';
import * as remember from './remember-tokens.ts';
import * as scoped from './scoped-data.ts';
import * as data from './session-data.ts';
import * as types from './session-types.ts';
import * as users from './session-users.ts';
import { sweep, sweepUser } from './sweep.ts';
import { inWireWords } from './wire-words.ts';

/**
 * Everything that the engine can do, in one table: the admin routes, the remote engine, the tools for agents and OpenAPI are
 * made from it. Only `subscribe` is not here, which is a stream (`GET /admin/events`), and `close`, which is nobody else's.
 */
export function allOperations(): readonly Operation[] {
  return operations.map(speaking);
}

const operations: readonly Operation[] = [
  create,
  get,
  inspect,
  getByToken,
  isValid,
  timeRemaining,
  check,
  refresh,
  reissue,
  touch,
  reauthenticated,
  claimsChanged,
  extend,
  setEnd,
  renew,
  revoke,
  revokeByToken,
  revokeAll,
  revokeOthers,
  revokeEverybody,
  revokeOfType,
  list,
  sweep,
  sweepUser,
  data.read,
  data.readValue,
  data.set,
  data.update,
  data.merge,
  data.replace,
  data.remove,
  data.clear,
  scoped.read,
  scoped.list,
  scoped.set,
  scoped.swap,
  scoped.remove,
  types.define,
  types.update,
  types.get,
  types.list,
  types.remove,
  users.list,
  users.get,
  users.sessionsOfType,
  users.figures,
  remember.issue,
  remember.redeem,
  remember.revoke,
  events.list,
];

/** The operation, with errors in the words of its input. */
function speaking(operation: Operation): Operation {
  return {
    ...operation,
    run: async (sessions, input) => {
      try {
        return await operation.run(sessions, input);
      } catch (error) {
        throw inWireWords(error);
      }
    },
  };
}
