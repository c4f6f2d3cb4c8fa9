import type { DeathReason, SessionRecord } from '../../engine/record.ts';
import type { Renewal } from '../../engine/sessions.ts';
import { idOf } from './keys.ts';

const renewals: readonly Renewal[] = ['none', 'manual', 'access', 'half-life'];

/** A value as Redis answers it. A client may make a number of digits. */
export type Value = string | number | null;

/** Texts, and pieces of them, rest behind a sign, so that no client takes one for a number or for JSON. */
export function marked(text: string): string {
  return `=${text}`;
}

/** A text without its sign; null for nothing. */
export function unmarked(value: Value | undefined): string | null {
  return value == null || value === '' ? null : String(value).slice(1);
}

/** An argument that may be absent. */
export function optional(text: string | null): string {
  return text === null ? '' : marked(text);
}

/** Names and values of a new session. What is left out has its default; times are milliseconds since creation. */
export function fieldsOf(record: SessionRecord): string[] {
  const fields: string[] = [];
  const text = (name: string, value: string | null, usual: string | null = null): void => {
    if (value !== null && value !== usual) fields.push(name, marked(value));
  };
  const number = (name: string, value: number | null, usual: number | null = null): void => {
    if (value !== null && value !== usual) fields.push(name, String(value));
  };
  const time = (name: string, at: number | null, usual: number | null = null): void => {
    if (at !== null && at !== usual) fields.push(name, String(at - record.createdAt));
  };
  // First: the others are counted from it.
  number('c', record.createdAt);
  text('u', record.userId);
  text('y', record.type, 'default');
  time('m', record.updatedAt, record.lastRefreshedAt ?? record.createdAt);
  time('a', record.lastActivityAt, record.createdAt);
  time('A', record.authenticatedAt, record.createdAt);
  text('C', record.acr);
  time('f', record.lastRefreshedAt);
  number('w', record.windowMs);
  time('e', record.windowEndsAt);
  time('x', record.absoluteEndsAt);
  number('i', record.idleTimeoutMs);
  number('p', renewals.indexOf(record.renewal), 0);
  number('b', Number(record.remembered), 0);
  number('g', record.generation, 0);
  text('k', record.attempts, '');
  time('s', record.stamp, record.createdAt);
  number('h', record.keyId, 1);
  text('j', record.keyThumbprint);
  text('l', record.deviceLabel);
  text('o', record.userAgent);
  text('q', record.alias);
  text('t', record.trustContext);
  text('r', record.lastAction);
  time('n', record.lastActionAt);
  number('T', record.tokenGeneration, 0);
  number('v', record.version, 0);
  text('d', record.data);
  time('E', record.endedAt);
  text('z', record.endReason);
  return fields;
}

/** The record of names and values, of which a long one may be in numbered pieces; null when there are none. */
export function recordOf(
  tag: string,
  sid: string,
  fields: ReadonlyArray<readonly [string, Value]>,
): SessionRecord | null {
  const values = new Map(fields);
  const createdAt = Number(values.get('c') ?? Number.NaN);
  if (Number.isNaN(createdAt)) return null;
  const text = (name: string): string | null => {
    let whole = unmarked(values.get(name));
    for (let piece = 1; values.has(`${name}${piece}`); piece++) whole += unmarked(values.get(`${name}${piece}`)) ?? '';
    return whole;
  };
  const number = (name: string): number | null => (values.has(name) ? Number(values.get(name)) : null);
  const time = (name: string): number | null => (values.has(name) ? createdAt + Number(values.get(name)) : null);
  const lastRefreshedAt = time('f');
  return {
    id: idOf(tag, sid),
    userId: text('u') ?? '',
    type: text('y') ?? 'default',
    createdAt,
    updatedAt: time('m') ?? lastRefreshedAt ?? createdAt,
    lastActivityAt: time('a') ?? createdAt,
    authenticatedAt: time('A') ?? createdAt,
    acr: text('C'),
    lastRefreshedAt,
    windowMs: number('w'),
    windowEndsAt: time('e'),
    absoluteEndsAt: time('x'),
    idleTimeoutMs: number('i'),
    renewal: renewals[number('p') ?? 0]!,
    remembered: number('b') === 1,
    generation: number('g') ?? 0,
    attempts: text('k') ?? '',
    stamp: time('s') ?? createdAt,
    keyId: number('h') ?? 1,
    keyThumbprint: text('j'),
    deviceLabel: text('l'),
    userAgent: text('o'),
    alias: text('q'),
    trustContext: text('t'),
    lastAction: text('r'),
    lastActionAt: time('n'),
    tokenGeneration: number('T') ?? 0,
    data: text('d'),
    version: number('v') ?? 0,
    endedAt: time('E'),
    endReason: text('z') as DeathReason | null,
  };
}

/** Names and values in the answer of `HGETALL`, which is a list, a map or an object, as the client likes it. */
export function pairsIn(reply: unknown): Array<[string, Value]> {
  if (!Array.isArray(reply)) {
    const entries = reply instanceof Map ? [...reply] : Object.entries((reply ?? {}) as Record<string, unknown>);
    return entries.map(([name, value]) => [String(name), value as Value]);
  }
  const pairs: Array<[string, Value]> = [];
  for (let i = 0; i + 1 < reply.length; i += 2) pairs.push([String(reply[i]), reply[i + 1] as Value]);
  return pairs;
}
