import { createSessions } from '../../src/server/engine/create-sessions.ts';
import type { IssuedSession, RefreshOutcome, Sessions } from '../../src/server/engine/sessions.ts';
import { createMac } from '../../src/server/tokens/mac.ts';
import { isSessionError } from '../../src/protocol/session-error.ts';
import { seededRandom, type FakeClock } from '../../src/testing/index.ts';
import { replicatedStore } from './replicated-store.ts';
import type { Setting } from './steps.ts';
import type { Truth, TrueSession } from './truth.ts';

/** An HTTP answer before it travels. */
export interface WireAnswer {
  status: number;
  json: unknown;
  headers?: Record<string, string>;
  /** What it puts into the cookie jar. */
  cookie?: { sessionId: string; refreshToken: string };
}

/** Who sends a request, as the simulation knows and the server does not. */
export interface Sender {
  browser: string;
  thief: boolean;
}

/** A refresh as it crosses the wire. */
export interface RefreshCall {
  refreshToken: string | null;
  attemptKey: string;
  attempts: ReadonlyArray<{ generation: number; key: string }> | null;
  proof: Record<string, unknown> | null;
}

/** The session server without HTTP: the real engine, and a ledger of what it handed out. */
export interface SimServer {
  readonly sessions: Sessions;
  signIn(sender: Sender, userId: string, remember: boolean, proof: Record<string, unknown> | null): Promise<WireAnswer>;
  refresh(sender: Sender, call: RefreshCall): Promise<WireAnswer>;
  revoke(token: string): Promise<WireAnswer>;
  /** A request to the API that checks the session on every call. */
  call(accessToken: string, proof: Record<string, unknown> | null): Promise<WireAnswer & { holder: string | null }>;
  touch(accessToken: string, proof: Record<string, unknown> | null): Promise<WireAnswer>;
  /** Whether an API that only looks at the token would take it. */
  acceptsStateless(accessToken: string, slackMs?: number): boolean;
  holderOf(accessToken: string): string | null;
  kill(how: 'everywhere' | 'device' | 'admin', userId: string): Promise<void>;
  endOthers(userId: string, keepId: string): Promise<void>;
  now(): number;
  restart(): void;
  failOver(): Promise<void>;
  newSecret(): void;
  /** For a minute, every second refresh meets a machine that does not know the newest secret. */
  meetOldNode(): void;
  /** Every machine knows every secret. */
  mend(): void;
  /** Refresh tokens of a session, for trying whether any of them still works. */
  tokensOf(id: string): ReadonlySet<string>;
}

interface Minted {
  sessionId: string;
  userId: string;
  stamp: number;
  endsAt: number;
  thumbprint: string | null;
}

const skewMs = 60_000;

/** Creates a {@link SimServer}. */
export function simServer(clock: FakeClock, truth: Truth, setting: Setting): SimServer {
  const { mode, accessMs, idleMs, absoluteMs } = setting;
  const bound = mode !== 'bearer';
  const limits = {
    idleTimeout: idleMs === null ? null : (`${idleMs}ms` as const),
    absoluteTimeout: `${absoluteMs}ms` as const,
  };
  const dice = seededRandom(setting.seed + 17);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(dice.fraction() * 256));
  const random = { bytes };
  const userTagSecret = bytes(32);
  const secrets: Record<number, Uint8Array> = { 1: bytes(32) };
  let current = 1;
  const replicated = replicatedStore();
  const minted = new Map<string, Minted>();
  const refreshTokens = new Map<string, Set<string>>();
  const oldNode = { until: 0, turn: 0 };
  let sessions = start(secrets, current);
  let count = 0;

  function start(known: Record<number, Uint8Array>, signing: number): Sessions {
    return createSessions({
      store: replicated.store,
      clock: { now: () => clock.now() },
      random,
      mac: createMac({ secrets: known, current: signing, userTagSecret }),
      ...limits,
      remember: limits,
    });
  }

  /** The machine that answers the next refresh: usually this one. */
  function node(): Sessions {
    if (clock.now() >= oldNode.until || ++oldNode.turn % 2 === 0) return sessions;
    const { [current]: _, ...known } = secrets;
    return start(known, Number(Object.keys(known).at(-1)));
  }

  function know(issued: IssuedSession, browser: string): TrueSession {
    const { session } = issued;
    const known = truth.sessions.get(session.id);
    if (known) return known;
    const made: TrueSession = {
      id: session.id,
      userId: session.userId,
      browser,
      bornAt: clock.now(),
      kept: false,
      absoluteEnd: clock.now() + absoluteMs,
      idleMs,
      killedAt: null,
      killedBy: null,
      causes: new Map(),
      successors: new Map(),
      generation: 0,
      rotated: new Set(),
      thiefAt: null,
      honestSinceThief: [],
      refreshes: [],
      lastTouchAt: clock.now(),
      lastActAt: clock.now(),
      surelyActAt: clock.now(),
      promised: false,
      adoptedAt: Number.NEGATIVE_INFINITY,
      confused: false,
    };
    truth.sessions.set(session.id, made);
    return made;
  }

  function mint(issued: IssuedSession): WireAnswer {
    const { session, refreshToken, revocationToken, stamp } = issued;
    const known = truth.sessions.get(session.id);
    const now = clock.now();
    if (known?.killedAt != null)
      truth.violate(
        2,
        `the server minted tokens for ${name(session.id)}, which was ended ${now - known.killedAt} ms ago`,
      );
    if (known && now >= known.absoluteEnd)
      truth.violate(2, `tokens were minted past the absolute end of ${name(session.id)}`);
    const token = `access-${++count}`;
    const endsAt = Math.min(now + accessMs, session.absoluteEndsAt ?? Number.POSITIVE_INFINITY);
    minted.set(token, {
      sessionId: session.id,
      userId: session.userId,
      stamp,
      endsAt,
      thumbprint: session.keyThumbprint,
    });
    const all = refreshTokens.get(session.id) ?? new Set();
    refreshTokens.set(session.id, all.add(refreshToken));
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
  }

  function refuse(status: number, json: object, headers: Record<string, string> = {}): WireAnswer {
    return { status, json, headers };
  }

  /** RFC 9449 section 4.3, as far as a pretended proof goes. Null: it holds. */
  function checkProof(proof: Record<string, unknown> | null, claims: Record<string, unknown>): WireAnswer | null {
    if (proof === null) return null;
    if (proof['nonce'] !== 'nonce' && Math.abs(Number(proof['now']) - clock.now()) > skewMs)
      return refuse(400, { error: 'use_dpop_nonce', code: 'use_dpop_nonce' }, { 'DPoP-Nonce': 'nonce' });
    for (const [claim, value] of Object.entries(claims))
      if (proof[claim] !== value) return refuse(400, { error: 'invalid_dpop_proof', code: 'invalid_dpop_proof' });
    return null;
  }

  function note(sender: Sender, call: RefreshCall, outcome: RefreshOutcome): void {
    const id = 'session' in outcome ? outcome.session.id : 'sessionId' in outcome ? outcome.sessionId : null;
    const known = id === null ? undefined : truth.sessions.get(id);
    truth.note(
      `server: refresh by ${sender.thief ? 'the thief' : sender.browser}: ${outcome.outcome} ${'reason' in outcome ? outcome.reason : ''} ${id === null ? '' : name(id)}${'session' in outcome ? ` generation ${outcome.session.generation}` : ''}`,
    );
    if (!known) return;
    const now = clock.now();
    if (sender.thief) {
      // Without the key nothing of it counts: it is refused before anything is decided.
      if (outcome.outcome !== 'wrong_key') known.thiefAt ??= now;
    } else {
      known.refreshes.push(now);
      if (known.thiefAt !== null && 'session' in outcome) known.honestSinceThief.push(now);
    }
    if ('session' in outcome) {
      const { generation } = outcome.session;
      // The secret may change between a rotation and its replay: then the same successor is signed anew, under another key id.
      const successor = `${generation} ${Buffer.from(outcome.refreshToken, 'base64url')[1]}`;
      const made = known.successors.get(successor) ?? new Set();
      known.successors.set(successor, made.add(outcome.refreshToken));
      if (sender.thief && bound) truth.violate(3, `a thief without the key got tokens of ${name(known.id)}`);
      if (made.size > 1) truth.violate(3, `${name(known.id)} has two tokens of generation ${generation}`);
      if (outcome.outcome === 'rotated' && known.rotated.has(generation))
        truth.violate(3, `${name(known.id)} was rotated to generation ${generation} twice`);
      if (outcome.outcome === 'rotated') known.rotated.add(generation);
      known.generation = Math.max(known.generation, generation);
    }
    if (outcome.outcome === 'ended' && outcome.reason === 'reuse_detected') {
      truth.cause(known.id, 'reuse_detected', now);
      const isKilled = known.killedAt !== null;
      if (sender.thief && bound && !isKilled) truth.violate(3, `a thief without the key ended ${name(known.id)}`);
      known.killedAt ??= now;
      known.killedBy ??= 'reuse';
      // The server remembers five attempts: a request that comes later than that is taken for a thief's. It is a declared bound.
      const tooLate = known.generation - 1 - generationIn(call.refreshToken ?? '') > 4;
      if (known.thiefAt === null && !tooLate && !isKilled && !known.confused)
        truth.violate(
          3,
          `honest tabs were taken for a thief: ${name(known.id)}, attempt ${call.attemptKey.slice(0, 6)}`,
        );
    }
  }

  const server: SimServer = {
    get sessions() {
      return sessions;
    },
    async signIn(sender, userId, remember, proof) {
      const refused = checkProof(proof, {});
      if (refused) return refused;
      const keyThumbprint = bound ? String(proof?.['key'] ?? '') || null : null;
      const issued = await sessions.create({ userId, remember, keyThumbprint });
      know(issued, sender.browser);
      truth.note(`server: ${userId} signed in: ${name(issued.session.id)}`);
      const { createdAt, absoluteEndsAt, type } = issued.session;
      const answer = mint(issued);
      return {
        ...answer,
        status: 201,
        json: {
          ...(answer.json as object),
          session: {
            id: issued.session.id,
            type,
            user_id: userId,
            created_at: new Date(createdAt).toISOString(),
            last_activity_at: new Date(createdAt).toISOString(),
            expires_at: null,
            absolute_expires_at: absoluteEndsAt === null ? null : new Date(absoluteEndsAt).toISOString(),
            idle_timeout: idleMs === null ? null : idleMs / 1000,
            remembered: remember,
            current: true,
            device: { label: null, user_agent: null },
          },
        },
      };
    },

    async refresh(sender, call) {
      const { refreshToken, attemptKey, attempts, proof } = call;
      if (!refreshToken) return refuse(400, { error: 'invalid_request', code: 'invalid_argument' });
      const refused = checkProof(proof, attempts ? { attemptKey } : { attemptKey, refreshToken });
      if (refused) return refused;
      let outcome: RefreshOutcome;
      try {
        outcome = await node().refresh({
          refreshToken,
          attemptKey,
          ...(attempts ? { attemptKeys: attempts, cookieMode: true } : {}),
          keyThumbprint: proof === null ? null : String(proof['key']),
        });
      } catch (error) {
        if (!isSessionError(error)) throw error;
        truth.note(`server: refresh failed: ${error.code}`);
        return refuse(503, { code: error.code });
      }
      note(sender, call, outcome);
      switch (outcome.outcome) {
        case 'rotated':
        case 'replayed':
        case 'ahead':
          return mint(outcome);
        case 'stale':
          return refuse(409, {
            code: 'stale_generation',
            ...(mode === 'cookie' ? { generation: outcome.generation } : {}),
          });
        case 'ended':
          return refuse(400, { error: 'invalid_grant', code: 'session_ended', reason: outcome.reason });
        case 'wrong_key':
          return refuse(400, { error: 'invalid_dpop_proof', code: 'invalid_dpop_proof' });
        case 'too_many_replays':
          return refuse(
            429,
            { code: 'rate_limited' },
            { 'Retry-After': String(Math.ceil(outcome.retryAfterMs / 1000)) },
          );
      }
    },

    async revoke(token) {
      const live = await sessions.revokeByToken(token, null);
      const id = [...truth.sessions.values()].find(({ id: one }) => token.length > 0 && sameSession(one, token))?.id;
      const known = id === undefined ? undefined : truth.sessions.get(id);
      truth.note(
        `server: revocation of ${id === undefined ? 'nothing known' : name(id)}${live ? '' : ', which was over'}`,
      );
      if (known && known.killedAt === null) {
        known.killedAt = clock.now();
        known.killedBy = 'sign_out';
        truth.cause(known.id, 'signed_out_elsewhere', clock.now());
      }
      return { status: 200, json: {} };
    },

    async call(accessToken, proof) {
      const claims = minted.get(accessToken);
      const bad = (code: string): WireAnswer & { holder: null } => ({ ...refuse(401, { code }), holder: null });
      if (!claims) return bad('invalid_token');
      if (clock.now() >= claims.endsAt) return bad('token_expired');
      if (claims.thumbprint !== null && (proof?.['key'] !== claims.thumbprint || proof['accessToken'] !== accessToken))
        return bad('invalid_dpop_proof');
      const { sessionId, stamp, userId } = claims;
      const check = await sessions.check(sessionId, stamp);
      const known = truth.sessions.get(sessionId);
      if (check.ok && known?.killedAt != null)
        truth.violate(2, `a stateful check took a token of ${name(sessionId)} after its end`);
      if (check.ok && known && idleMs !== null && clock.now() - known.lastTouchAt > idleMs + 1000)
        truth.violate(7, `the server took a token of ${name(sessionId)} although the person is idle for too long`);
      if (check.ok && known && clock.now() >= known.absoluteEnd)
        truth.violate(2, 'a token was taken past the absolute end');
      if (check.ok) return { status: 200, json: { userId }, holder: userId };
      return check.why === 'claims_stale'
        ? bad('claims_stale')
        : { ...refuse(401, { code: 'session_ended', reason: check.reason }), holder: null };
    },

    async touch(accessToken, proof) {
      const answer = await server.call(accessToken, proof);
      if (answer.status !== 200) return answer;
      const { sessionId } = minted.get(accessToken)!;
      await sessions.touch(sessionId);
      truth.sessions.get(sessionId)!.lastTouchAt = clock.now();
      return { status: 200, json: {} };
    },

    acceptsStateless: (token, slackMs = 0) => clock.now() < (minted.get(token)?.endsAt ?? 0) + slackMs,
    holderOf: (token) => minted.get(token)?.userId ?? null,

    async kill(how, userId) {
      const now = clock.now();
      const live = [...truth.sessions.values()].filter((one) => one.userId === userId && one.killedAt === null);
      if (how === 'everywhere') await sessions.revokeAll(userId);
      else for (const { id } of live) await sessions.revoke(id, how === 'device' ? 'signed_out_elsewhere' : 'revoked');
      for (const one of live) {
        one.killedAt = now;
        one.killedBy = how;
        truth.cause(
          one.id,
          how === 'everywhere' ? 'revoked_all' : how === 'device' ? 'signed_out_elsewhere' : 'revoked',
          now,
        );
      }
      truth.note(`server: ${how} ended ${live.map(({ id }) => name(id)).join(', ') || 'nothing'}`);
    },

    async endOthers(userId, keepId) {
      const now = clock.now();
      await sessions.revokeOthers(userId, keepId);
      for (const one of truth.sessions.values()) {
        if (one.userId !== userId || one.id === keepId || one.killedAt !== null) continue;
        one.killedAt = now;
        one.killedBy = 'everywhere';
        truth.cause(one.id, 'revoked_all', now);
      }
    },

    now: () => clock.now(),
    restart: () => void (sessions = start(secrets, current)),
    async failOver() {
      const lost = replicated.failOver(clock.now());
      truth.note(`server: the replica took over, ${lost} writes were lost`);
      sessions = start(secrets, current);
      for (const one of truth.sessions.values()) {
        one.rotated.clear();
        const kept = await sessions.inspect(one.id);
        if (kept) one.lastTouchAt = kept.lastActivityAt;
      }
    },
    newSecret() {
      if (current >= 200) return;
      secrets[++current] = bytes(32);
      sessions = start(secrets, current);
    },
    meetOldNode() {
      server.newSecret();
      oldNode.until = clock.now() + 60_000;
    },
    mend: () => void (oldNode.until = 0),
    tokensOf: (id) => refreshTokens.get(id) ?? new Set(),
  };
  return server;
}

/** How a session is called in what people read. */
export function name(id: string): string {
  return `session ${id.slice(-4)}`;
}

/** Refresh and revocation tokens carry the session's id: version 1 | key id 1 | user tag 12 | sid 16. */
function sameSession(id: string, token: string): boolean {
  const bytes = Buffer.from(token, 'base64url').subarray(2, 30);
  return Buffer.from(id.slice('session_'.length), 'base64url').equals(bytes);
}

/** Refresh tokens carry their generation after the session's id. */
function generationIn(token: string): number {
  return Buffer.from(token, 'base64url').subarray(30, 34).readUInt32BE();
}
