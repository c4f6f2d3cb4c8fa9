import * as fc from 'fast-check';
import type { TabStep } from '../steps.ts';
import { minute, second } from './durations.ts';
import { oneOf } from './one-of.ts';

const at = fc.nat(7);

/** Steps of tabs, with how often each comes. */
export const tabSteps: fc.WeightedArbitrary<TabStep>[] = [
  {
    weight: 5,
    arbitrary: fc.record({ do: oneOf('open' as const), skewMs: oneOf(0, 0, 0, -20 * second, 20 * second) }),
  },
  { weight: 12, arbitrary: fc.record({ do: oneOf<'reload'>('reload'), at }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: oneOf<'duplicate' | 'crash' | 'close' | 'freeze' | 'thaw' | 'stall' | 'leave' | 'look'>(
        'duplicate',
        'crash',
        'close',
        'freeze',
        'thaw',
        'thaw',
        'thaw',
        'stall',
        'leave',
        'look',
        'look',
      ),
      at,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: oneOf('close_all' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: oneOf('throttle' as const), at, ms: oneOf(0, second, minute) }) },
];
