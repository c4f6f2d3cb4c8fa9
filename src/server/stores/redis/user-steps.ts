import { deathOf } from '../../engine/life.ts';
import type { SessionEvent } from '../../engine/session-event.ts';
import type { NotBeforeRaised, Store, StoreUser } from '../../engine/store.ts';
import { SessionError } from '../../../protocol/session-error.ts';
import { eventsIn, type Answer, type Context } from './context.ts';
import { fieldsOf, marked, optional, pairsIn, recordOf } from './fields.ts';
import { idOf, partsOf } from './keys.ts';
import type { ScriptName } from './scripts.ts';
import { readSessions } from './read-sessions.ts';

/** What is done to the sessions of a user. */
export type UserSteps = Pick<Store, 'create' | 'raiseNotBefore' | 'keepOne' | 'list' | 'sweepUser' | 'log' | 'events'>;

/** Sessions that are read or visited in one round trip. */
const batch = 100;
/** So often a step is tried whose sessions changed while it was on its way. */
const tries = 20;

/** The steps on a user's sessions. */
export function createUserSteps(context: Context): UserSteps {
  const { runOn, connection, keys } = context;

  /** Runs a script that says which sessions it needs, until it was given them. */
  async function runKnowing(
    script: ScriptName,
    tag: string,
    first: readonly string[],
    now: number,
    argsFor: (sids: readonly string[]) => string[],
  ): Promise<Answer> {
    let sids = first;
    for (let attempt = 0; attempt < tries; attempt++) {
      const answer = await runOn(script, { tag, sids, now }, argsFor(sids));
      if (answer.outcome !== 'again') return answer;
      sids = [...new Set([...first, ...answer.rest.map(String)])];
    }
    throw new SessionError('store_unavailable', 'The sessions of the user change too quickly; try again.', {
      status: 503,
      retryAfterMs: 1000,
    });
  }

  async function raise(user: StoreUser, kept: string | null, now: number): Promise<[NotBeforeRaised, Answer] | null> {
    const first = kept === null ? [] : [kept];
    const args = (sids: readonly string[]): string[] => [marked(user.userId), kept ?? '', ...sids];
    const answer = await runKnowing('raise', user.tag, first, now, args);
    if (answer.outcome === 'not_live') return null;
    const { notBefore, event } = answer;
    await connection.confirm(keys.events(user.tag), ['get', keys.notBefore(user.tag)]);
    return [{ now: answer.now, notBefore, count: Number(answer.more), event }, answer];
  }

  /** The sids in a user's index: of those that have not ended, or of those that have. */
  async function sidsOf(tag: string, which: 'live' | 'over', now: number): Promise<{ sids: string[]; now: number }> {
    const answer = await runOn('index', { tag, sids: [], now }, [which]);
    return { sids: answer.rest.map(String), now: answer.now };
  }

  return {
    create: async ({ tag }, session, limit, now) => {
      const { sid } = partsOf(session.id);
      const fields = fieldsOf(session);
      const args = [sid, limit === null ? '' : String(limit), String(fields.length), ...fields];
      const answer = await runKnowing('create', tag, [sid], now, (sids) => [...args, ...sids.slice(1)]);
      await connection.confirm(keys.events(tag), ['hget', keys.session(tag, sid), 'c']);
      const [count, ...rest] = answer.rest;
      const record = recordOf(tag, sid, pairsIn(rest.slice(Number(count))))!;
      const evicted = rest.slice(0, Number(count));
      context.leave(tag, evicted);
      return { answer: record, event: answer.event, evicted: eventsIn(evicted), now: answer.now };
    },
    raiseNotBefore: async (user, now) => (await raise(user, null, now))![0],
    keepOne: async (user, id, now) => {
      const { tag, sid } = partsOf(id);
      if (tag !== user.tag) return null;
      const raised = await raise(user, sid, now);
      return raised && { ...raised[0], kept: recordOf(tag, sid, pairsIn(raised[1].rest))! };
    },
    list: async ({ tag }, { limit, after, type }, at) => {
      const { sids, now } = await sidsOf(tag, 'live', at);
      const live = [];
      for (let from = 0; from < sids.length; from += batch) {
        const some = sids.slice(from, from + batch);
        for (const { record, notBefore } of await readSessions(context, tag, some, at))
          if (record !== null && deathOf(record, notBefore, now) === null) live.push(record);
      }
      const wanted = live.filter(
        (record) => (type === null || record.type === type) && (after === null || newestFirst(after, record) < 0),
      );
      return { now, records: wanted.sort(newestFirst).slice(0, limit) };
    },
    sweepUser: async ({ tag }, at) => {
      const { sids, now } = await sidsOf(tag, 'over', at);
      const events: SessionEvent[] = [];
      let removed = 0;
      for (let from = 0; from < sids.length; from += batch) {
        const some = sids.slice(from, from + batch);
        const answer = await runOn('visit', { tag, sids: some, now }, some);
        removed += Number(answer.more);
        events.push(...eventsIn(answer.rest));
        context.leave(tag, answer.rest);
      }
      return { removed, events };
    },
    log: async ({ tag }, { type, userId, sessionId, at, detail }) => {
      const sid = sessionId === null ? null : partsOf(sessionId).sid;
      const args = [type, marked(userId), optional(sid), String(at), marked(JSON.stringify(detail))];
      return (await runOn('log', { tag, sids: [], now: at }, args)).event!;
    },
    events: async (user, after, limit) => {
      const args = [String(after), String(limit)];
      const { rest } = await runOn('events', { tag: user.tag, sids: [], now: after }, args);
      return rest.map((value) => restingEvent(String(value), user));
    },
  };
}

/** An event as it rests in the log of its user. */
function restingEvent(text: string, { tag, userId }: StoreUser): SessionEvent {
  const [, cursor, type, sid = '', at, detail = '{}'] = /^(\d+) (\S+) (\S+) (\S+) (.*)$/s.exec(text) ?? [];
  return {
    cursor: Number(cursor),
    type: type as SessionEvent['type'],
    userId,
    sessionId: sid === '-' ? null : idOf(tag, sid),
    at: Number(at),
    detail: JSON.parse(detail) as SessionEvent['detail'],
  };
}

function newestFirst(a: { stamp: number; id: string }, b: { stamp: number; id: string }): number {
  if (a.stamp !== b.stamp) return b.stamp - a.stamp;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
