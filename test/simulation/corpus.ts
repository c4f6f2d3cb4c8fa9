import type { History, Setting, Step } from './steps.ts';

/** A history that once broke a promise, in the product or in a draft of it. */
export interface Case {
  title: string;
  history: History;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const plain: Setting = {
  mode: 'bearer',
  vault: 'shared',
  accessMs: 30 * second,
  idleMs: null,
  absoluteMs: 12 * hour,
  onIdentityChange: 'switch',
  seed: 0,
};
const idle: Setting = { ...plain, idleMs: 10 * minute };
const bound: Setting = { ...plain, mode: 'bound' };
const cookie: Setting = { ...plain, mode: 'cookie' };
const short: Setting = { ...plain, absoluteMs: 40 * minute };
const long: Setting = { ...plain, accessMs: 5 * minute };

const open: Step = { do: 'open', skewMs: 0 };
const signIn = (at = 0, user = 0): Step => ({ do: 'sign_in', at, user, remember: false });
const wait = (ms: number): Step => ({ do: 'wait', ms });
const tab = (what: 'reload' | 'crash' | 'close' | 'freeze' | 'thaw' | 'stall' | 'leave' | 'look', at = 0): Step => ({
  do: what,
  at,
});
const ask = (
  what: 'act' | 'stay_active' | 'token' | 'fresh_token' | 'call' | 'refresh' | 'adopt_older',
  at = 0,
): Step => ({ do: what, at });
const signOut = (at = 0): Step => ({ do: 'sign_out', at, scope: 'this' });
const fate = (fate: Extract<Step, { do: 'fate' }>['fate'], ms = 300): Step => ({ do: 'fate', fate, ms });
const storage = (how: Extract<Step, { do: 'storage' }>['how']): Step => ({ do: 'storage', how });
const thief = (how: Extract<Step, { do: 'thief' }>['how']): Step => ({ do: 'thief', how });
const network = (weather: Extract<Step, { do: 'network' }>['weather']): Step => ({ do: 'network', weather });

/** Ada signs in in the first tab, and then this happens. */
const after = (title: string, setting: Setting, ...steps: Step[]): Case => ({
  title,
  history: { setting, steps: [open, signIn(), wait(200), ...steps] },
});

/** Every history that once failed stays here. */
export const corpus: readonly Case[] = [
  // The counterexamples behind the client's rules.
  after(
    'a tab frozen between its note and its request sends nothing that is out of date',
    plain,
    ask('refresh'),
    wait(2),
    tab('freeze'),
    open,
    wait(3 * minute),
    tab('thaw'),
  ),
  after(
    'two sessions both begin at generation 0, and a late answer of one is not written over the other',
    plain,
    open,
    fate('late_answer', 4 * second),
    ask('refresh'),
    signIn(1),
    wait(10 * second),
    ask('refresh', 1),
  ),
  after(
    'a successor that storage refused is written before anything rotates again',
    plain,
    fate('late_answer'),
    ask('refresh'),
    wait(100),
    storage('refuse_writes'),
    wait(5 * minute),
    tab('crash'),
    open,
    storage('fine'),
    wait(minute),
  ),
  after(
    'a record that is gone is not rebuilt from memory',
    long,
    open,
    ask('refresh'),
    wait(300),
    storage('clear'),
    wait(minute),
    ask('refresh', 1),
    wait(6 * minute),
  ),
  after(
    'a sign-out survives the tab that asked for it',
    plain,
    network('offline'),
    signOut(),
    wait(4),
    tab('crash'),
    wait(minute),
  ),
  after(
    'a sign-in over a session ends that one at the server, although the tab dies',
    plain,
    network('fine'),
    signIn(0, 1),
    wait(60),
    tab('crash'),
  ),
  after('an older pair is not adopted', plain, ask('refresh'), wait(300), ask('adopt_older'), wait(minute)),
  after(
    'a cached page waits for no lock',
    plain,
    open,
    open,
    wait(100),
    fate('late_answer', 4 * second),
    ask('refresh'),
    ask('refresh', 1),
    wait(20),
    tab('leave', 1),
    wait(5 * minute),
  ),
  after(
    'a cached page hands out nothing before it has read what happened meanwhile',
    plain,
    open,
    tab('leave', 1),
    signOut(),
    wait(minute),
    tab('thaw'),
    ask('call', 1),
  ),
  after(
    'a thief with the record and its note is found out, or the client ends it itself',
    plain,
    fate('lost_answer'),
    ask('refresh'),
    wait(120),
    thief('copy'),
    thief('refresh_with_note'),
    thief('refresh'),
    wait(minute),
  ),
  after(
    'a thief who comes first is found out by the next honest refresh',
    plain,
    thief('copy'),
    thief('refresh'),
    wait(minute),
  ),
  after(
    'a thief without the key ends nothing and gets nothing',
    bound,
    thief('copy'),
    thief('refresh'),
    thief('call'),
    wait(minute),
  ),
  after(
    'an answer is lost, and the server falls back to a replica that knows nothing of it',
    plain,
    fate('lost_answer'),
    ask('refresh'),
    wait(120),
    { do: 'server', how: 'fail_over' },
    wait(minute),
  ),
  after(
    'a machine that does not know the newest secret says: later',
    plain,
    { do: 'server', how: 'old_node' },
    wait(2 * minute),
  ),
  after(
    'a duplicate that comes much later than its original ends nothing',
    plain,
    fate('doubled', 30 * second),
    ask('refresh'),
    wait(minute),
  ),
  after(
    'a cookie that comes late does not take the place of a newer one',
    cookie,
    fate('late_cookie', 20 * second),
    ask('refresh'),
    wait(minute),
    ask('refresh'),
  ),
  after('a cookie that never came is made up for', cookie, fate('lost_cookie'), ask('refresh'), wait(minute)),

  // What the search found.
  after(
    'a late cookie of the session before does not end the one that took its place',
    cookie,
    signIn(),
    ask('refresh'),
    wait(minute),
  ),
  after(
    'a sign-in whose tab died leaves the record and its cookie as they were',
    cookie,
    signIn(),
    tab('reload'),
    ask('act'),
    wait(minute),
  ),
  after(
    'an idle person sees nothing although storage does not answer',
    { ...idle, idleMs: 30 * minute },
    { do: 'sleep', ms: 40 * minute },
    storage('hang'),
    tab('look'),
    wait(minute),
    ask('act'),
  ),
  after(
    'a tab that slept hears from one that opened that the session is over',
    short,
    { do: 'sleep', ms: 30 * hour },
    open,
    wait(minute),
  ),
  after(
    'the first thing that a person does after a long sleep ends the session',
    idle,
    { do: 'sleep', ms: 3 * hour },
    ask('act'),
    wait(minute),
  ),
  after(
    'a session that is over is not adopted back',
    short,
    wait(39 * minute),
    wait(59 * second),
    ask('adopt_older'),
    wait(minute),
  ),
  after(
    'an older pair does not go to memory while storage refuses',
    plain,
    storage('refuse_next'),
    ask('adopt_older'),
    open,
    wait(minute),
  ),
  after(
    'a clock that is set while somebody signs in elsewhere ends nothing',
    short,
    open,
    { do: 'set_clock', ms: 3 * hour },
    wait(minute),
    signIn(1),
  ),
  after(
    'a clock that is set back while a request is under way is found out',
    idle,
    signIn(),
    { do: 'set_clock', ms: -3 * hour },
    wait(13 * minute),
  ),
  after(
    'a clock that is set back twice lengthens no pause',
    plain,
    ask('refresh'),
    storage('refuse_next'),
    { do: 'set_clock', ms: -3 * hour },
    signIn(),
    ask('act'),
    open,
    wait(2),
    { do: 'set_clock', ms: -3 * hour },
  ),
  after(
    'a clock that is set back and a machine that sleeps count once',
    idle,
    { do: 'set_clock', ms: -3 * hour },
    wait(minute),
    ask('act'),
    { do: 'sleep', ms: minute },
    ask('act'),
  ),
  after(
    'a tab that opens in the moment of a sign-out ends too',
    long,
    open,
    wait(3 * minute),
    signOut(),
    tab('reload', 1),
    open,
    wait(minute),
  ),
  after(
    'a page that was cached while it opened shows nobody of the past',
    plain,
    open,
    open,
    open,
    signOut(),
    wait(1),
    tab('reload', 1),
    tab('leave', 3),
    signIn(),
    wait(103),
    open,
  ),
  after(
    'a sign-out holds against a sign-in that storage delays',
    plain,
    storage('hang'),
    signIn(),
    wait(60),
    signOut(),
    wait(60),
  ),
  after(
    'a sign-in holds against a sign-out that storage delays',
    plain,
    storage('hang'),
    signOut(),
    signIn(),
    wait(minute),
  ),
  after(
    'a sign-in that storage refused leaves the session in storage alone',
    plain,
    storage('refuse_next'),
    signIn(),
    wait(3 * second),
    ask('adopt_older'),
    open,
    wait(10 * second),
  ),
  after(
    'the later of two sign-ins stays, whichever is written last',
    plain,
    open,
    signIn(),
    tab('stall'),
    signIn(),
    wait(71),
    tab('thaw'),
    wait(3 * second),
    ask('act'),
  ),
  after(
    'a sign-in that a frozen tab asked for long ago is not taken',
    short,
    open,
    signIn(),
    tab('stall'),
    signIn(),
    wait(71),
    wait(40 * minute),
    open,
    tab('thaw'),
    ask('act'),
  ),
  after(
    'storage that cannot be written may still tell that somebody was active',
    idle,
    { do: 'messages', how: 'lost' },
    open,
    wait(160 * second),
    tab('reload'),
    wait(35),
    ask('act'),
    wait(246 * second),
    storage('refuse_writes'),
    wait(194 * second),
  ),
  after(
    'an end that storage refused is written later',
    plain,
    { do: 'revoke', how: 'everywhere', user: 0 },
    wait(4),
    storage('hang'),
    ask('refresh'),
    wait(minute),
  ),
  after(
    'the last token of a session is not refreshed in ever shorter steps',
    short,
    wait(39 * minute),
    wait(2 * minute),
  ),
  after('the first tombstone wins in every tab', short, { do: 'sleep', ms: 30 * hour }, ask('act'), open, signOut()),
];
