import { decideEnd } from '../../../../src/server/engine/decide-change.ts';
import { raisedNotBefore } from '../../../../src/server/engine/not-before.ts';
import { clientTags, giveUp, keepCookie, maySend, owed, reachServer, send, take } from './client.ts';
import { ask, durable, isDead, mayArrive, type World } from './server.ts';
import { moments, type Packet, type State } from './state.ts';
import { thieving } from './thief.ts';

/** One thing that may happen, in words, and the world afterwards. */
export type Move = readonly [words: string, next: State];

const mostStrays = 2;
const names = ['tab A', 'tab B'] as const;

/** Everything that may happen next. May throw `Broken`. */
export function* moves(world: World, state: State): Generator<Move> {
  const { scope } = world;
  for (const at of [0, 1] as const) yield* ofTab(world, state, at);
  for (const [i, stray] of state.strays.entries()) if (mayArrive(state, stray)) yield arrivalOf(world, state, stray, i);
  if (state.vault !== null) yield ['the person signs out', { ...state, vault: null, signOut: owed(state) }];
  if (state.signOut === 'owed') yield ['the revocation arrives and is acknowledged', revoked(world, state)];
  if (!state.signedOutEverywhere)
    yield ['another device signs out everywhere, acknowledged', signedOutEverywhere(world, state)];
  if (scope.limit !== undefined) {
    const later = moments.find((moment) => moment > state.now);
    if (later !== undefined) yield [`the clock shows ${later}`, { ...state, now: later }];
  }
  for (const { server, notBefore } of state.earlier) {
    const told = scope.failover === 'anything' ? ', ends included' : '';
    yield [
      `a failover puts the store back to generation ${server.generation}${told}`,
      forgotten({ ...state, server, notBefore }),
    ];
  }
  yield* thieving(world, state);
}

function* ofTab(world: World, state: State, at: 0 | 1): Generator<Move> {
  const { scope } = world;
  const name = names[at];
  if (maySend(scope, state, at)) {
    const sent = send(scope, state, at);
    const { packet } = sent.tabs[at].flight!;
    yield [`${name} asks with token ${packet.token}`, sent];
    if (!mayArrive(sent, packet)) return;
    const answered = reachServer(world, sent, at);
    const answer = said(answered, at);
    yield [`${name} refreshes with token ${packet.token}: ${answer}`, take(scope, answered, at)];
    if (state.strays.length < mostStrays)
      yield [
        `${name} refreshes with token ${packet.token}: ${answer}; a copy of the request is still on its way`,
        { ...take(scope, answered, at), strays: [...state.strays, packet] },
      ];
    return;
  }
  const { flight } = state.tabs[at];
  if (flight === null) return;
  const { packet, answer } = flight;
  if (answer === null) {
    if (mayArrive(state, packet)) {
      const answered = reachServer(world, state, at);
      yield [`the server answers ${name}: ${said(answered, at)}`, answered];
    }
    yield [`the server dies before the step for ${name}`, giveUp(state, at)];
    if (state.strays.length < mostStrays)
      yield [`${name} waits no longer`, { ...giveUp(state, at), strays: [...state.strays, packet] }];
    return;
  }
  yield [`${name} takes its answer`, take(scope, state, at)];
  yield [`the answer to ${name} is lost, or the server died after the step`, giveUp(state, at)];
  if (scope.mode === 'cookie' && answer.kind === 'granted')
    yield [`the browser keeps the cookie for ${name}, which is gone`, keepCookie(scope, giveUp(state, at), answer)];
}

function arrivalOf(world: World, state: State, stray: Packet, i: number): Move {
  const { answer, next } = ask(world, state, 'client', stray.token, clientTags(stray.keys));
  const strays = state.strays.filter((_, other) => other !== i);
  return [`a late request with token ${stray.token} arrives: ${answer.kind}`, { ...next, strays }];
}

function said(state: State, at: 0 | 1): string {
  const answer = state.tabs[at].flight!.answer!;
  return 'generation' in answer ? `${answer.kind} ${answer.generation}` : answer.kind;
}

function revoked({ scope }: World, state: State): State {
  const { write } = decideEnd(state.server, state.notBefore, 'signed_out_elsewhere', state.now);
  const earlier = durable(scope, state);
  return { ...state, server: write ?? state.server, earlier, signOut: 'acknowledged' };
}

function signedOutEverywhere({ scope }: World, state: State): State {
  const notBefore = raisedNotBefore(state.notBefore, state.server.stamp, state.now);
  return { ...state, notBefore, earlier: durable(scope, state), signedOutEverywhere: true };
}

/** Only what ended may be alive again, and nobody remembers who used what. */
function forgotten(state: State): State {
  const back = { ...state, earlier: [], failedOver: true, used: { client: [], thief: [] } };
  if (isDead(state)) return back;
  const signOut = state.signOut === 'acknowledged' ? 'owed' : state.signOut;
  return { ...back, signOut, signedOutEverywhere: false };
}
