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
  authorization(as?: string): Promise<Authorization>;
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
/** So many tokens in one millisecond are a loop. */
const trustAfterLooks = 64;

/** Creates {@link Access}. */
export function createAccess({ context, renewal, settle, deadline }: AccessWorld): Access {
  const { tab, platform } = context;
  const { clock } = platform;
  let token = '';
  let from = Infinity;
  let until = -Infinity;
  let lookedAt = 0;
  let looks = 0;
  let trusted = false;

  /** Most of the fast way is the look at the clock. A loop that asks again and again is answered without, until its task ends. */
  function trust(now: number): void {
    looks = now === lookedAt ? looks + 1 : 0;
    lookedAt = now;
    if (looks < trustAfterLooks) return;
    looks = 0;
    trusted = true;
    clock.after(0, () => (trusted = false));
  }

  function arm(): void {
    trusted = false;
    const live = tab.live();
    const times = tab.times();
    from = Infinity;
    until = -Infinity;
    token = '';
    if (!tab.armed || !live || !times) return;
    token = live.accessToken;
    from = clock.now() - 1000;
    until = Math.min(times.goodUntil, times.refreshAt, deadline(), from + lookEveryMs);
  }

  async function live(minValidityMs: number | undefined, asker = tab.live()?.user.id): Promise<LiveRecord> {
    let renewed = false;
    for (;;) {
      await settle();
      const record = tab.live();
      const times = tab.times();
      if (!record || !times) throw nobodySignedIn(tab);
      // What was asked for as one person is never done as another.
      if (asker !== undefined && record.user.id !== asker) throw anotherPerson();
      const now = clock.now();
      const goodUntil =
        minValidityMs === undefined ? times.goodUntil : Math.max(times.expiresAt - minValidityMs, times.newUntil);
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
      if (minValidityMs === undefined) {
        if (trusted) return token;
        const now = clock.now();
        if (now < until && now >= from) {
          trust(now);
          return token;
        }
      }
      return (await live(minValidityMs).catch(rethrow)).accessToken;
    },
    peek() {
      const now = clock.now();
      if (now < until && now >= from) return token;
      const times = tab.times();
      const known = tab.armed && times !== null && now < times.goodUntil && now < deadline() ? tab.live() : null;
      return known?.accessToken ?? null;
    },
    async authorization(as) {
      const { accessToken, tokenType, key, user } = await live(undefined, as).catch(rethrow);
      return { accessToken, tokenType, key, userId: user.id, signal: tab.scope().signal, offsetMs: tab.offsetMs() };
    },
    arm,
  };
}

function rethrow(error: unknown): never {
  throw asSessionError(error);
}

function anotherPerson(): SessionError {
  return new SessionError('identity_changed', 'Another person signed in meanwhile. Ask again as that person.');
}

/** The manager was disposed. */
export function disposed(): SessionError {
  return new SessionError('disposed', 'This manager was disposed. Create another one.');
}
