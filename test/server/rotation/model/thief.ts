import type { AttemptTag } from '../../../../src/server/engine/decide-rotation.ts';
import { clientTags } from './client.ts';
import type { Move } from './moves.ts';
import { ask, tagOf, type World } from './server.ts';
import type { State, Thief } from './state.ts';

const mostUses = 3;

/** A thief copies once, and then uses what he has like any client, with attempt keys of his own or with copied ones. */
export function* thieving(world: World, state: State): Generator<Move> {
  const { scope } = world;
  const { thief, vault } = state;
  if (scope.thief === undefined) return;
  if (thief === null) {
    if (vault === null) return;
    const token = scope.mode === 'cookie' ? state.jar : vault.generation;
    const keys = scope.thief === 'token' ? [] : vault.keys;
    const copied: Thief = { tokens: [token], keys, uses: 0, rotated: null };
    yield [
      `a thief copies token ${token}${keys.length > 0 ? `, and the keys of ${keys.join()}` : ''}`,
      { ...state, thief: copied, highest: vault.generation },
    ];
    return;
  }
  if (thief.uses === mostUses) return;
  for (const token of thief.tokens) {
    const own = [{ generation: token, tag: tagOf(`t${thief.uses}`) }];
    yield uses(world, state, thief, token, own);
    if (thief.keys.includes(token) || scope.mode === 'cookie') yield uses(world, state, thief, token, null);
  }
}

function uses(world: World, state: State, thief: Thief, token: number, own: readonly AttemptTag[] | null): Move {
  const { answer, next } = ask(world, state, 'thief', token, own ?? clientTags(thief.keys));
  const granted = answer.kind === 'granted' ? answer.generation : null;
  const broken = next.broken ?? (granted === null ? null : brokenBound(world, state, thief));
  const tokens = granted === null ? thief.tokens : [...new Set([thief.tokens[0]!, granted])];
  const rotated = granted === null || own === null ? thief.rotated : Math.max(token, thief.rotated ?? 0);
  return [
    `the thief uses token ${token} with ${own === null ? 'what he copied' : 'a key of his own'}: ${answer.kind}`,
    { ...next, broken, thief: { ...thief, tokens, uses: thief.uses + 1, rotated } },
  ];
}

/** Who copied the token is out after the client's next refresh, who copied a noted attempt too after its next but one. */
function brokenBound({ scope }: World, { highest, failedOver }: State, { tokens, keys }: Thief): string | null {
  const stolen = tokens[0]!;
  const refreshes = keys.includes(stolen) ? 2 : 1;
  if (failedOver || scope.mode === 'cookie' || highest < stolen + refreshes) return null;
  return `A thief gets a token after the ${refreshes === 1 ? 'first' : 'second'} refresh of the client since he copied it.`;
}
