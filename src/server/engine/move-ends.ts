import { checkAcr } from '../../protocol/acr.ts';
import { durationMs } from '../../protocol/duration.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { Reschedule } from './decide-reschedule.ts';
import { invalidArgument, notFound, refused } from './failures.ts';
import { userTagOf } from './session-id.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Logged, Store } from './store.ts';
import { isText } from './texts.ts';
import { viewOf } from './view.ts';

/** What {@link createMoveEnds} works with. */
export interface MoveEndsPorts {
  store: Pick<Store, 'touch' | 'reauthenticate' | 'reschedule'>;
  now: () => number;
  resolve: (id: string) => Promise<string | null>;
  publish: (logged: Logged, userTag: string) => void;
}

const longestAction = 256;

/** What the person does moves an end, or tells when they were there. */
export function createMoveEnds({
  store,
  now,
  resolve,
  publish,
}: MoveEndsPorts): Pick<Sessions, 'touch' | 'reauthenticated' | 'extend' | 'setEnd' | 'renew'> {
  async function demand(id: string): Promise<string> {
    const own = await resolve(id);
    if (own === null) throw notFound();
    return own;
  }

  async function reschedule(id: string, change: Reschedule): Promise<{ session: Session; clamped: boolean }> {
    const own = await demand(id);
    const step = await store.reschedule(own, change, now());
    publish(step, userTagOf(own));
    const { answer } = step;
    if (answer.outcome === 'refused') throw refused(answer);
    if (answer.outcome === 'no_window')
      throw new SessionError('not_supported', 'The session has no window that could be longer; set its end instead.', {
        status: 409,
      });
    return { session: viewOf(answer.record, 0, step.now), clamped: answer.clamped };
  }

  return {
    touch: async (id, action) => {
      if (action !== undefined && !isText(action, longestAction))
        throw invalidArgument(`An action is 1 to ${longestAction} characters, of well-formed Unicode.`);
      const own = await demand(id);
      const step = await store.touch(own, action ?? null, now());
      publish(step, userTagOf(own));
      if (step.answer.outcome === 'refused') throw refused(step.answer);
      return viewOf(step.answer.record, 0, step.now);
    },
    reauthenticated: async (id, { acr = null } = {}) => {
      checkAcr(acr);
      const own = await demand(id);
      const step = await store.reauthenticate(own, acr, now());
      publish(step, userTagOf(own));
      if (step.answer.outcome === 'refused') throw refused(step.answer);
      return viewOf(step.answer.record, 0, step.now);
    },
    extend: async (id, by) =>
      reschedule(id, by === undefined ? { kind: 'restart' } : { kind: 'extend', byMs: durationMs(by) }),
    setEnd: async (id, at) => {
      if (!Number.isSafeInteger(at)) throw invalidArgument('The end of a session is an instant in epoch milliseconds.');
      return reschedule(id, { kind: 'set', at });
    },
    renew: async (id) => (await reschedule(id, { kind: 'renew' })).session,
  };
}
