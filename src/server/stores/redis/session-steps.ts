import type { Change } from '../../engine/decide-change.ts';
import type { Rescheduled } from '../../engine/decide-reschedule.ts';
import type { Rotation } from '../../engine/decide-rotation.ts';
import { isExpiry } from '../../engine/life.ts';
import type { DeathReason, SessionRecord } from '../../engine/record.ts';
import type { Step, Store } from '../../engine/store.ts';
import type { Answer, Context } from './context.ts';
import { optional, pairsIn, recordOf } from './fields.ts';
import { partsOf } from './keys.ts';
import { readSessions } from './read-sessions.ts';
import type { ScriptName } from './scripts.ts';

/** What is done to one session. */
export type SessionSteps = Pick<
  Store,
  'read' | 'rotate' | 'touch' | 'reauthenticate' | 'outdate' | 'reschedule' | 'putData' | 'end'
>;

/** The steps on one session: one script each. */
export function createSessionSteps(context: Context): SessionSteps {
  const { runOn, connection, keys } = context;

  async function step<Outcome>(
    script: Exclude<keyof SessionSteps, 'read'>,
    id: string,
    args: readonly string[],
    now: number,
    outcomeOf: (answer: Answer, record: SessionRecord | null) => Outcome,
  ): Promise<Step<Outcome>> {
    const { tag, sid } = partsOf(id);
    const answer = await runOn(script, { tag, sids: [sid], now }, [sid, ...args]);
    const record = recordOf(tag, sid, pairsIn(answer.rest));
    // Whoever is told of an end must not find the session alive in a replica that took over; that it expired can be found again.
    if (mustLast(script, answer, record))
      await connection.confirm(keys.events(tag), ['hget', keys.session(tag, sid), 'z']);
    return { answer: outcomeOf(answer, record), event: answer.event, now: answer.now };
  }

  return {
    read: async (id, now) => {
      const { tag, sid } = partsOf(id);
      return (await readSessions(context, tag, [sid], now))[0]!;
    },
    rotate: async (id, { generation, attempt, keyThumbprint, otherAttempts }, now) => {
      const others = otherAttempts.flatMap((made) => [String(made.generation), made.tag]);
      const args = [String(generation), optional(attempt), optional(keyThumbprint), ...others];
      return step('rotate', id, args, now, rotationOf);
    },
    touch: async (id, action, now) => step('touch', id, [optional(action)], now, changeOf),
    reauthenticate: async (id, acr, now) => step('reauthenticate', id, [optional(acr)], now, changeOf),
    outdate: async (id, now) => step('outdate', id, [], now, changeOf),
    putData: async (id, { data, ifVersion }, now) =>
      step('putData', id, [optional(data), String(ifVersion)], now, changeOf),
    end: async (id, reason, now) => step('end', id, [reason], now, changeOf),
    reschedule: async (id, change, now) => {
      const by = change.kind === 'extend' ? change.byMs : change.kind === 'set' ? change.at : 0;
      const done = await step('reschedule', id, [change.kind, String(by)], now, rescheduledOf);
      // Whoever sets an end means it as much as one who ends at once.
      const { tag, sid } = partsOf(id);
      if (change.kind === 'set' && done.answer.outcome === 'done')
        await connection.confirm(keys.events(tag), ['hget', keys.session(tag, sid), 'e']);
      return done;
    },
  };
}

function mustLast(script: ScriptName, { more }: Answer, record: SessionRecord | null): boolean {
  if (record === null || record.endReason === null || isExpiry(record.endReason)) return false;
  return script === 'end' || more === 'reuse_detected';
}

function rotationOf({ outcome, more }: Answer, record: SessionRecord | null): Rotation {
  if (outcome === 'missing') return { outcome: 'ended', reason: 'expired' };
  if (outcome === 'refused') return { outcome: 'ended', reason: more as DeathReason };
  return { outcome: outcome as 'rotated', record: record! };
}

function changeOf(answer: Answer, record: SessionRecord | null): Change {
  return refusedOf(answer) ?? { outcome: answer.outcome as 'done' | 'conflict', record: record! };
}

function rescheduledOf(answer: Answer, record: SessionRecord | null): Rescheduled {
  if (answer.outcome === 'no_window') return { outcome: 'no_window', record: record! };
  return refusedOf(answer) ?? { outcome: 'done', record: record!, clamped: answer.more === 'clamped' };
}

function refusedOf({ outcome, more }: Answer): Extract<Change, { outcome: 'refused' }> | null {
  if (outcome === 'missing') return { outcome: 'refused', reason: 'expired', missing: true };
  return outcome === 'refused' ? { outcome: 'refused', reason: more as DeathReason, missing: false } : null;
}
