import { brokenBy } from './invariants.ts';
import { moves } from './moves.ts';
import type { World } from './server.ts';
import { keyOf, start, type State } from './state.ts';

/** What was found: how many different states, and the shortest history that breaks a promise, if one does. */
export interface Findings {
  states: number;
  broken: { promise: string; history: string[] } | null;
}

interface Step {
  state: State;
  words: string;
  before: Step | null;
}

/** Every history of at most `depth` steps, shorter ones first; equal states are followed once. */
export function explore(world: World, depth: number): Findings {
  const seen = new Set<string>();
  let frontier: Step[] = [{ state: start(world.scope), words: '', before: null }];
  for (let i = 0; i < depth; i++) {
    const reached: Step[] = [];
    for (const before of frontier) {
      for (const [words, state] of moves(world, before.state)) {
        const promise = state.broken ?? brokenBy(world, state);
        if (promise !== null) return { states: seen.size, broken: { promise, history: [...storyOf(before), words] } };
        const key = keyOf(state);
        if (seen.has(key)) continue;
        seen.add(key);
        reached.push({ state, words, before });
      }
    }
    frontier = reached;
  }
  return { states: seen.size, broken: null };
}

function storyOf(last: Step): string[] {
  const words: string[] = [];
  for (let step = last; step.before !== null; step = step.before) words.unshift(step.words);
  return words;
}

/** For whoever reads a failure. */
export function inWords({ broken }: Findings): string {
  if (broken === null) return 'No history breaks a promise.';
  return [broken.promise, ...broken.history.map((words, i) => `${i + 1}. ${words}`)].join('\n');
}
