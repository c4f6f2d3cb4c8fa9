import * as fc from 'fast-check';
import { simulate, type Outcome } from './simulate.ts';
import { anyHistory } from './histories/any-history.ts';
import type { History } from './steps.ts';

/** What a search found. */
export type Found =
  | { ok: true; runs: number; ms: number }
  | { ok: false; run: number; ms: number; history: History; shrinks: number; outcome: Outcome };

/** Searches `runs` histories. The same seed searches the same ones. A failure is shrunk to few steps. */
export async function explore(options: {
  runs: number;
  seed: number;
  shrink?: boolean;
  shrinkMs?: number;
}): Promise<Found> {
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  let stopAt = Number.POSITIVE_INFINITY;
  const holds = fc.asyncProperty(anyHistory, async (history) => {
    // Out of time for shrinking: everything further counts as holding, so that the search ends with what it has.
    if (elapsed() > stopAt) return;
    const { violation } = await simulate(history);
    if (!violation) return;
    stopAt = Math.min(stopAt, elapsed() + (options.shrinkMs ?? 60_000));
    throw violation;
  });
  const result = await fc.check(holds, {
    numRuns: options.runs,
    seed: options.seed,
    endOnFailure: options.shrink === false,
  });
  if (!result.failed) return { ok: true, runs: result.numRuns, ms: elapsed() };
  const [history] = result.counterexample ?? [];
  if (!history) throw new Error('The search failed without a history.', { cause: result.errorInstance });
  return {
    ok: false,
    run: result.numRuns,
    ms: elapsed(),
    history,
    shrinks: result.numShrinks,
    outcome: await simulate(history),
  };
}
