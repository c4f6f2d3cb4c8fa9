import type { FakeClock } from '../../../src/testing/index.ts';
import type { Setting } from '../steps.ts';
import type { Truth } from '../truth.ts';
import type { Machines } from './machines.ts';
import type { MintedTokens } from './minted-tokens.ts';

/** What every route of the simulated server works with. */
export interface ServerParts {
  readonly clock: FakeClock;
  readonly truth: Truth;
  readonly setting: Setting;
  /** Whether tokens are bound to a key of the browser. */
  readonly bound: boolean;
  readonly machines: Machines;
  readonly tokens: MintedTokens;
}
