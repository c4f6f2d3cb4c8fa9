import { describe, expect, test } from 'vitest';
import { decideEnd } from '../../../src/server/engine/decide-change.ts';
import { decideRotation } from '../../../src/server/engine/decide-rotation.ts';
import type { SessionRecord } from '../../../src/server/engine/record.ts';
import { liveRecord } from './live-record.ts';

/**
 * Every order of events around one session, to a bounded depth, against the pure decision of the server.
 * The honest browser has two tabs without a lock over one vault; its client follows the rotation protocol: the attempt key of a
 * generation is committed before it is sent, an answer is taken only if the vault is still at the generation it was asked
 * for, and a `stale` on an unchanged vault ends the session.
 */
interface State {
  readonly server: SessionRecord;
  /** What a failover brings back; kills are never lost (they are written durably). */
  readonly older: SessionRecord | null;
  readonly rolledBack: boolean;
  readonly now: number;
  readonly vault: number | 'ended';
  /** In flight to the server; each may be delivered twice. */
  readonly packets: readonly Packet[];
  /** In flight to a tab. */
  readonly answers: readonly Answer[];
  readonly thief: number | null;
  readonly stolen: boolean;
  readonly thiefUses: number;
  /** Generations whose token each side had honoured, or was caught with, as far as the server remembers. */
  readonly usedBy: { readonly client: readonly number[]; readonly thief: readonly number[] };
  readonly killAcknowledged: boolean;
}

interface Packet {
  readonly tab: 0 | 1;
  readonly generation: number;
  readonly copies: number;
}

interface Answer {
  readonly tab: 0 | 1;
  readonly asked: number;
  readonly got: number | 'stale' | 'ended';
}

type Named = readonly [name: string, next: State];

const absoluteEnd = 1000;

describe('every interleaving', { timeout: 60_000 }, () => {
  test('of two tabs, lost answers, delayed and doubled packets, sign-out, the absolute end', () => {
    expect(explore({ depth: 13, thief: false, rollback: false })).toBeGreaterThan(20_000);
  });

  test('the same with a failover that forgets rotations', () => {
    expect(explore({ depth: 11, thief: false, rollback: true })).toBeGreaterThan(20_000);
  });

  test('the same with a thief who copied the token once', () => {
    expect(explore({ depth: 11, thief: true, rollback: false })).toBeGreaterThan(20_000);
  });

  test('all of it at once', () => {
    expect(explore({ depth: 10, thief: true, rollback: true })).toBeGreaterThan(20_000);
  });
});

interface Scope {
  depth: number;
  thief: boolean;
  rollback: boolean;
}

function explore(scope: Scope): number {
  const seen = new Map<string, number>();
  visit(start, scope.depth, []);
  return seen.size;

  function visit(state: State, depth: number, path: readonly string[]): void {
    const key = JSON.stringify(state);
    if ((seen.get(key) ?? -1) >= depth) return;
    seen.set(key, depth);
    if (depth === 0) return;
    for (const [name, next] of moves(state, scope)) {
      const story = [...path, name];
      check(next, scope, story);
      visit(next, depth - 1, story);
    }
  }
}

const start: State = {
  server: liveRecord({ absoluteEndsAt: absoluteEnd, idleTimeoutMs: null }),
  older: null,
  rolledBack: false,
  now: 1,
  vault: 0,
  packets: [],
  answers: [],
  thief: null,
  stolen: false,
  thiefUses: 0,
  usedBy: { client: [], thief: [] },
  killAcknowledged: false,
};

function* moves(state: State, scope: Scope): Generator<Named> {
  const { vault, packets, answers, server } = state;
  for (const tab of [0, 1] as const) {
    const busy =
      packets.some((packet) => packet.tab === tab && packet.copies === 2) ||
      answers.some((answer) => answer.tab === tab);
    if (vault !== 'ended' && !busy)
      yield [`tab ${tab} sends ${vault}`, { ...state, packets: [...packets, { tab, generation: vault, copies: 2 }] }];
  }
  for (const packet of packets) yield* deliveries(state, packet);
  for (const answer of answers) {
    const rest = answers.filter((other) => other !== answer);
    yield [`answer ${answer.got} to tab ${answer.tab} is lost`, { ...state, answers: rest }];
    yield [`tab ${answer.tab} takes ${answer.got}`, { ...state, answers: rest, vault: taken(state, answer) }];
  }
  if (!state.killAcknowledged && vault !== 'ended') {
    const { write } = decideEnd(server, 0, 'signed_out_elsewhere', state.now);
    yield ['signs out', { ...state, server: write ?? server, older: null, vault: 'ended', killAcknowledged: true }];
  }
  if (state.now < absoluteEnd) yield ['the absolute end comes', { ...state, now: absoluteEnd }];
  if (scope.rollback && !state.rolledBack && state.older !== null && server.endReason === null)
    yield ['failover', { ...state, server: state.older, older: null, rolledBack: true, usedBy: start.usedBy }];
  if (scope.thief) yield* thieving(state);
}

function* deliveries(state: State, packet: Packet): Generator<Named> {
  const { answer, next } = ask(state, packet.generation, `h${packet.generation}`, 'client');
  const first = packet.copies === 2;
  const packets = state.packets.flatMap((other) =>
    other !== packet ? [other] : first ? [{ ...packet, copies: 1 }] : [],
  );
  const answers = first
    ? [...state.answers, { tab: packet.tab, asked: packet.generation, got: answer }]
    : state.answers;
  yield [`server gets ${packet.generation}${first ? '' : ' again'}: ${answer}`, { ...next, packets, answers }];
  if (!first) yield ['a double is dropped', { ...state, packets }];
}

function* thieving(state: State): Generator<Named> {
  if (!state.stolen && state.vault !== 'ended')
    yield [`thief copies ${state.vault}`, { ...state, thief: state.vault, stolen: true }];
  if (state.thief === null || state.thiefUses === 3) return;
  const { answer, next } = ask(state, state.thief, `t${state.thiefUses}`, 'thief');
  const thief = typeof answer === 'number' ? answer : answer === 'ended' ? null : state.thief;
  yield [`thief uses ${state.thief}: ${answer}`, { ...next, thief, thiefUses: state.thiefUses + 1 }];
}

function ask(
  state: State,
  generation: number,
  key: string,
  who: 'client' | 'thief',
): { answer: Answer['got']; next: State } {
  const request = { generation, attempt: key.padEnd(10, '_'), previousAttempt: null, keyThumbprint: null };
  const { answer, write } = decideRotation(state.server, 0, request, state.now);
  const counts = answer.outcome === 'ended' ? answer.reason === 'reuse_detected' : answer.outcome !== 'stale';
  const usedBy = counts ? { ...state.usedBy, [who]: [...new Set([...state.usedBy[who], generation])] } : state.usedBy;
  const older =
    write !== null && write.endReason === null && !state.rolledBack ? (state.older ?? state.server) : state.older;
  const next: State = { ...state, server: write ?? state.server, older, usedBy };
  if (answer.outcome === 'ended') return { answer: 'ended', next };
  if (answer.outcome === 'stale') return { answer: 'stale', next };
  expect(answer.record.generation, 'one successor per generation').toBe(generation + 1);
  return { answer: answer.record.generation, next };
}

function taken(state: State, { asked, got }: Answer): State['vault'] {
  if (state.vault === 'ended' || got === 'ended') return 'ended';
  if (state.vault !== asked) return state.vault;
  return got === 'stale' ? 'ended' : got;
}

function check(state: State, scope: Scope, story: readonly string[]): void {
  const { server, usedBy } = state;
  const told = story.join(' > ');
  if (!scope.thief) {
    if (server.endReason === 'reuse_detected') throw new Error(`An honest client was taken for a thief: ${told}`);
    const unasked = state.vault === 'ended' && !state.killAcknowledged && state.now < absoluteEnd;
    if (unasked) throw new Error(`An honest client lost a living session: ${told}`);
  }
  const both = usedBy.thief.some((generation) => usedBy.client.includes(generation));
  // Also after a failover: what it forgot is found one generation late, when both use what they both got.
  if (both && server.endReason === null) throw new Error(`Two holders of one token live on: ${told}`);
  if (state.killAcknowledged || state.now >= absoluteEnd) {
    const request = {
      generation: server.generation,
      attempt: 'any key___',
      previousAttempt: null,
      keyThumbprint: null,
    };
    if (decideRotation(server, 0, request, state.now).answer.outcome !== 'ended')
      throw new Error(`A dead session answered: ${told}`);
  }
}
