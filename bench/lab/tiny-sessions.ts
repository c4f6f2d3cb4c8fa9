// A session server that does nothing but answer, so that what is measured is the client: no database, no signatures, no checks.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** How the tiny server behaves. */
export interface TinyOptions {
  /** Life of access tokens, in seconds. */
  lifeSeconds: number;
  /** How long `/token` takes before it answers. */
  tokenMs: number;
  /** Idle limit that it tells, in seconds; null for none. */
  idleSeconds: number | null;
}

/** A server that a bench can look into. */
export interface TinySessions {
  /** Answers a request as the session server would; null for a path that is not its own. */
  answer(method: string, path: string, body: string): Promise<TinyAnswer | null>;
  /** Moves its clock. */
  setAhead(ms: number): void;
  /** How often each `METHOD /path` was asked since the last reset. */
  counts: Map<string, number>;
}

/** What goes back. */
export interface TinyAnswer {
  status: number;
  json: unknown;
}

const token = (characters: number): string => randomBytes(characters).toString('base64url').slice(0, characters);

/** Creates a {@link TinySessions} with one person in it. */
export function tinySessions({ lifeSeconds, tokenMs, idleSeconds }: TinyOptions): TinySessions {
  const counts = new Map<string, number>();
  const user = { id: 'user_ada', name: 'Ada Lovelace', roles: ['admin'] };
  let aheadMs = 0;
  let generation = 0;
  let sessionId = '';
  let revocationToken = '';

  const instant = (inMs = 0): string => new Date(Date.now() + aheadMs + inMs).toISOString();

  /** As long as the real ones are. */
  function grant(): object {
    return {
      access_token: token(700),
      token_type: 'DPoP',
      expires_in: lifeSeconds,
      refresh_token: token(72),
      generation,
      session_id: sessionId,
      session_expires_at: null,
      idle_expires_at: idleSeconds === null ? null : instant(idleSeconds * 1000),
      idle_timeout: idleSeconds,
      server_time: instant(),
      revocation_token: revocationToken,
      user,
    };
  }

  function signIn(): object {
    generation = 0;
    sessionId = `session_${token(38)}`;
    revocationToken = token(72);
    const session = {
      id: sessionId,
      user_id: user.id,
      type: 'default',
      created_at: instant(),
      last_activity_at: instant(),
      expires_at: null,
      absolute_expires_at: null,
      idle_timeout: idleSeconds,
      remembered: false,
      current: true,
      device: { label: null, user_agent: null },
    };
    return { ...grant(), session };
  }

  return {
    counts,
    setAhead: (ms) => void (aheadMs = ms),
    async answer(method, path) {
      const name = `${method} ${path}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      switch (name) {
        case 'POST /sessions':
          return { status: 201, json: signIn() };
        case 'POST /token':
        case 'POST /floor/token':
          // Counted when asked, like the real one: a second request for one expiry shows even if it comes late.
          await wait(tokenMs);
          generation += 1;
          return { status: 200, json: grant() };
        case 'POST /revoke':
          return { status: 200, json: {} };
        case 'GET /time':
          return { status: 200, json: { server_time: instant() } };
        default:
          return null;
      }
    },
  };
}
