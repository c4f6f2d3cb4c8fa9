import type { SessionEvent } from './session-event.ts';

/**
 * Which events somebody wants: a name; a name with `*` in the place of a part (`'session.*'`; at the end it stands for all the
 * parts that follow, so that `'*'` is everything); an expression that a name has to match; a function that says yes; or a list
 * of these, one of which has to hold. A leading `$.` means nothing: `'$.Session.created'` is `'Session.created'`.
 */
export type EventPattern<Event> = string | RegExp | ((event: Event) => boolean) | ReadonlyArray<EventPattern<Event>>;

/** Other names of an event, besides its type and its type with a capital letter. */
const aliases: Readonly<Record<SessionEvent['type'], readonly string[]>> = {
  'session.created': ['Session.started', 'SESSION_CREATED'],
  'session.updated': ['session.dataChanged', 'Session.dataChanged'],
  'session.touched': [],
  'session.reauthenticated': [],
  'session.claims_changed': [],
  'session.extended': [],
  'session.refreshed': ['SESSION_REFRESHED'],
  'session.expired': [],
  'session.revoked': ['Session.deleted', 'SESSION_REVOKED'],
  // A theft that was noticed ends the session: for who waits for ends it is one.
  'session.reuse_detected': ['session.revoked', 'Session.revoked', 'Session.deleted', 'SESSION_REVOKED'],
  'session.proof_refused': [],
  'user.sessions_revoked': [],
  'everybody.sessions_revoked': [],
};
const idle = ['session.idle', 'Session.idle', 'Session.idled'];

/**
 * Every name that an event goes by: `session.created` is `Session.created` and `SESSION_CREATED`, too. One that expired because
 * nobody was there is also `session.idle`.
 */
export function eventNames({ type, detail }: Pick<SessionEvent, 'type' | 'detail'>): string[] {
  const capital = type.charAt(0).toUpperCase() + type.slice(1);
  const names = [type, capital, ...aliases[type]];
  return type === 'session.expired' && detail['reason'] === 'idle' ? [...names, ...idle] : names;
}

/** A function that tells whether an event is meant. `namesOf` says by which names an event goes. */
export function createEventMatcher<Event>(
  pattern: EventPattern<Event>,
  namesOf: (event: Event) => readonly string[],
): (event: Event) => boolean {
  if (typeof pattern === 'function') return pattern;
  if (typeof pattern === 'string') {
    const wanted = partsOf(pattern);
    return (event) => namesOf(event).some((name) => isMeant(wanted, partsOf(name)));
  }
  // `search` starts anew each time, whatever flags the expression has.
  if (pattern instanceof RegExp) return (event) => namesOf(event).some((name) => name.search(pattern) >= 0);
  const matchers = pattern.map((one) => createEventMatcher(one, namesOf));
  return (event) => matchers.some((matches) => matches(event));
}

function partsOf(name: string): string[] {
  return (name.startsWith('$.') ? name.slice(2) : name).split('.');
}

function isMeant(wanted: readonly string[], parts: readonly string[]): boolean {
  const open = wanted.at(-1) === '*';
  if (open ? parts.length < wanted.length : parts.length !== wanted.length) return false;
  return wanted.every((part, at) => part === '*' || part === parts[at]);
}
