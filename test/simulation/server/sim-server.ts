import type { FakeClock } from '../../../src/testing/index.ts';
import type { Setting } from '../steps.ts';
import type { Truth } from '../truth.ts';
import type { ServerParts } from './server-parts.ts';
import { endOthers, kill, revoke, type Ender } from './endings.ts';
import { call, touch, type CallAnswer } from './guarded-api.ts';
import { startMachines, type Machines } from './machines.ts';
import { mintedTokens } from './minted-tokens.ts';
import { refresh } from './refresh.ts';
import { signIn } from './sign-in.ts';
import type { Claims, RefreshCall, Sender, WireAnswer } from './wire.ts';

/** The session server without HTTP: the real engine, and a ledger of what it handed out. */
export interface SimServer {
  /** What it runs on, for breaking and mending that. */
  readonly machines: Machines;
  signIn(sender: Sender, userId: string, remember: boolean, proof: Claims | null): Promise<WireAnswer>;
  refresh(sender: Sender, call: RefreshCall): Promise<WireAnswer>;
  revoke(token: string): Promise<WireAnswer>;
  /** A request to the API that checks the session on every call. */
  call(accessToken: string, proof: Claims | null): Promise<CallAnswer>;
  touch(accessToken: string, proof: Claims | null): Promise<WireAnswer>;
  /** Whether an API that only looks at the token would take it. */
  acceptsStateless(accessToken: string, slackMs?: number): boolean;
  holderOf(accessToken: string): string | null;
  kill(how: Ender, userId: string): Promise<void>;
  endOthers(userId: string, keepId: string): Promise<void>;
  /** Access tokens of a person are stale from now on. */
  newClaims(userId: string): Promise<void>;
  now(): number;
}

/** Creates a {@link SimServer}. */
export function simServer(clock: FakeClock, truth: Truth, setting: Setting): SimServer {
  const machines = startMachines(clock, truth, setting);
  const tokens = mintedTokens(clock, truth, setting);
  const parts: ServerParts = { clock, truth, setting, bound: setting.mode !== 'bearer', machines, tokens };
  return {
    machines,
    signIn: (sender, userId, remember, proof) => signIn(parts, sender, { userId, remember, proof }),
    refresh: (sender, request) => refresh(parts, sender, request),
    revoke: (token) => revoke(parts, token),
    call: (accessToken, proof) => call(parts, accessToken, proof),
    touch: (accessToken, proof) => touch(parts, accessToken, proof),
    acceptsStateless: (token, slackMs = 0) => clock.now() < (tokens.of(token)?.endsAt ?? 0) + slackMs,
    holderOf: (token) => tokens.of(token)?.userId ?? null,
    kill: (how, userId) => kill(parts, how, userId),
    endOthers: (userId, keepId) => endOthers(parts, userId, keepId),
    newClaims: async (userId) => void (await machines.sessions.claimsChanged(userId)),
    now: () => clock.now(),
  };
}
