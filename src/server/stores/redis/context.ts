import type { SessionEvent } from '../../engine/session-event.ts';
import type { Connection, Reply } from './connection.ts';
import { unmarked, type Value } from './fields.ts';
import type { Keys } from './keys.ts';
import type { ScriptName } from './scripts.ts';

/** What the parts of the store share. */
export interface Context {
  connection: Connection;
  keys: Keys;
  /** The caller's time as an argument of a script: empty where the clock of Redis counts. */
  clock(now: number): string;
  /** Which time counts: that of Redis (the answer of `TIME`) or the caller's. */
  timeOf(time: unknown, now: number): number;
  /** Everybody's not-before stamp. */
  everybody(): number | Promise<number>;
  /** Runs a script on sessions of a user. */
  runOn(script: ScriptName, of: Scope, args: readonly string[]): Promise<Answer>;
  /** Leaves what was logged, as it rests, for servers that lost the channel; `runOn` does it with the event of an answer. */
  leave(tag: string, events: readonly Value[]): void;
}

/** Whose sessions a script is about, which of them it needs, and the caller's time. */
export interface Scope {
  tag: string;
  sids: readonly string[];
  now: number;
}

/** What a script on sessions answers. */
export interface Answer {
  outcome: string;
  more: string | null;
  event: SessionEvent | null;
  now: number;
  notBefore: number;
  /** The fields of a session, or whatever else it answers. */
  rest: readonly Value[];
}

/** The parts of an answer, by their places. */
export function answerOf([outcome, more, event, now, notBefore, ...rest]: Reply): Answer {
  return {
    outcome: String(outcome),
    more: more == null ? null : String(more),
    event: eventOf(event ?? null),
    now: Number(now),
    notBefore: Number(notBefore),
    rest,
  };
}

/** Events of a list in which they rest. */
export function eventsIn(values: readonly Value[]): SessionEvent[] {
  return values.flatMap((value) => eventOf(value) ?? []);
}

/** An event as it rests, or null. */
function eventOf(value: Value): SessionEvent | null {
  const text = unmarked(value);
  return text === null ? null : (JSON.parse(text) as SessionEvent);
}
