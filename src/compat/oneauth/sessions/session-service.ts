import { durationMs } from '../../../protocol/duration.ts';
import { decideEnd } from '../../../server/engine/decide-change.ts';
import { decideReschedule } from '../../../server/engine/decide-reschedule.ts';
import type { Decision } from '../../../server/engine/decision.ts';
import { deathOf } from '../../../server/engine/life.ts';
import { checkUserId } from '../../../server/engine/new-session.ts';
import type { SessionRecord } from '../../../server/engine/record.ts';
import type { EventPublisher } from '../events-core.ts';
import { SessionExpiredError, SessionNotFoundError, SessionRevokedError } from './errors.ts';
import type { SessionEvent, SessionEventType } from './session-event.ts';
import { afterStep, recordOf, type Grace } from './session-record.ts';
import type { SessionRepository } from './session-repository.ts';
import type { Session, TrustContext } from './session.ts';

/** How long sessions live. */
export interface SessionTtl {
  /** A session ends so many minutes after its creation or its last refresh. Default 30. */
  idleTTLMinutes?: number;
  /** A session ends so many minutes after its creation, whatever happens. Default 43 200, that is 30 days. */
  absoluteTTLMinutes?: number;
}

/** What {@link SessionService} takes beside its ports. */
export interface SessionServiceOptions extends SessionTtl {
  /** Whether a session is still good at the very millisecond of its end. Default `'inclusive'`: it is. */
  boundary?: 'inclusive' | 'exclusive';
  /** Epoch milliseconds. Default: the machine's clock. */
  clock?: { now(): number };
  /** Ids of new sessions; they have to be hard to guess. Default: random UUIDs. */
  idFactory?: () => string;
  /** Told when an event could not be published. Default: nobody is. What was stored stays. */
  onError?: (error: unknown) => void;
}

/** What {@link SessionService.createSession} takes. Its lifetimes go before those of the service. */
export interface CreateSessionInput extends SessionTtl {
  identityId: string;
  trustContext?: TrustContext;
}

type Step = (record: SessionRecord, now: number) => Decision<{ outcome: string }>;

/** Sessions of identities, by the engine's rules, over any repository. Stores first, then publishes. Has no timers. */
export class SessionService {
  readonly #repository: SessionRepository;
  readonly #bus: EventPublisher<SessionEvent>;
  readonly #options: SessionServiceOptions;
  readonly #grace: Grace;

  /** @throws SessionError `invalid_duration` for a lifetime that is not above zero and at most ten years. */
  constructor(repository: SessionRepository, bus: EventPublisher<SessionEvent>, options: SessionServiceOptions = {}) {
    this.#repository = repository;
    this.#bus = bus;
    this.#options = options;
    this.#grace = options.boundary === 'exclusive' ? 0 : 1;
    lifetimesOf(options);
  }

  /** @throws SessionError `invalid_argument` for a bad `identityId`, `invalid_duration` for a bad lifetime. */
  async createSession(input: CreateSessionInput): Promise<Session> {
    checkUserId(input.identityId);
    const { idleMs, absoluteMs } = lifetimesOf({ ...this.#options, ...defined(input) });
    const now = this.#now();
    const session: Session = {
      id: this.#options.idFactory?.() ?? crypto.randomUUID(),
      identityId: input.identityId,
      status: 'active',
      trustContext: structuredClone(input.trustContext ?? {}),
      createdAt: new Date(now),
      lastRefreshedAt: null,
      revokedAt: null,
      idleTTLMinutes: idleMs / 60_000,
      expiresAt: new Date(now + Math.min(idleMs, absoluteMs)),
      absoluteExpiresAt: new Date(now + absoluteMs),
      version: 1,
    };
    await this.#repository.insert(session);
    await this.#publish('SESSION_CREATED', session, now);
    return session;
  }

  /**
   * The session, if it is good. Looking at it changes nothing.
   *
   * @throws SessionNotFoundError, SessionRevokedError, SessionExpiredError
   */
  async validateSession(id: string): Promise<Session> {
    const session = await this.#find(id);
    this.#assertLive(session, this.#now());
    return session;
  }

  /**
   * Starts the window anew, never past the absolute end. The id stays.
   *
   * @throws SessionNotFoundError, SessionRevokedError, SessionExpiredError
   */
  async refreshSession(id: string): Promise<Session> {
    const renew: Step = (record, now) => decideReschedule(record, 0, { kind: 'renew' }, now);
    const { session, done, now } = await this.#step(await this.#find(id), renew);
    if (done) await this.#publish('SESSION_REFRESHED', session, now);
    else this.#assertLive(session, now);
    return session;
  }

  /** Ends a session. Nothing happens to one that is over already. @throws SessionNotFoundError */
  async revokeSession(id: string): Promise<void> {
    await this.#revoke(await this.#find(id));
  }

  /** Ends all sessions of an identity. Answers how many were live. */
  async revokeAllForIdentity(identityId: string): Promise<number> {
    let count = 0;
    for (const session of await this.#repository.findByIdentity(identityId)) if (await this.#revoke(session)) count++;
    return count;
  }

  async #revoke(found: Session): Promise<boolean> {
    const { session, done, now } = await this.#step(found, (record, at) => decideEnd(record, 0, 'revoked', at));
    if (done) await this.#publish('SESSION_REVOKED', session, now);
    return done;
  }

  /** Stores what a step makes of a session; when somebody else was quicker, what it makes of theirs. */
  async #step(session: Session, decide: Step): Promise<{ session: Session; done: boolean; now: number }> {
    const now = this.#now();
    const { answer, write } = decide(recordOf(session, this.#grace), now);
    // What a refused step would write is the mark of an expiry, which is derived here.
    if (answer.outcome !== 'done' || write === null) return { session, done: false, now };
    const next = afterStep(session, write, this.#grace);
    if (await this.#repository.replace(next, session.version)) return { session: next, done: true, now };
    return this.#step(await this.#find(session.id), decide);
  }

  async #find(id: string): Promise<Session> {
    const session = await this.#repository.findById(id);
    if (session === null) throw new SessionNotFoundError(id);
    return session;
  }

  #assertLive(session: Session, now: number): void {
    const death = deathOf(recordOf(session, this.#grace), 0, now);
    if (death === 'revoked') throw new SessionRevokedError(session.id);
    if (death !== null) throw new SessionExpiredError(session.id, death === 'absolute_expired' ? 'absolute' : 'idle');
  }

  async #publish(type: SessionEventType, { id, identityId }: Session, now: number): Promise<void> {
    try {
      await this.#bus.publish({ type, occurredAt: new Date(now), payload: { sessionId: id, identityId } });
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  #now(): number {
    return this.#options.clock?.now() ?? Date.now();
  }
}

function lifetimesOf({ idleTTLMinutes = 30, absoluteTTLMinutes = 43_200 }: SessionTtl): {
  idleMs: number;
  absoluteMs: number;
} {
  const ms = (minutes: number): number => durationMs({ milliseconds: () => minutes * 60_000 });
  return { idleMs: ms(idleTTLMinutes), absoluteMs: ms(absoluteTTLMinutes) };
}

/** Only the lifetimes that were given. */
function defined({ idleTTLMinutes, absoluteTTLMinutes }: SessionTtl): SessionTtl {
  return {
    ...(idleTTLMinutes !== undefined && { idleTTLMinutes }),
    ...(absoluteTTLMinutes !== undefined && { absoluteTTLMinutes }),
  };
}
