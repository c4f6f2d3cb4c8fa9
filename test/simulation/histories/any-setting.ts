import * as fc from 'fast-check';
import type { Setting } from '../steps.ts';
import { hour, minute, second } from './durations.ts';
import { oneOf } from './one-of.ts';

/** Every setting. */
export const anySetting: fc.Arbitrary<Setting> = fc.record({
  mode: oneOf<Setting['mode']>('bearer', 'bound', 'cookie'),
  vault: oneOf<Setting['vault']>('shared', 'shared', 'shared', 'tab'),
  accessMs: oneOf(30 * second, 5 * minute),
  idleMs: oneOf(null, 10 * minute, 30 * minute),
  absoluteMs: oneOf(40 * minute, 12 * hour),
  onIdentityChange: oneOf<Setting['onIdentityChange']>('switch', 'switch', 'end'),
  seed: fc.nat(2 ** 31 - 1),
});
