import * as fc from 'fast-check';
import type { TimeStep } from '../steps.ts';
import { hour, minute, second } from './durations.ts';
import { oneOf } from './one-of.ts';

const waits = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60) },
  { weight: 5, arbitrary: fc.integer({ min: 60, max: 3 * second }) },
  { weight: 3, arbitrary: fc.integer({ min: 3 * second, max: minute }) },
  { weight: 4, arbitrary: fc.integer({ min: minute, max: 6 * minute }) },
  { weight: 1, arbitrary: fc.integer({ min: 6 * minute, max: hour }) },
);
const sleeps = oneOf(2 * second, minute, 6 * minute, 40 * minute, 3 * hour, 30 * hour);
const leaps = oneOf(-3 * hour, -10 * minute, -20 * second, 20 * second, 10 * minute, 3 * hour);

/** Steps of time, with how often each comes. */
export const timeSteps: fc.WeightedArbitrary<TimeStep>[] = [
  { weight: 30, arbitrary: fc.record({ do: oneOf('wait' as const), ms: waits }) },
  { weight: 2, arbitrary: fc.record({ do: oneOf('sleep' as const), ms: sleeps }) },
  { weight: 1, arbitrary: fc.record({ do: oneOf('set_clock' as const), ms: leaps }) },
];
