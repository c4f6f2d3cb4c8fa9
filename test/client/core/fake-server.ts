import type { Signal } from '../../../src/client/core/ports.ts';
import type { Grant, TokenAnswer, Transport } from '../../../src/client/core/transport.ts';
import type { EndReason } from '../../../src/protocol/end-reason.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import { createSessions } from '../../../src/server/engine/create-sessions.ts';
import type { IssuedSession, RefreshOutcome, Sessions } from '../../../src/server/engine/sessions.ts';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createMac } from '../../../src/server/tokens/mac.ts';
import type { FakeClock, FakeTab } from '../../../src/testing/index.ts';

/** What the network does to a request to the token endpoint. */
export type Fault =
  /** Never reaches the server. */
  | { kind: 'lost_request' }
  /** The server acts, the answer is lost. */
  | { kind: 'lost_answer' }
  /** The server acts at once, the answer takes `ms`. */
  | { kind: 'late_answer'; ms: number }
  /** The request takes `ms` to arrive. */
  | { kind: 'late_request'; ms: number }
  | { kind: 'answer'; answer: TokenAnswer; ms?: number };

/** The real session engine behind a transport without HTTP, on a fake clock, with a journal. */
export interface FakeServer {
  sessions: Sessions;
  transport(tab: FakeTab): Transport;
  touch(accessToken: string): Promise<void>;
  /** Outcomes of refreshes, in order. */
  refreshes: Array<RefreshOutcome['outcome'] | 'fault'>;
  /** Session ids of revocations that arrived, in order. */
  revocations: string[];
  touches: number;
  timeRequests: number;
  /** What happens to the next refreshes, one each. */
  faults: Fault[];
  /** Nothing gets through while this is set. */
  down: boolean;
  /** Milliseconds that every refresh takes. */
  latencyMs: number;
  refreshTokensSeen: Set<string>;
}

/** Creates a {@link FakeServer}. */
export function fakeServer(clock: FakeClock, accessMs: number): FakeServer {
  const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
  const mac = createMac({ secrets: { 1: random.bytes(32) }, current: 1, userTagSecret: random.bytes(32) });
  const sessions = createSessions({ store: createMemoryStore(), clock: { now: () => clock.now() }, random, mac });
  const tokens = new Map<string, string>();
  let minted = 0;

  const pass = (ms: number): Promise<void> =>
    ms > 0 ? new Promise((resolve) => void clock.after(ms, resolve)) : Promise.resolve();

  function grant({ session, refreshToken, revocationToken }: IssuedSession): Grant {
    const accessToken = `access-${session.userId}-${session.generation}-${++minted}`;
    tokens.set(accessToken, session.id);
    return {
      sessionId: session.id,
      generation: session.generation,
      accessToken,
      tokenType: 'DPoP',
      refreshToken,
      revocationToken,
      lifeMs: Math.min(accessMs, (session.absoluteEndsAt ?? Number.POSITIVE_INFINITY) - clock.now()),
      serverTime: clock.now(),
      user: { id: session.userId },
      session: {
        id: session.id,
        type: session.type,
        createdAt: session.createdAt,
        absoluteEndsAt: session.absoluteEndsAt,
        idleTimeoutMs: session.idleTimeoutMs,
        remembered: session.remembered,
      },
    };
  }

  function answerTo(outcome: RefreshOutcome): TokenAnswer {
    switch (outcome.outcome) {
      case 'rotated':
      case 'replayed':
      case 'ahead':
        return { kind: 'granted', grant: grant(outcome) };
      case 'stale':
        return { kind: 'stale', generation: null };
      case 'ended': {
        const reason: EndReason = outcome.reason === 'unknown' ? 'refresh_rejected' : outcome.reason;
        return { kind: 'ended', reason, foreign: false };
      }
      default:
        return failed('rate_limited');
    }
  }

  function failed(code: 'network_error' | 'rate_limited' | 'aborted' | 'timeout'): TokenAnswer {
    return { kind: 'failed', error: new SessionError(code, 'The simulated network says so.') };
  }

  const server: FakeServer = {
    sessions,
    refreshes: [],
    revocations: [],
    touches: 0,
    timeRequests: 0,
    faults: [],
    down: false,
    latencyMs: 0,
    refreshTokensSeen: new Set(),
    async touch(accessToken) {
      if (server.down) throw new SessionError('network_error', 'down');
      server.touches += 1;
      await sessions.touch(tokens.get(accessToken) ?? 'none');
    },
    transport(tab) {
      async function refresh(attempt: Parameters<Transport['refresh']>[0]): Promise<TokenAnswer> {
        const fault = server.faults.shift();
        server.refreshTokensSeen.add(attempt.refreshToken ?? '');
        if (server.down || fault?.kind === 'lost_request') {
          server.refreshes.push('fault');
          return failed('network_error');
        }
        if (fault?.kind === 'answer') {
          server.refreshes.push('fault');
          await pass(fault.ms ?? 0);
          return fault.answer;
        }
        await pass(fault?.kind === 'late_request' ? fault.ms : server.latencyMs / 2);
        const keyThumbprint = null;
        const outcome = await sessions.refresh({
          refreshToken: attempt.refreshToken ?? '',
          attemptKey: attempt.attemptKey,
          keyThumbprint,
        });
        server.refreshes.push(outcome.outcome);
        await pass(fault?.kind === 'late_answer' ? fault.ms : server.latencyMs / 2);
        return fault?.kind === 'lost_answer' ? failed('network_error') : answerTo(outcome);
      }
      const bounded = (signal: Signal, answer: Promise<TokenAnswer>): Promise<TokenAnswer> =>
        new Promise((resolve) => {
          const abort = (): void => resolve(failed('aborted'));
          if (signal.aborted) return abort();
          (signal as AbortSignal).addEventListener('abort', abort);
          clock.after(10_000, () => resolve(failed('timeout')));
          void answer.then(resolve);
        });
      return {
        tokenUrl: 'https://api.test/token',
        signInUrl: 'https://api.test/sessions',
        apiUrl: 'https://api.test/',
        acceptsProof: true,
        refresh: tab.bind((attempt: Parameters<Transport['refresh']>[0]) => bounded(attempt.signal, refresh(attempt))),
        signIn: tab.bind(async ({ credentials, remember }: Parameters<Transport['signIn']>[0]) => {
          if (server.down) return failed('network_error');
          const issued = await sessions.create({ userId: (credentials as { user: string }).user, remember });
          await pass(server.latencyMs);
          return { kind: 'granted', grant: grant(issued) } as TokenAnswer;
        }),
        revoke: tab.bind(async (token: string) => {
          if (server.down) return false;
          server.revocations.push(token.slice(0, 6));
          await sessions.revokeByToken(token, null);
          return true;
        }),
        time: tab.bind(async () => {
          server.timeRequests += 1;
          return server.down ? null : clock.now();
        }),
        parseGrant: (given) => given as Grant,
      };
    },
  };
  return server;
}
