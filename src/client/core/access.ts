import type { Authorization } from './authorizer.ts';
import { SessionError } from '../../protocol/session-error.ts';
import type { Context } from './context.ts';
import type { LiveRecord } from './record.ts';
import { asSessionError, cannotRenew, nobodySignedIn } from './refusal.ts';
import type { Renewal } from './renewal.ts';

/** Hands out access tokens. */
export interface Access {
  /** The fast way is one look at the clock: no lock, no storage, no network, no allocation. */
  token(minValidityMs: number | undefined): Promise<string>;
  peek(): string | null;
  /** The same, with all that a request needs. */
  authorization(minValidityMs: number | undefined): Promise<Authorization>;
  /** What this tab knows changed: decide anew until when the fast way may be taken. */
  arm(): void;
}

/** What {@link createAccess} asks of its surroundings. */
export interface AccessWorld {
  context: Context;
  renewal: Renewal;
  /** Reads the vault when memory may not be believed, and ends what is over. Bounded. */
  settle(): Promise<void>;
  /** Until when nothing but the token's age can make it wrong to hand it out: idle limit, absolute end. */
  deadline(): number;
}

/** The clocks are compared at least this often while tokens are in use. */
const lookEveryMs = 10_000;

/** Creates {@link Access}. */
export function createAccess({ context, renewal, settle, deadline }: AccessWorld): Access {
  const { tab, platform } = context;
  const { clock } = platform;
  let token = '';
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;

  function arm(): void {
    const live = tab.live();
    const times = tab.times();
    from = Number.POSITIVE_INFINITY;
    until = Number.NEGATIVE_INFINITY;
    token = '';
    if (!tab.armed || !live || !times) return;
    token = live.accessToken;
    from = clock.now() - 1000;
    until = Math.min(times.goodUntil, times.refreshAt, deadline(), from + lookEveryMs);
  }

  async function live(minValidityMs: number | undefined): Promise<LiveRecord> {
    let renewed = false;
    for (;;) {
      await settle();
      const record = tab.live();
      const times = tab.times();
      if (!record || !times) throw nobodySignedIn(tab);
      const now = clock.now();
      const goodUntil = minValidityMs === undefined ? times.goodUntil : times.expiresAt - minValidityMs;
      if (now < goodUntil || (renewed && now < times.expiresAt)) {
        if (now >= times.refreshAt && !tab.doom) renewal.nudge();
        return record;
      }
      if (tab.doom && now >= times.expiresAt) throw cannotRenew(tab.doom);
      try {
        await renewal.renew();
        renewed = true;
      } catch (error) {
        // Nothing better is to be had; what is here still holds unless the caller asked for more.
        if (minValidityMs === undefined && tab.live() === record && clock.now() < times.expiresAt) return record;
        throw error;
      }
    }
  }

  return {
    async token(minValidityMs) {
      const now = clock.now();
      if (minValidityMs === undefined && now < until && now >= from) return token;
      return (await live(minValidityMs).catch(rethrow)).accessToken;
    },
    peek() {
      const now = clock.now();
      if (now < until && now >= from) return token;
      const times = tab.times();
      const known = tab.armed && times !== null && now < times.goodUntil && now < deadline() ? tab.live() : null;
      return known?.accessToken ?? null;
    },
    async authorization(minValidityMs) {
      const { accessToken, tokenType, key, user } = await live(minValidityMs).catch(rethrow);
      return { accessToken, tokenType, key, userId: user.id, signal: tab.scope().signal, offsetMs: tab.offsetMs() };
    },
    arm,
  };
}

function rethrow(error: unknown): never {
  throw asSessionError(error);
}

/** The manager was disposed. */
export function disposed(): SessionError {
  return new SessionError('disposed', 'This manager was disposed. Create another one.');
}
