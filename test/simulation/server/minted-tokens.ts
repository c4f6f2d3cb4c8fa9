import type { IssuedSession } from '../../../src/server/engine/sessions.ts';
import type { FakeClock } from '../../../src/testing/index.ts';
import type { Setting } from '../steps.ts';
import type { Truth } from '../truth.ts';
import { name } from './session-name.ts';
import type { WireAnswer } from './wire.ts';

/** What an access token stands for. */
export interface MintedToken {
  sessionId: string;
  userId: string;
  stamp: number;
  endsAt: number;
  thumbprint: string | null;
}

/** The ledger of access tokens: every one that the server ever handed out. */
export interface MintedTokens {
  /** Makes the token response of an issued session. Invariant 2: none after its end. */
  mint(issued: IssuedSession): WireAnswer;
  of(accessToken: string): MintedToken | undefined;
}

/** Opens an empty ledger of {@link MintedTokens}. */
export function mintedTokens(clock: FakeClock, truth: Truth, { mode, accessMs, idleMs }: Setting): MintedTokens {
  const minted = new Map<string, MintedToken>();
  let count = 0;

  function checkAlive(id: string, now: number): void {
    const known = truth.sessions.get(id);
    if (known?.killedAt != null)
      truth.violate(2, `the server minted tokens for ${name(id)}, which was ended ${now - known.killedAt} ms ago`);
    if (known && now >= known.absoluteEnd) truth.violate(2, `tokens were minted past the absolute end of ${name(id)}`);
  }

  return {
    mint({ session, refreshToken, revocationToken, stamp }) {
      const now = clock.now();
      checkAlive(session.id, now);
      const token = `access-${++count}`;
      const endsAt = Math.min(now + accessMs, session.absoluteEndsAt ?? Number.POSITIVE_INFINITY);
      minted.set(token, {
        sessionId: session.id,
        userId: session.userId,
        stamp,
        endsAt,
        thumbprint: session.keyThumbprint,
      });
      const at = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
      const json = {
        access_token: token,
        token_type: session.keyThumbprint === null ? 'Bearer' : 'DPoP',
        expires_in: (endsAt - now) / 1000,
        ...(mode === 'cookie' ? {} : { refresh_token: refreshToken }),
        generation: session.generation,
        session_id: session.id,
        session_expires_at: at(session.absoluteEndsAt),
        idle_expires_at: idleMs === null ? null : at(session.lastActivityAt + idleMs),
        idle_timeout: idleMs === null ? null : idleMs / 1000,
        server_time: new Date(now).toISOString(),
        revocation_token: revocationToken,
        user: { id: session.userId },
      };
      return { status: 200, json, ...(mode === 'cookie' ? { cookie: { sessionId: session.id, refreshToken } } : {}) };
    },
    of: (accessToken) => minted.get(accessToken),
  };
}
