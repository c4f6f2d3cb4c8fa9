import type { SessionRecord } from '../../../../src/server/engine/record.ts';
import { liveRecord } from '../../engine/live-record.ts';

/** Which world is explored. */
export interface Scope {
  /** Who carries the refresh token: the page, or a cookie that attaches when a request leaves. */
  mode: 'bearer' | 'cookie';
  /** Whether the two tabs take turns. Without, both may ask at once. */
  lock?: boolean;
  /**
   * What a thief copies, once: the refresh token; all that the browser holds, noted attempt keys too; or that of a session
   * bound to a key which he does not get.
   */
  thief?: 'token' | 'profile' | 'profile without key';
  /** What the store may forget, once: refreshes since the last durable write, or whatever happened since some moment. */
  failover?: 'refreshes' | 'anything';
  /** Which limit the time runs into. Without, time stands still. */
  limit?: 'absolute' | 'idle';
}

/** A request to refresh, on its way. */
export interface Packet {
  /** Generation of its refresh token. */
  readonly token: number;
  /** Generations whose attempt keys it names. */
  readonly keys: readonly number[];
  /** Generation of the record it was made from. */
  readonly record: number;
}

export type Answer =
  | { readonly kind: 'granted' | 'stale'; readonly generation: number }
  | { readonly kind: 'ended' | 'refused' };

/** One refresh of a tab: its packet is on its way to the server, or the answer on its way back. */
export interface Flight {
  readonly packet: Packet;
  readonly answer: Answer | null;
}

export interface Tab {
  readonly flight: Flight | null;
  /** Cookie mode: it took over the generation that a `stale` named, and asks once more. */
  readonly corrected: number | null;
}

/** What all tabs share. */
export interface Vault {
  readonly generation: number;
  /** Generations whose attempt keys are noted, newest last. */
  readonly keys: readonly number[];
}

export interface Thief {
  /** What he copied, and the newest that he was given. */
  readonly tokens: readonly number[];
  readonly keys: readonly number[];
  readonly uses: number;
  /** The newest generation that he rotated with a key of his own. */
  readonly rotated: number | null;
}

export interface State {
  readonly server: SessionRecord;
  readonly notBefore: number;
  readonly now: number;
  /** What a failover can bring back. */
  readonly earlier: readonly Stored[];
  readonly failedOver: boolean;
  readonly vault: Vault | null;
  /** Cookie mode: generation of the token in the cookie. */
  readonly jar: number;
  readonly tabs: readonly [Tab, Tab];
  /** Packets that nobody waits for any more. */
  readonly strays: readonly Packet[];
  readonly signOut: 'none' | 'owed' | 'acknowledged';
  readonly signedOutEverywhere: boolean;
  readonly thief: Thief | null;
  /** Generations whose token each side used: it was honoured, or its second use was found. */
  readonly used: { readonly client: readonly number[]; readonly thief: readonly number[] };
  /** The newest generation that the browser was given. */
  readonly highest: number;
  /** What this step broke. */
  readonly broken: string | null;
}

export interface Stored {
  readonly server: SessionRecord;
  readonly notBefore: number;
  /** Of the two, for {@link keyOf}. */
  readonly key: string;
}

/** Moments of the model; nothing happens between them. */
export const moments = [1, 500, 800, 1000] as const;
export const absoluteEnd = 1000;
export const idleEnd = 700;
/** The client proves this key when its session is bound. */
export const boundKey = 'the key of the browser';

export function start(scope: Scope): State {
  const idle: Tab = { flight: null, corrected: null };
  return {
    server: liveRecord({
      absoluteEndsAt: absoluteEnd,
      idleTimeoutMs: scope.limit === 'idle' ? idleEnd : null,
      windowMs: 600,
      windowEndsAt: 600,
      renewal: 'manual',
      keyThumbprint: scope.thief === 'profile without key' ? boundKey : null,
    }),
    notBefore: 0,
    now: moments[0],
    earlier: [],
    failedOver: false,
    vault: { generation: 0, keys: [] },
    jar: 0,
    tabs: [idle, idle],
    strays: [],
    signOut: 'none',
    signedOutEverywhere: false,
    thief: null,
    used: { client: [], thief: [] },
    highest: 0,
    broken: null,
  };
}

/** Two states with the same key have the same future. The tabs are alike, and packets have no order. */
export function keyOf(state: State): string {
  const { vault, thief, used } = state;
  const tabs = state.tabs.map((tab) => `${tab.corrected ?? ''}${flightKey(tab.flight)}`).sort();
  return [
    serverKey(state.server, state.notBefore),
    state.now,
    state.earlier.map(({ key }) => key).join(';'),
    state.failedOver ? 1 : 0,
    vault && `${vault.generation}:${vault.keys.join()}`,
    state.jar,
    tabs.join(';'),
    state.strays.map(packetKey).sort().join(';'),
    state.signOut,
    state.signedOutEverywhere ? 1 : 0,
    thief && `${thief.tokens.join()}:${thief.keys.join()}:${thief.uses}:${thief.rotated ?? ''}`,
    used.client.join(),
    used.thief.join(),
    state.highest,
  ].join('|');
}

/** What a failover can bring back of this state. */
export function stored({ server, notBefore }: State): Stored {
  return { server, notBefore, key: serverKey(server, notBefore) };
}

function serverKey(server: SessionRecord, notBefore: number): string {
  const { generation, endReason, windowEndsAt, lastRefreshedAt } = server;
  const attempts = server.attempts.replaceAll('_', '');
  return `${generation}${attempts}${endReason ?? ''}${windowEndsAt}.${lastRefreshedAt}.${notBefore}`;
}

function packetKey({ token, keys, record }: Packet): string {
  return `${token}:${keys.join()}:${record}`;
}

function flightKey(flight: Flight | null): string {
  if (flight === null) return '-';
  const { packet, answer } = flight;
  if (answer === null) return `${packetKey(packet)}>`;
  return `${packetKey(packet)}>${answer.kind}${'generation' in answer ? answer.generation : ''}`;
}
