import * as fc from 'fast-check';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** What stays the same over one history. */
export interface Setting {
  /** How tokens are kept: refresh token in the vault, the same bound to a key, or in a cookie (and bound). */
  mode: 'bearer' | 'bound' | 'cookie';
  /** Whether the tabs share a vault, or each has its own. */
  vault: 'shared' | 'tab';
  accessMs: number;
  idleMs: number | null;
  absoluteMs: number;
  onIdentityChange: 'switch' | 'end';
  /** Decides every latency and every random choice of the product. */
  seed: number;
}

/** What the network does to requests to the session server until it is told otherwise. */
export type Weather = 'fine' | 'offline' | 'lie_fi' | 'error_500' | 'busy_429' | 'html_200' | 'html_403' | 'redirect';

/** What becomes of the next request to the token endpoint. */
export type Fate =
  | 'lost_request'
  | 'lost_answer'
  | 'late_request'
  | 'late_answer'
  | 'doubled'
  | 'late_cookie'
  | 'lost_cookie';

/** One thing that happens. `at` picks one of the tabs that are open. */
export type Step =
  | { do: 'wait' | 'sleep' | 'set_clock'; ms: number }
  | { do: 'open'; skewMs: number }
  | { do: 'reload' | 'duplicate' | 'crash' | 'close' | 'freeze' | 'thaw' | 'stall' | 'leave' | 'look'; at: number }
  | { do: 'close_all' }
  | { do: 'throttle'; at: number; ms: number }
  | { do: 'act' | 'stay_active' | 'token' | 'fresh_token' | 'call' | 'refresh' | 'adopt_older'; at: number }
  | { do: 'sign_in'; at: number; user: number; remember: boolean }
  | { do: 'sign_out'; at: number; scope: 'this' | 'others' | 'all' }
  | { do: 'revoke'; how: 'everywhere' | 'device' | 'admin'; user: number }
  | { do: 'network'; weather: Weather }
  | { do: 'fate'; fate: Fate; ms: number }
  | { do: 'messages'; how: 'fine' | 'lost' | 'late' | 'doubled' }
  | { do: 'old_message' }
  | { do: 'storage'; how: 'fine' | 'slow' | 'refuse_writes' | 'refuse_next' | 'hang' | 'clear' | 'corrupt' }
  | { do: 'lock'; how: 'seize' | 'steal' | 'free' }
  | { do: 'server'; how: 'restart' | 'fail_over' | 'new_secret' | 'old_node' }
  | { do: 'thief'; how: 'copy' | 'refresh' | 'refresh_with_note' | 'call' };

const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const at = fc.nat(7);
const user = fc.nat(1);
const rec = fc.record;

const waits = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60) },
  { weight: 5, arbitrary: fc.integer({ min: 60, max: 3 * second }) },
  { weight: 3, arbitrary: fc.integer({ min: 3 * second, max: minute }) },
  { weight: 4, arbitrary: fc.integer({ min: minute, max: 6 * minute }) },
  { weight: 1, arbitrary: fc.integer({ min: 6 * minute, max: hour }) },
);
const sleeps = oneOf(2 * second, minute, 6 * minute, 40 * minute, 3 * hour, 30 * hour);
const steps = oneOf(-3 * hour, -10 * minute, -20 * second, 20 * second, 10 * minute, 3 * hour);
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

/** Every step, with how often it comes. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: rec({ do: oneOf('wait' as const), ms: waits }) },
  { weight: 2, arbitrary: rec({ do: oneOf('sleep' as const), ms: sleeps }) },
  { weight: 1, arbitrary: rec({ do: oneOf('set_clock' as const), ms: steps }) },
  { weight: 5, arbitrary: rec({ do: oneOf('open' as const), skewMs: oneOf(0, 0, 0, -20 * second, 20 * second) }) },
  { weight: 12, arbitrary: rec({ do: oneOf<'reload'>('reload'), at }) },
  {
    weight: 14,
    arbitrary: rec({
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
  { weight: 1, arbitrary: rec({ do: oneOf('close_all' as const) }) },
  { weight: 2, arbitrary: rec({ do: oneOf('throttle' as const), at, ms: oneOf(0, second, minute) }) },
  {
    weight: 22,
    arbitrary: rec({
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
  { weight: 6, arbitrary: rec({ do: oneOf('sign_in' as const), at, user, remember: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: rec({
      do: oneOf('sign_out' as const),
      at,
      scope: oneOf<'this' | 'others' | 'all'>('this', 'this', 'others', 'all'),
    }),
  },
  {
    weight: 2,
    arbitrary: rec({
      do: oneOf('revoke' as const),
      how: oneOf<'everywhere' | 'device' | 'admin'>('everywhere', 'device', 'admin'),
      user,
    }),
  },
  { weight: 7, arbitrary: rec({ do: oneOf('network' as const), weather: weathers }) },
  {
    weight: 9,
    arbitrary: rec({ do: oneOf('fate' as const), fate: fates, ms: oneOf(300, 4 * second, 15 * second, 2 * minute) }),
  },
  {
    weight: 3,
    arbitrary: rec({
      do: oneOf('messages' as const),
      how: oneOf<'fine' | 'lost' | 'late' | 'doubled'>('fine', 'fine', 'lost', 'late', 'doubled'),
    }),
  },
  { weight: 1, arbitrary: rec({ do: oneOf('old_message' as const) }) },
  {
    weight: 6,
    arbitrary: rec({
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
    arbitrary: rec({ do: oneOf('lock' as const), how: oneOf<'seize' | 'steal' | 'free'>('seize', 'steal', 'free') }),
  },
  {
    weight: 3,
    arbitrary: rec({
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
    arbitrary: rec({
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
);

/** Every setting. */
const anySetting: fc.Arbitrary<Setting> = rec({
  mode: oneOf<Setting['mode']>('bearer', 'bound', 'cookie'),
  vault: oneOf<Setting['vault']>('shared', 'shared', 'shared', 'tab'),
  accessMs: oneOf(30 * second, 5 * minute),
  idleMs: oneOf(null, 10 * minute, 30 * minute),
  absoluteMs: oneOf(40 * minute, 12 * hour),
  onIdentityChange: oneOf<Setting['onIdentityChange']>('switch', 'switch', 'end'),
  seed: fc.nat(2 ** 31 - 1),
});

/** Things that hurt when they follow each other closely, which chance alone brings about too rarely. */
const recipes: fc.Arbitrary<Step[]> = oneOf<Step[]>(
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
);

/** A setting and what happens in it. */
export interface History {
  setting: Setting;
  steps: Step[];
}

const passage = fc.oneof({ weight: 60, arbitrary: anyStep.map((step) => [step]) }, { weight: 1, arbitrary: recipes });

/** Every history: most have a person signed in and some tabs before anything goes wrong. */
export const anyHistory: fc.Arbitrary<History> = fc
  .tuple(anySetting, fc.integer({ min: 0, max: 3 }), fc.array(passage, { minLength: 1, maxLength: 40, size: 'max' }))
  .map(([setting, more, rest]) => ({
    setting,
    steps: [
      { do: 'open', skewMs: 0 },
      { do: 'sign_in', at: 0, user: 0, remember: false },
      { do: 'wait', ms: 200 },
      ...Array.from({ length: more }, (): Step => ({ do: 'open', skewMs: 0 })),
      ...rest.flat(),
    ],
  }));
