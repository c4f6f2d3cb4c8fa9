import { createEventMatcher, eventNames, type EventPattern as Pattern } from '../../server/engine/event-pattern.ts';
import type { SessionEvent } from '../../server/engine/session-event.ts';
import type { Session, Sessions } from '../../server/engine/sessions.ts';
import { invalidArgument } from './errors.ts';
import type { PathText } from './semantic-path.ts';
import { iso } from './session-record.ts';
import { toStored, type Untyped } from './stored-json.ts';

/** Something that happened. Events of sessions are stored first, then told. */
export interface SdkEvent {
  id: string;
  /** Grows with every event of a session, with gaps. */
  seq: number;
  /** `Subject.action`: `'Session.created'`. */
  type: string;
  subject: string;
  action: string;
  /** ISO 8601. */
  occurredAt: string;
  /** The session's own id, also where its creator gave it another; both lead to it. Null for events of the app. */
  sessionId: string | null;
  userId: string | null;
  data: Untyped;
  metadata: EventMetadata;
}

/** Where an event comes from. */
export interface EventMetadata {
  timestamp: string;
  source: string;
  correlationId: string;
  /** Id of the event that led to this one. */
  causationId: string | null;
  userId: string | null;
}

/** Called with events. One that throws, or whose promise fails, disturbs nobody. */
export type EventHandler = (event: SdkEvent) => unknown;

/** Which events: names with `*`, paths, expressions, functions, or a list of these. A leading `$.` may be left out. */
export type EventPattern =
  | string
  | PathText
  | RegExp
  | ((event: SdkEvent) => boolean)
  | ReadonlyArray<string | PathText | RegExp | ((event: SdkEvent) => boolean)>;

/** How events are told. */
export interface EventOptions {
  /** Told only when this says yes. */
  filter?: (event: SdkEvent) => boolean;
}

/** Events of sessions, and of the app. */
export interface EventsApi {
  /**
   * Calls `handler` from now on. Answers a function that ends it. What `deleteAll` ends somewhere else comes as one
   * `User.sessions_revoked`, without a `Session.revoked` for each session: listen for both.
   */
  on(pattern: EventPattern, handler: EventHandler, options?: EventOptions): () => void;
  /** The same, for one event. */
  once(pattern: EventPattern, handler: EventHandler, options?: EventOptions): () => void;
  /** Ends what `on` and `once` began with this handler, whatever the pattern. */
  off(handler: EventHandler): void;
  /** Tells an event of the app's own to everybody who listens in this process. Answers it. */
  send(name: string | PathText, data?: unknown, metadata?: Partial<EventMetadata>): Promise<SdkEvent>;
}

/** The events of one engine. */
export interface EventSource extends EventsApi {
  /** Tells the end of sessions that ended in one step with others. */
  revoked(sessions: readonly Session[]): void;
}

/** What {@link createEvents} works with. */
export interface EventPorts {
  sessions: Pick<Sessions, 'subscribe'>;
  now: () => number;
  onError: (error: unknown) => void;
}

interface Told {
  event: SdkEvent;
  names: readonly string[];
}
interface Listener extends EventOptions {
  handler: EventHandler;
  matches: (told: Told) => boolean;
  once: boolean;
}

const source = 'session.do';

/** The engine is listened to from the first handler on. */
export function createEvents({ sessions, now, onError }: EventPorts): EventSource {
  const listeners = new Set<Listener>();
  let listening = false;

  function tell(told: Told): void {
    for (const listener of [...listeners]) {
      // One that another handler has just taken away is not called any more.
      if (!listeners.has(listener)) continue;
      void hear(listener, told)
        .catch(onError)
        .catch(() => {});
    }
  }

  async function hear(listener: Listener, told: Told): Promise<void> {
    if (!listener.matches(told) || listener.filter?.(told.event) === false) return;
    if (listener.once) listeners.delete(listener);
    await listener.handler(told.event);
  }

  function add(pattern: EventPattern, handler: EventHandler, options: EventOptions, once: boolean): () => void {
    if (!listening) sessions.subscribe((event) => tell(toldOf(event)));
    listening = true;
    const matches = createEventMatcher<Told>(patternOf(pattern), ({ names }) => names);
    const listener: Listener = { ...options, handler, matches, once };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  return {
    on: (pattern, handler, options = {}) => add(pattern, handler, options, false),
    once: (pattern, handler, options = {}) => add(pattern, handler, options, true),
    off: (handler) => {
      for (const listener of listeners) if (listener.handler === handler) listeners.delete(listener);
    },
    send: async (name, data = null, metadata = {}) => {
      const type = String(name).replace(/^\$\./, '');
      const [subject, ...action] = type.split('.');
      if (!subject || action.join('.') === '')
        throw invalidArgument("The name of an event is `Subject.action`, such as 'Order.placed'.");
      const at = now();
      const id = crypto.randomUUID();
      const event: SdkEvent = {
        id,
        seq: at,
        type,
        subject,
        action: action.join('.'),
        occurredAt: iso(at),
        sessionId: null,
        userId: metadata.userId ?? null,
        data: toStored(data),
        metadata: { timestamp: iso(at), source, correlationId: id, causationId: null, userId: null, ...metadata },
      };
      tell({ event, names: [type] });
      return event;
    },
    revoked: (ended) => {
      const at = now();
      for (const { id, userId } of ended)
        tell(
          toldOf({
            cursor: at,
            type: 'session.revoked',
            userId,
            sessionId: id,
            at,
            detail: { reason: 'revoked_all' },
          }),
        );
    },
  };
}

/** An event of the engine with all its names. */
function toldOf(event: SessionEvent): Told {
  const { cursor, userId, sessionId, at, detail } = event;
  // A theft that was noticed is an end like others here; the reason says so.
  const type = event.type === 'session.reuse_detected' ? 'session.revoked' : event.type;
  const [subject = '', action = ''] = type.split('.');
  const capital = subject.charAt(0).toUpperCase() + subject.slice(1);
  const id = `${cursor}.${sessionId ?? userId}`;
  return {
    names: eventNames(event),
    event: {
      id,
      seq: cursor,
      type: `${capital}.${action}`,
      subject: capital,
      action,
      occurredAt: iso(at),
      sessionId,
      userId,
      data: detail,
      metadata: { timestamp: iso(at), source, correlationId: id, causationId: null, userId },
    },
  };
}

/** A pattern of this facade as one of the engine. Paths are texts. */
function patternOf(pattern: EventPattern): Pattern<Told> {
  if (Array.isArray(pattern)) return (pattern as readonly EventPattern[]).map(patternOf);
  if (typeof pattern === 'function') return ({ event }) => pattern(event);
  return pattern instanceof RegExp ? pattern : String(pattern);
}
