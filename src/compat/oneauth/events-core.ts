/** Something that happened, told after it was stored. */
export interface DomainEvent<Type extends string = string, Payload = unknown> {
  type: Type;
  occurredAt: Date;
  payload: Payload;
}

/** Where events go. A service needs no more of a bus than this. */
export interface EventPublisher<Event extends DomainEvent = DomainEvent> {
  publish(event: Event): Promise<void>;
}

/** What is called with an event. One that throws, or whose promise fails, disturbs nobody. */
export type EventHandler<Event extends DomainEvent = DomainEvent> = (event: Event) => unknown;

/** A bus that one can also listen to. */
export interface EventBus<Event extends DomainEvent = DomainEvent> extends EventPublisher<Event> {
  /** Handlers of a type, or of all with `'*'`. Answers a function that ends it. */
  subscribe(type: Event['type'] | '*', handler: EventHandler<Event>): () => void;
}

/** What {@link InMemoryEventBus} takes. */
export interface InMemoryEventBusOptions {
  /** Told when a handler fails. Default: nobody is; the failure is the handler's. */
  onError?: (error: unknown) => void;
}

/**
 * A bus in this process. `publish` calls the handlers one after the other, in the order in which they came, and waits for none
 * of them: a handler that hangs stops nobody.
 */
export class InMemoryEventBus<Event extends DomainEvent = DomainEvent> implements EventBus<Event> {
  readonly #handlers = new Set<{ type: string; handler: EventHandler<Event> }>();
  readonly #onError: (error: unknown) => void;

  constructor({ onError = () => {} }: InMemoryEventBusOptions = {}) {
    this.#onError = onError;
  }

  async publish(event: Event): Promise<void> {
    for (const { type, handler } of [...this.#handlers]) {
      if (type !== '*' && type !== event.type) continue;
      void call(handler, event)
        .catch(this.#onError)
        .catch(() => {});
    }
  }

  subscribe(type: Event['type'] | '*', handler: EventHandler<Event>): () => void {
    const entry = { type, handler };
    this.#handlers.add(entry);
    return () => {
      this.#handlers.delete(entry);
    };
  }
}

/** Makes a failure at once and one later the same. */
async function call<Event extends DomainEvent>(handler: EventHandler<Event>, event: Event): Promise<void> {
  await handler(event);
}
