import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionEvent } from 'sojourn/server';
import { connectSessions } from 'sojourn/server/remote';
import { apiKey, remoteWorld, type RemoteWorld } from './remote-world.ts';

const within = { timeout: 15_000 };

describe('events of a real server', () => {
  let world: RemoteWorld;

  beforeEach(async () => {
    world = await remoteWorld();
  });
  afterEach(() => world.close());

  test.each([
    ['of everybody', undefined],
    ['of one user', { userId: 'ada' }],
  ])('%s are all told, once, although connections are cut (S101)', async (_whose, filter) => {
    const heard: SessionEvent[] = [];
    const stop = world.sessions.subscribe((event) => void heard.push(event), filter);
    const { session } = await world.sessions.create({ userId: 'ada' });
    await vi.waitFor(() => expect(heard).toHaveLength(1), within);
    for (let round = 1; round <= 3; round++) {
      world.cut();
      await world.local.data.set(session.id, 'round', round);
      await world.local.touch(session.id);
      await vi.waitFor(() => expect(heard).toHaveLength(1 + 2 * round), within);
    }
    expect(heard).toEqual(await world.local.events({ userId: 'ada' }));
    stop();
  });

  test('come over one connection for all who want the same, which is closed with the last', async () => {
    let opened = 0;
    let closed = 0;
    const sessions = world.connect({
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const response = await fetch(request);
        if (!request.url.endsWith('/admin/events')) return response;
        opened += 1;
        return new Response(
          watched(response.body!, () => (closed += 1)),
          response,
        );
      },
    });
    const stops = [1, 2, 3].map(() => sessions.subscribe(() => undefined));
    await sessions.sweep();
    await vi.waitFor(() => expect(opened).toBe(1), within);
    stops[0]!();
    stops[0]!();
    stops[1]!();
    expect(closed).toBe(0);
    stops[2]!();
    await vi.waitFor(() => expect(closed).toBe(1), within);
    expect(opened).toBe(1);
  });

  test('are told of whatever is done after the subscription, however long that takes', async () => {
    const slow = world.connect({
      fetch: async (input, init) => {
        const request = new Request(input, init);
        if (request.url.includes('/admin/events')) await new Promise((resolve) => setTimeout(resolve, 100));
        return fetch(request);
      },
    });
    const heard: SessionEvent[] = [];
    slow.subscribe((event) => void heard.push(event));
    await slow.create({ userId: 'ada' });
    await slow.create({ userId: 'eve' });
    await vi.waitFor(() => expect(heard.map(({ userId }) => userId)).toEqual(['ada', 'eve']), within);
  });

  test('are refused for good to who has no key, which is reported, and hinders no call', async () => {
    const errors: unknown[] = [];
    const sessions = world.connect({
      apiKey: 'a-wrong-key-a-wrong-key-123',
      onError: (error) => void errors.push(error),
    });
    sessions.subscribe(() => undefined);
    await expect(sessions.sweep()).rejects.toMatchObject({ code: 'unauthenticated', status: 401 });
    expect(errors).toMatchObject([{ code: 'unauthenticated' }]);
  });

  test('and changes of many clients at once lose nothing', async () => {
    const { session } = await world.local.create({ userId: 'ada' });
    const clients = [world.sessions, world.connect(), world.connect()];
    const add = (count: unknown): number => (typeof count === 'number' ? count : 0) + 1;
    await Promise.all(
      clients.flatMap((client) => [
        client.data.mutate(session.id, 'count', add),
        client.scoped.mutate(session.id, 'count', add),
      ]),
    );
    expect(await world.local.data.get(session.id)).toEqual({ count: 3 });
    expect(await world.local.scoped.get(session.id, 'count')).toBe(3);
  });
});

describe('the event stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A client whose server gives these streams, one after the other, and then none. */
  function client(streams: Array<string | null>, on: { missed?: () => void; asked?: (request: Request) => void } = {}) {
    return connectSessions({
      url: 'https://auth.example.com',
      apiKey,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        on.asked?.(request);
        const text = streams.shift();
        if (text == null) throw new TypeError('fetch failed');
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode(text));
            request.signal.addEventListener('abort', () => controller.error(request.signal.reason));
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      },
      onMissedEvents: () => on.missed?.(),
    });
  }

  const event = (cursor: number): string =>
    `id: ${cursor}\nevent: session.touched\ndata: ${JSON.stringify({
      cursor,
      type: 'session.touched',
      user_id: 'ada',
      session_id: null,
      at: '2026-01-05T12:00:00.000Z',
      detail: {},
    })}\n\n`;

  test('that says nothing for so long is dead, and opened anew where it ended', async () => {
    const places: Array<string | null> = [];
    const heard: number[] = [];
    let missed = 0;
    const asked = (request: Request): void => void places.push(request.headers.get('last-event-id'));
    const sessions = client([`: open\n\n${event(7)}`, event(8)], { asked, missed: () => void missed++ });
    sessions.subscribe(({ cursor }) => void heard.push(cursor));
    await vi.advanceTimersByTimeAsync(44_000);
    expect([heard, places]).toEqual([[7], [null]]);
    await vi.advanceTimersByTimeAsync(2000);
    expect([heard, places]).toEqual([
      [7, 8],
      [null, '7'],
    ]);
    expect(missed).toBe(0);
    await sessions.close();
  });

  test.each([
    ['was cut before an event came', [': open\n\n', `: open\n\n${event(8)}`]],
    ['was refused at first', [null, `: open\n\n${event(8)}`]],
  ])('that %s says that events may be lost: it knows no place to go on from', async (_what, streams) => {
    let missed = 0;
    const heard: number[] = [];
    const sessions = client(streams, { missed: () => void missed++ });
    sessions.subscribe(({ cursor }) => void heard.push(cursor));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([missed, heard]).toEqual([1, [8]]);
    await sessions.close();
  });

  test('that says something now and then stays open', async () => {
    let streams = 0;
    const said = [': open\n\n', ': ping\n\n', event(7), event(8), ': ping\n\n'];
    const sessions = connectSessions({
      url: 'https://auth.example.com',
      apiKey,
      fetch: async (_input, init) => {
        streams++;
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => {
            for (const [index, text] of said.entries())
              setTimeout(() => controller.enqueue(new TextEncoder().encode(text)), index * 30_000);
            init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      },
    });
    sessions.subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(150_000);
    expect(streams).toBe(1);
    await sessions.close();
  });

  test('that is not there is asked for in ever longer pauses, and not after the end', async () => {
    let attempts = 0;
    const sessions = client([null], { asked: () => void attempts++ });
    sessions.subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    const inTheFirstMinute = attempts;
    expect(inTheFirstMinute).toBeLessThan(16);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts - inTheFirstMinute).toBeGreaterThanOrEqual(3);
    expect(attempts - inTheFirstMinute).toBeLessThan(10);
    await sessions.close();
    const all = attempts;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([attempts, vi.getTimerCount()]).toEqual([all, 0]);
  });

  test('says when events may be lost, and drops what it cannot read', async () => {
    let missed = 0;
    const heard: number[] = [];
    const text = `event: missed\ndata: {"type":"missed"}\n\ndata: nonsense\n\ndata: {"cursor":1}\n\n${event(9)}`;
    const sessions = client([text], { missed: () => void missed++ });
    sessions.subscribe(({ cursor }) => void heard.push(cursor));
    await vi.advanceTimersByTimeAsync(10);
    expect([missed, heard]).toEqual([1, [9]]);
    await sessions.close();
  });
});

/** A body that says when it is not wanted any more. */
function watched(body: ReadableStream<Uint8Array>, onCancel: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => {
      onCancel();
      return reader.cancel(reason);
    },
  });
}
