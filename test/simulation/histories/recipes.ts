import type * as fc from 'fast-check';
import type { Step } from '../steps.ts';
import { minute, second } from './durations.ts';
import { oneOf } from './one-of.ts';

/** Things that hurt when they follow each other closely, which chance alone brings about too rarely. */
export const recipes: fc.Arbitrary<Step[]> = oneOf<Step[]>(
  // The successor comes when storage takes nothing any more.
  [
    { do: 'fate', fate: 'late_answer', ms: 300 },
    { do: 'refresh', at: 0 },
    { do: 'wait', ms: 100 },
    { do: 'storage', how: 'refuse_writes' },
    { do: 'wait', ms: 5 * minute },
  ],
  // The thief has the note of an attempt whose answer was lost, and goes on from there.
  [
    { do: 'fate', fate: 'lost_answer', ms: 300 },
    { do: 'refresh', at: 0 },
    { do: 'wait', ms: 120 },
    { do: 'thief', how: 'copy' },
    { do: 'thief', how: 'refresh_with_note' },
    { do: 'thief', how: 'refresh' },
  ],
  // A page goes away while it waits for its turn.
  [
    { do: 'open', skewMs: 0 },
    { do: 'open', skewMs: 0 },
    { do: 'wait', ms: 100 },
    { do: 'fate', fate: 'late_answer', ms: 300 },
    { do: 'refresh', at: 0 },
    { do: 'refresh', at: 1 },
    { do: 'wait', ms: 20 },
    { do: 'leave', at: 1 },
    { do: 'wait', ms: 5 * minute },
  ],
  // Another person signs in while requests are under way.
  [
    { do: 'call', at: 0 },
    { do: 'sign_in', at: 1, user: 1, remember: false },
    { do: 'wait', ms: 40 },
    { do: 'call', at: 0 },
  ],
  // An old pair is handed over while a new one is there.
  [
    { do: 'refresh', at: 0 },
    { do: 'wait', ms: 300 },
    { do: 'adopt_older', at: 0 },
  ],
  // The store forgets a rotation whose answer was lost.
  [
    { do: 'fate', fate: 'lost_answer', ms: 300 },
    { do: 'refresh', at: 0 },
    { do: 'wait', ms: 120 },
    { do: 'server', how: 'fail_over' },
  ],
  // Two sign-ins in one browser, and refreshes of both under way.
  [
    { do: 'fate', fate: 'late_answer', ms: 300 },
    { do: 'refresh', at: 0 },
    { do: 'sign_in', at: 1, user: 0, remember: false },
    { do: 'wait', ms: 400 },
    { do: 'refresh', at: 0 },
  ],
  // A duplicate of a rotation that the store has forgotten since.
  [
    { do: 'fate', fate: 'doubled', ms: 4 * second },
    { do: 'refresh', at: 0 },
    { do: 'wait', ms: 300 },
    { do: 'refresh', at: 0 },
    { do: 'wait', ms: 300 },
    { do: 'server', how: 'fail_over' },
    { do: 'refresh', at: 0 },
    { do: 'wait', ms: 5 * second },
  ],
);
