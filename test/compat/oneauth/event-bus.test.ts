import { expect, test } from 'vitest';
import { InMemoryEventBus, type DomainEvent } from 'sojourn/compat/oneauth/events-core';

function event(type: string): DomainEvent {
  return { type, occurredAt: new Date(0), payload: null };
}

test('S98 S102: a bus calls the handlers of a type, and those of all, in order', async () => {
  const bus = new InMemoryEventBus();
  const seen: string[] = [];
  bus.subscribe('A', () => seen.push('first'));
  const end = bus.subscribe('*', ({ type }) => seen.push(`all ${type}`));
  bus.subscribe('A', () => seen.push('last'));
  await bus.publish(event('A'));
  await bus.publish(event('B'));
  end();
  end();
  await bus.publish(event('A'));
  expect(seen).toEqual(['first', 'all A', 'last', 'all B', 'first', 'last']);
});

test('S98: one handler that is subscribed twice is called twice, and each is ended by itself', async () => {
  const bus = new InMemoryEventBus();
  let calls = 0;
  const handler = (): number => ++calls;
  const end = bus.subscribe('A', handler);
  bus.subscribe('A', handler);
  await bus.publish(event('A'));
  end();
  await bus.publish(event('A'));
  expect(calls).toBe(3);
});

test('S96: a handler that throws, fails or hangs disturbs nobody', async () => {
  const errors: unknown[] = [];
  const bus = new InMemoryEventBus({ onError: (error) => errors.push((error as Error).message) });
  const seen: string[] = [];
  bus.subscribe('A', () => {
    throw new Error('at once');
  });
  bus.subscribe('A', async () => Promise.reject(new Error('later')));
  bus.subscribe('A', async () => new Promise(() => {}));
  bus.subscribe('A', () => seen.push('called'));
  await bus.publish(event('A'));
  expect(seen).toEqual(['called']);
  await new Promise(setImmediate);
  expect(errors.map(String).toSorted()).toEqual(['at once', 'later']);
});

test('S96: a reporter of errors that throws itself disturbs nobody either', async () => {
  const bus = new InMemoryEventBus({
    onError: () => {
      throw new Error('again');
    },
  });
  bus.subscribe('A', () => {
    throw new Error('at once');
  });
  await expect(bus.publish(event('A'))).resolves.toBeUndefined();
  await new Promise(setImmediate);
});
