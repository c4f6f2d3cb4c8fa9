import type { AttemptTag } from '../../../../src/server/engine/decide-rotation.ts';
import { ask, tagOf, type World } from './server.ts';
import type { Answer, Packet, Scope, State, Tab, Vault } from './state.ts';

const remembered = 5;
const idle: Tab = { flight: null, corrected: null };

/** The client's attempt keys: one for each generation, whichever tab asks. */
export function clientTags(generations: readonly number[]): AttemptTag[] {
  return generations.map((generation) => ({ generation, tag: tagOf(`c${generation}`) }));
}

/** Whether a tab may ask now. */
export function maySend(scope: Scope, state: State, at: 0 | 1): boolean {
  if (state.vault === null || state.tabs[at].flight !== null) return false;
  return scope.lock !== true || (state.tabs[1 - at]!.flight === null && state.tabs[1 - at]!.corrected === null);
}

/** The attempt is noted, then the request leaves; the cookie attaches at that moment. */
export function send(scope: Scope, state: State, at: 0 | 1): State {
  const vault = noted(scope, state.vault!);
  const { generation, keys } = vault;
  const packet: Packet = { token: scope.mode === 'cookie' ? state.jar : generation, keys, record: generation };
  // Somebody else moved the record: what was to be corrected is gone.
  const corrected = state.tabs[at].corrected === generation ? generation : null;
  return withTab({ ...state, vault }, at, { flight: { packet, answer: null }, corrected });
}

function noted({ mode }: Scope, vault: Vault): Vault {
  const { generation } = vault;
  const keys = mode === 'cookie' ? vault.keys : [];
  return vault.keys.includes(generation) ? vault : { generation, keys: [...keys, generation].slice(-remembered) };
}

/** The server gets the packet of a tab. */
export function reachServer(world: World, state: State, at: 0 | 1): State {
  const { flight, corrected } = state.tabs[at];
  const { packet } = flight!;
  const { answer, next } = ask(world, state, 'client', packet.token, clientTags(packet.keys));
  return withTab(next, at, { flight: { packet, answer }, corrected });
}

/** The browser keeps the cookie of an answer, in whichever order answers come. */
export function keepCookie(scope: Scope, state: State, answer: Answer): State {
  const isKept = scope.mode === 'cookie' && answer.kind === 'granted';
  return isKept ? { ...state, jar: answer.generation } : state;
}

/** A tab takes its answer, which counts only while the record is the one it asked from. */
export function take(scope: Scope, state: State, at: 0 | 1): State {
  const { flight, corrected } = state.tabs[at];
  const { packet, answer } = flight!;
  const next = withTab(keepCookie(scope, state, answer!), at, idle);
  const { vault } = next;
  if (answer === null || vault === null || vault.generation !== packet.record) return next;
  switch (answer.kind) {
    case 'granted': {
      const least = scope.mode === 'cookie' ? packet.record : packet.record + 1;
      return answer.generation < least
        ? next
        : { ...next, ...given(state, answer.generation), vault: moved(scope, vault, answer.generation) };
    }
    case 'stale': {
      if (scope.mode === 'bearer' || corrected !== null) return { ...next, vault: null, signOut: owed(next) };
      const { generation } = answer;
      return withTab({ ...next, vault: moved(scope, vault, generation) }, at, { flight: null, corrected: generation });
    }
    case 'ended':
      return { ...next, vault: null };
    case 'refused':
      return next;
  }
}

function moved({ mode }: Scope, vault: Vault, generation: number): Vault {
  return generation === vault.generation ? vault : { generation, keys: mode === 'cookie' ? vault.keys : [] };
}

function given(state: State, generation: number): { highest: number } {
  return { highest: state.thief === null ? 0 : Math.max(state.highest, generation) };
}

/** The end of a session that the client decided on: its revocation is owed to the server. */
export function owed(state: State): State['signOut'] {
  return state.signOut === 'none' ? 'owed' : state.signOut;
}

/** A tab stops waiting. */
export function giveUp(state: State, at: 0 | 1): State {
  return withTab(state, at, idle);
}

function withTab(state: State, at: 0 | 1, tab: Tab): State {
  return { ...state, tabs: at === 0 ? [tab, state.tabs[1]] : [state.tabs[0], tab] };
}
