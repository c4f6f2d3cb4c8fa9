import * as fc from 'fast-check';
import type { PersonStep } from '../steps.ts';
import { oneOf } from './one-of.ts';

const at = fc.nat(7);
const user = fc.nat(1);

/** Steps of people, with how often each comes. */
export const personSteps: fc.WeightedArbitrary<PersonStep>[] = [
  {
    weight: 22,
    arbitrary: fc.record({
      do: oneOf<'act' | 'stay_active' | 'token' | 'fresh_token' | 'call' | 'refresh' | 'adopt_older'>(
        'act',
        'act',
        'act',
        'stay_active',
        'token',
        'token',
        'fresh_token',
        'call',
        'call',
        'call',
        'refresh',
        'refresh',
        'refresh',
        'adopt_older',
      ),
      at,
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: oneOf('sign_in' as const), at, user, remember: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: oneOf('sign_out' as const),
      at,
      scope: oneOf<'this' | 'others' | 'all'>('this', 'this', 'others', 'all'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: oneOf('revoke' as const),
      how: oneOf<'everywhere' | 'device' | 'admin' | 'everybody'>('everywhere', 'device', 'admin', 'everybody'),
      user,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: oneOf('new_claims' as const), user }) },
];
