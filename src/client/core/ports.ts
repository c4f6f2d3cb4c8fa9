import type { TabMessage } from '../../protocol/tab-message.ts';

/** Takes back what was set up: a listener, a timer, a lease. Calling it twice is harmless. */
export type Cleanup = () => void;

/** Time. Its fake ships in `sojourn/testing`. */
export interface Clock {
  /** Wall clock in epoch milliseconds; may step and may differ from other tabs. */
  now(): number;
  /** Milliseconds that only ever go forward; may stand still while the machine sleeps. */
  monotonic(): number;
  /** Calls `run` once after about `ms`, which may be over 2^31. A hint: it may fire late. Keeps no process alive. */
  after(ms: number, run: () => void): Cleanup;
}

/** The part of `AbortSignal` that decisions need; real runtimes hand in the real thing. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
}

/** The part of `AbortController` that decisions need. */
export interface Abort {
  readonly signal: Signal;
  abort(reason?: unknown): void;
}

/** How {@link Mutex.run} waits. */
export interface LockOptions {
  timeoutMs: number;
  signal: Signal;
  mayStealIn?: () => Promise<number>;
  onSteal: () => void;
}

/** Mutual exclusion between the tabs that share a vault. It saves requests; nothing is correct because of it. */
export interface Mutex {
  /**
   * Runs `work` while holding the lock. Waits at most `timeoutMs`, then asks `mayStealIn` (milliseconds to wait still; 0 is now),
   * calls `onSteal`, and takes the lock by force.
   * A wait is given up on pagehide (the page may be cached; a cached waiter starves the others) and taken up again after.
   * @throws SessionError `aborted` when `signal` fires before the lock is there.
   */
  run<T>(work: () => Promise<T>, options: LockOptions): Promise<T>;
  /** Holds the lock for as long as this page is awake and `signal` is not aborted, once no other tab holds it. */
  hold(work: (signal: Signal) => Promise<void>, signal: Signal): Promise<void>;
}

/** Messages between the tabs that share a vault. Hints only: any of them may be lost, late or doubled. */
export interface Channel {
  post(message: TabMessage): void;
  /** Messages of other tabs, parsed; what is malformed or of another version never arrives. */
  subscribe(listener: (message: TabMessage) => void): Cleanup;
  close(): void;
}

/**
 * What happens to the page.
 * `away`: frozen or put into the back/forward cache, nothing believed before counts; `back`: it runs again;
 * `look`: somebody may be looking again (visible, focus); `online` / `offline`: the browser's hint.
 */
export type LifecycleEvent = 'away' | 'back' | 'look' | 'hidden' | 'online' | 'offline';

/** The page's life. In runtimes without pages it never fires. */
export interface Lifecycle {
  subscribe(listener: (event: LifecycleEvent) => void): Cleanup;
  isVisible(): boolean;
  /** What `navigator.onLine` says: false is worth a pause, true proves nothing. */
  seemsOnline(): boolean;
}

/** Signs that a person is there: pointer, keyboard, touch, scroll. Trusted events only, and not the one that wakes a machine. */
export interface ActivitySource {
  subscribe(listener: () => void): Cleanup;
}

/** A key pair whose private half cannot leave the browser. It rests in the vault record. */
export interface SigningKey {
  readonly privateKey: object;
  readonly publicKey: object;
}

/** What a DPoP proof (RFC 9449 section 4.2) speaks of. */
export interface ProofSubject {
  method: string;
  url: string;
  nonce?: string | undefined;
  /** Access token the proof goes with (`ath`). */
  accessToken?: string | undefined;
  /** At the token endpoint: hashed into `rth`. */
  refreshToken?: string | undefined;
  /** At the token endpoint: `idk`. */
  attemptKey?: string | undefined;
  /** Server time to put into `iat`, in epoch milliseconds. */
  now: number;
}

/** Keys and proofs of possession. */
export interface Keys {
  /** Null where the runtime has no WebCrypto (an insecure origin). */
  create(): Promise<SigningKey | null>;
  prove(key: SigningKey, subject: ProofSubject): Promise<string>;
}

/** Randomness. */
export interface Random {
  /** 128 bits, base64url, 22 characters. */
  key(): string;
  /** At least 0, below 1. For jitter only. */
  fraction(): number;
}

/** The note for the first paint: what the vault will most likely say. Never a secret, never a decision. */
export interface Hint {
  read(): 'signed_in' | 'signed_out' | null;
  write(hint: 'signed_in' | 'signed_out'): void;
}

/** Where an error goes that is nobody's: what a listener of the app threw. */
export interface Reporter {
  report(error: unknown): void;
}

/** Everything the core asks of a runtime. Each can be replaced, which is how the tests step through time. */
export interface Platform extends Reporter {
  clock: Clock;
  abort: () => Abort;
  lifecycle: Lifecycle;
  activity: ActivitySource;
  random: Random;
  /** Channel, lock and note are made per manager name. */
  channel: (name: string) => Channel;
  mutex: (name: string) => Mutex;
  hint: (name: string) => Hint;
}
