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

/** Time goes on, or a clock does. */
export type TimeStep = { do: 'wait' | 'sleep' | 'set_clock'; ms: number };

/** Something that becomes of tabs. `at` picks one of those that are open. */
export type TabStep =
  | { do: 'open'; skewMs: number }
  | { do: 'reload' | 'duplicate' | 'crash' | 'close' | 'freeze' | 'thaw' | 'stall' | 'leave' | 'look'; at: number }
  | { do: 'close_all' }
  | { do: 'throttle'; at: number; ms: number };

/** Something that a person does, or the app for that person: in a tab (`at`), or from elsewhere. */
export type PersonStep =
  | { do: 'act' | 'stay_active' | 'token' | 'fresh_token' | 'call' | 'refresh' | 'adopt_older'; at: number }
  | { do: 'sign_in'; at: number; user: number; remember: boolean }
  | { do: 'sign_out'; at: number; scope: 'this' | 'others' | 'all' }
  | { do: 'revoke'; how: 'everywhere' | 'device' | 'admin' | 'everybody'; user: number }
  | { do: 'new_claims'; user: number };

/** Something that goes wrong, or comes right again. */
export type FaultStep =
  | { do: 'network'; weather: Weather }
  | { do: 'fate'; fate: Fate; ms: number }
  | { do: 'messages'; how: 'fine' | 'lost' | 'late' | 'doubled' }
  | { do: 'old_message' }
  | { do: 'storage'; how: 'fine' | 'slow' | 'refuse_writes' | 'refuse_next' | 'hang' | 'clear' | 'corrupt' }
  | { do: 'lock'; how: 'seize' | 'steal' | 'free' }
  | { do: 'server'; how: 'restart' | 'fail_over' | 'new_secret' | 'old_node' }
  | { do: 'thief'; how: 'copy' | 'refresh' | 'refresh_with_note' | 'call' };

/** One thing that happens. */
export type Step = TimeStep | TabStep | PersonStep | FaultStep;

/** A setting and what happens in it. */
export interface History {
  setting: Setting;
  steps: Step[];
}
