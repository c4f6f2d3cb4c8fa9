import * as fc from 'fast-check';
import type { Fate, FaultStep, Weather } from '../steps.ts';
import { minute, second } from './durations.ts';
import { oneOf } from './one-of.ts';

const weathers = oneOf<Weather>(
  'fine',
  'fine',
  'fine',
  'offline',
  'lie_fi',
  'error_500',
  'busy_429',
  'html_200',
  'html_403',
  'redirect',
);
const fates = oneOf<Fate>(
  'lost_request',
  'lost_answer',
  'lost_answer',
  'late_request',
  'late_answer',
  'doubled',
  'late_cookie',
  'lost_cookie',
);

/** Steps of faults, with how often each comes. */
export const faultSteps: fc.WeightedArbitrary<FaultStep>[] = [
  { weight: 7, arbitrary: fc.record({ do: oneOf('network' as const), weather: weathers }) },
  {
    weight: 9,
    arbitrary: fc.record({
      do: oneOf('fate' as const),
      fate: fates,
      ms: oneOf(300, 4 * second, 15 * second, 2 * minute),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: oneOf('messages' as const),
      how: oneOf<'fine' | 'lost' | 'late' | 'doubled'>('fine', 'fine', 'lost', 'late', 'doubled'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: oneOf('old_message' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: oneOf('storage' as const),
      how: oneOf<'fine' | 'slow' | 'refuse_writes' | 'refuse_next' | 'hang' | 'clear' | 'corrupt'>(
        'fine',
        'fine',
        'fine',
        'slow',
        'refuse_writes',
        'refuse_next',
        'refuse_next',
        'hang',
        'clear',
        'corrupt',
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: oneOf('lock' as const),
      how: oneOf<'seize' | 'steal' | 'free'>('seize', 'steal', 'free'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: oneOf('server' as const),
      how: oneOf<'restart' | 'fail_over' | 'new_secret' | 'old_node'>(
        'restart',
        'fail_over',
        'fail_over',
        'new_secret',
        'old_node',
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: oneOf('thief' as const),
      how: oneOf<'copy' | 'refresh' | 'refresh_with_note' | 'call'>(
        'copy',
        'refresh',
        'refresh',
        'refresh_with_note',
        'call',
      ),
    }),
  },
];
