import { backoffMs } from '../../../src/client/core/backoff.ts';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEventStream, type EventStreamEnd, type EventStreamOptions } from '../../../src/client/http/live-events.ts';
import { SessionError } from '../../../src/protocol/session-error.ts';
import type { ServerEvent } from '../../../src/protocol/server-event.ts';
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.ts';
import { baseUrl } from '../../server/http/server-under-test.ts';
import { signedIn } from './signed-in.ts';

const event = (type: ServerEvent['type']): ServerEvent => ({ type, at: '2026-01-01T00:00:00.000Z' });
const line = (type: ServerEvent['type'], id: number): string => `id: ${id}\ndata: ${JSON.stringify(event(type))}\n\n`;

/** A connection whose other end the test holds. */
interface Connection {
  headers: Headers;
  send(text: string | Uint8Array): void;
  end(): void;
  fail(): void;
}

interface Stream {
  clock: FakeClock;
  connections: Connection[];
  events: ServerEvent['type'][];
  opened: number;
  abort: AbortController;
  end: Promise<EventStreamEnd>;
  ended: EventStreamEnd | null;
}

function open(answer?: (count: number) => Response | Error | null, options: Partial<EventStreamOptions> = {}): Stream {
  const clock = fakeClock();
  const abort = new AbortController();
  const stream: Stream = { clock, connections: [], events: [], opened: 0, abort, end: undefined as never, ended: null };
  const fetch = async (_: string, { headers, signal }: RequestInit): Promise<Response> => {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
    const quietly = (run: () => void): void => {
      try {
        run();
      } catch {
        // The other side has gone.
      }
    };
    signal?.addEventListener('abort', () => quietly(() => controller.error(signal.reason)));
    stream.connections.push({
      headers: new Headers(headers),
      send: (text) => controller.enqueue(typeof text === 'string' ? new TextEncoder().encode(text) : text),
      end: () => controller.close(),
      fail: () => quietly(() => controller.error(new TypeError('network error'))),
    });
    const given =
      answer?.(stream.connections.length) ??
      new Response(body, { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } });
    if (given instanceof Error) throw given;
    return given;
  };
  stream.end = openEventStream({
    url: `${baseUrl}/events`,
    fetch,
    clock,
    random: { fraction: () => 0.5 },
    backoff: backoffMs,
    signal: abort.signal,
    onEvent: ({ type }) => void stream.events.push(type),
    onOpen: () => void stream.opened++,
    ...options,
  });
  void stream.end.then((end) => (stream.ended = end));
  return stream;
}

describe('a connection', () => {
  test('brings events, and survives what it does not know', async () => {
    const { clock, connections, events } = open();
    await clock.settle();
    connections[0]?.send(
      `: open\n\n${line('session.touched', 1)}data: not json\n\nid: 2\ndata: {"type":"of.next.year","at":"x"}\n\n`,
    );
    connections[0]?.send(line('session.ended', 3).slice(0, 10));
    connections[0]?.send(line('session.ended', 3).slice(10));
    await clock.settle();
    expect(events).toEqual(['session.touched', 'session.ended']);
  });

  test('may cut a character in two', async () => {
    const heard: ServerEvent[] = [];
    const { clock, connections } = open(undefined, { onEvent: (one) => void heard.push(one) });
    await clock.settle();
    const bytes = new TextEncoder().encode(`data: ${JSON.stringify({ ...event('session.ended'), reason: '🦜' })}\n\n`);
    for (const byte of bytes) connections[0]?.send(Uint8Array.of(byte));
    await clock.settle();
    expect(heard).toMatchObject([{ reason: '🦜' }]);
  });

  test('that is lost is made again, from where it was', async () => {
    const { clock, connections, events } = open(undefined, { lastEventId: '41' });
    await clock.settle();
    expect(connections[0]?.headers.get('last-event-id')).toBe('41');
    connections[0]?.send(line('session.touched', 42));
    await clock.settle();
    connections[0]?.fail();
    await clock.advance(749);
    expect(connections).toHaveLength(1);
    await clock.advance(1);
    expect(connections[1]?.headers.get('last-event-id')).toBe('42');
    connections[1]?.send(line('session.updated', 43));
    await clock.settle();
    expect(events).toEqual(['session.touched', 'session.updated']);
  });

  test('that says nothing for three pings is dead', async () => {
    const stream = open();
    await stream.clock.advance(30_000);
    stream.connections[0]?.send(': ping\n\n');
    await stream.clock.advance(44_999);
    expect(stream.connections).toHaveLength(1);
    await stream.clock.advance(2000);
    expect(stream.connections).toHaveLength(2);
    expect(stream.opened).toBe(2);
  });

  test('whose answer never comes is given up too', async () => {
    const stream = open(undefined, {
      fetch: (_, { signal }) =>
        new Promise((_ok, fail) => signal?.addEventListener('abort', () => fail(signal.reason as Error))),
    });
    await stream.clock.advance(45_000);
    await stream.clock.advance(750);
    expect(stream.clock.pendingTimers()).toBe(1);
    expect(stream.ended).toBe(null);
  });

  test('with an event of a megabyte is dropped, not kept in memory', async () => {
    const { clock, connections, events } = open();
    await clock.settle();
    connections[0]?.send(`data: ${'x'.repeat(70_000)}`);
    connections[0]?.send(`${'x'.repeat(70_000)}\n\n`);
    await clock.advance(1000);
    expect(events).toEqual([]);
    expect(connections).toHaveLength(2);
  });
});

describe('the pace', () => {
  test('a server that ends every stream at once is asked less and less', async () => {
    const { clock, connections } = open(
      () =>
        new Response(new ReadableStream({ start: (c) => c.close() }), {
          headers: { 'Content-Type': 'text/event-stream' },
        }),
    );
    await clock.advance(600_000);
    expect(connections.length).toBeLessThan(25);
  });

  test('a stream that ends with its access token is opened again after a moment', async () => {
    const { clock, connections } = open();
    for (let i = 1; i <= 4; i++) {
      await clock.settle();
      for (let ping = 0; ping < 20; ping++) {
        await clock.advance(15_000);
        connections.at(-1)?.send(': ping\n\n');
      }
      connections.at(-1)?.end();
      await clock.advance(1000);
      expect(connections).toHaveLength(i + 1);
    }
  });

  test('Retry-After is honoured', async () => {
    const { clock, connections } = open((count) =>
      count === 1 ? new Response(null, { status: 429, headers: { 'Retry-After': '20' } }) : null,
    );
    await clock.advance(19_999);
    expect(connections).toHaveLength(1);
    await clock.advance(2000);
    expect(connections).toHaveLength(2);
  });

  test.each<[string, () => Response | Error]>([
    ['503', () => new Response(null, { status: 503 })],
    ['a page', () => new Response('<p>', { headers: { 'Content-Type': 'text/html' } })],
    ['no network', () => new TypeError('Failed to fetch')],
    ['a refresh that failed for now', () => new SessionError('server_error', 'Later.')],
  ])('%s is tried again', async (_, answer) => {
    const stream = open(answer);
    await stream.clock.advance(10_000);
    expect(stream.connections.length).toBeGreaterThan(2);
    expect(stream.opened).toBe(0);
    stream.abort.abort();
    await expect(stream.end).resolves.toMatchObject({ why: 'closed' });
  });

  test('a place that the server does not know is given up', async () => {
    const { clock, connections } = open((count) => (count === 1 ? new Response(null, { status: 400 }) : null), {
      lastEventId: 'rubbish',
    });
    await clock.advance(1000);
    expect(connections.map(({ headers }) => headers.get('last-event-id'))).toEqual(['rubbish', null]);
  });
});

describe('the end', () => {
  test.each<[string, () => Response | Error]>([
    ['401, after the one refresh that fetch makes', () => new Response(null, { status: 401 })],
    ['403', () => new Response(null, { status: 403 })],
    ['204', () => new Response(null, { status: 204 })],
    ['a session that is over', () => new SessionError('session_ended', 'Over.')],
    ['somebody else', () => new SessionError('identity_changed', 'Gone.')],
  ])('%s: it stays closed', async (_, answer) => {
    const stream = open(answer);
    await stream.clock.advance(600_000);
    expect(stream.ended).toEqual({ why: 'refused', lastEventId: null });
    expect(stream.connections).toHaveLength(1);
    expect(stream.clock.pendingTimers()).toBe(0);
  });

  test('closed by its owner, it tells where it was and leaves nothing behind', async () => {
    const stream = open();
    await stream.clock.settle();
    stream.connections[0]?.send(line('session.touched', 7));
    await stream.clock.settle();
    stream.abort.abort();
    await expect(stream.end).resolves.toEqual({ why: 'closed', lastEventId: '7' });
    expect(stream.clock.pendingTimers()).toBe(0);
  });

  test('closed while it waits to try again, it ends at once', async () => {
    const stream = open(() => new TypeError('Failed to fetch'));
    await stream.clock.settle();
    stream.abort.abort();
    await expect(stream.end).resolves.toMatchObject({ why: 'closed' });
    expect(stream.clock.pendingTimers()).toBe(0);
  });
});

describe('at the real server', () => {
  const network = setupServer();
  beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
  afterAll(() => network.close());
  afterEach(() => network.resetHandlers());

  test('a revocation on another device arrives, and the stream ends there', async () => {
    const client = await signedIn(network);
    const abort = new AbortController();
    const seen: ServerEvent[] = [];
    const opened = vi.fn<() => void>();
    const end = openEventStream({
      url: `${baseUrl}/events`,
      fetch: client.fetch,
      clock: fakeClock(),
      random: { fraction: () => 0 },
      backoff: backoffMs,
      signal: abort.signal,
      onEvent: (one) => void seen.push(one),
      onOpen: opened,
    });
    await vi.waitFor(() => expect(opened).toHaveBeenCalledOnce());
    await client.world.sessions.revoke(client.grant().sessionId, 'revoked');
    await vi.waitFor(() =>
      expect(seen).toMatchObject([{ type: 'session.ended', session_id: client.grant().sessionId, reason: 'revoked' }]),
    );
    abort.abort();
    expect(await end).toMatchObject({ why: 'closed', lastEventId: expect.stringMatching(/^\d+$/) });
    client.world.server.drain();
  });
});
