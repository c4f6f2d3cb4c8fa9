import { isSessionError, type SessionEvents } from 'sojourn';
import { nameOf } from '../world/people.ts';
import { endReasons } from './end-reasons.ts';
import { clockTime, seconds } from './times.ts';

/** What an event is about; the log can be narrowed to one. */
export type EventKind = 'session' | 'token' | 'trouble';

type Describer = { [K in keyof SessionEvents]: (detail: SessionEvents[K]) => { kind: EventKind; text: string } };

const where = (byThisTab: boolean): string => (byThisTab ? 'by this tab' : 'by another tab');

const describers: Describer = {
  signed_in: ({ user, byThisTab }) => ({ kind: 'session', text: `${nameOf(user)} signed in, ${where(byThisTab)}` }),
  refreshed: ({ generation, byThisTab }) => ({
    kind: 'token',
    text: `Token ${generation}, refreshed ${where(byThisTab)}`,
  }),
  ended: ({ reason }) => ({ kind: 'session', text: endReasons[reason].title }),
  identity_changed: ({ from, to }) => ({ kind: 'session', text: `${nameOf(from)} left, ${nameOf(to)} is here now` }),
  refresh_failed: ({ error, retryInMs }) => ({
    kind: 'trouble',
    text:
      retryInMs === null
        ? 'The server refused to renew this session. It ends with its access token'
        : `A refresh failed: ${troubleOf(error)}. Next try in ${seconds(retryInMs)}. Still signed in`,
  }),
  rejected_after_refresh: () => ({ kind: 'trouble', text: 'The API refused a token that had just been refreshed' }),
  connection_changed: ({ connection }) => ({
    kind: connection === 'online' ? 'session' : 'trouble',
    text: {
      online: 'The server answers again',
      degraded: 'The server answers, but not usefully',
      offline: 'The server cannot be reached',
    }[connection],
  }),
  storage_degraded: () => ({ kind: 'trouble', text: 'Storage refused to write; the session is kept in memory' }),
  binding_unavailable: () => ({ kind: 'trouble', text: 'The tokens are bound to no key: this page has no WebCrypto' }),
  lock_stolen: () => ({ kind: 'trouble', text: 'A tab held the lock for too long, so it was taken from it' }),
  idle_warning: ({ deadline }) => ({ kind: 'session', text: `Nobody here? Signs out at ${clockTime(deadline)}` }),
  absolute_warning: ({ endsAt }) => ({
    kind: 'session',
    text: `The session ends at ${clockTime(endsAt)}, whatever you do`,
  }),
  changed: () => ({ kind: 'session', text: 'Your devices or your data changed at the server' }),
};

/** An event in plain words. */
export function describeEvent<K extends keyof SessionEvents>(
  name: K,
  detail: SessionEvents[K],
): { kind: EventKind; text: string } {
  return describers[name](detail);
}

/** What is wrong, for people. */
export function troubleOf(error: unknown): string {
  if (!isSessionError(error)) return 'something unexpected';
  switch (error.code) {
    case 'offline':
    case 'network_error':
      return 'the server cannot be reached';
    case 'timeout':
      return 'the server took too long';
    case 'rate_limited':
      return 'the server asks us to wait';
    case 'server_error':
    case 'store_unavailable':
      return 'the server has a problem';
    case 'unexpected_answer':
      return 'the answer came from something that is not our server';
    case 'invalid_credentials':
      return 'that name and password do not belong together';
    case 'not_allowed_origin':
      return 'the server does not know this page (start it with --origin)';
    case 'invalid_dpop_proof':
      return 'the proof of the key arrived twice or late, and counts once';
    case 'unauthenticated':
    case 'session_ended':
      return 'nobody is signed in';
    default:
      return error.code.replaceAll('_', ' ');
  }
}
