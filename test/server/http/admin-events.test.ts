import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Listening } from './listening.ts';
import { bodyOf, serverUnderTest, startedAt, type ServerUnderTest } from './server-under-test.ts';

const key = 'Zm9vYmFyYmF6cXV4MTIzNDU2';
let on: ServerUnderTest;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(async () => {
  vi.useFakeTimers({ now: startedAt });
  on = await serverUnderTest({ adminKeys: [key] });
});
afterEach(() => {
  const left = vi.getTimerCount();
  vi.useRealTimers();
  if (left > 0) throw new Error(`${left} timers were left running.`);
});

interface Message {
  id?: string;
  event?: string;
  data: Record<string, unknown>;
}

/** What a stream has said so far. */
class Reading extends Listening {
  get messages(): Message[] {
    return this.text
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => {
        const lines = block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
        const { data, ...rest } = Object.fromEntries(lines);
        return { ...rest, data: JSON.parse(data!) as Record<string, unknown> };
      });
  }

  get said(): unknown[] {
    return this.messages.map(({ event }) => event);
  }

  override async leave(): Promise<void> {
    await super.leave();
    await settle();
  }
}

function ask(query = '', headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  const all = { origin: '(none)', authorization: `Bearer ${key}`, ...headers };
  return on.call(method, `/admin/events${query}`, { headers: all });
}

async function follow(query = '', headers: Record<string, string> = {}): Promise<Reading> {
  const answer = await ask(query, headers);
  expect(answer.status).toBe(200);
  const reading = new Reading(answer);
  await settle();
  return reading;
}

describe('GET /admin/events', () => {
  it.each([
    ['userid=ada', "There is no 'userid'; the query may have user_id, session_id, after."],
    ['user_id=ada&user_id=eve', "'user_id' is in the query more than once."],
    ['after=1&after=2', "'after' is in the query more than once."],
  ])('tells nobody everything by mistake: ?%s', async (query, detail) => {
    const answer = await ask(`?${query}`);
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ detail })]);
  });

  it('tells everything of everybody, as it happens (S98, S101)', async () => {
    const answer = await ask();
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const reading = new Reading(answer);
    await settle();
    const { session } = await on.sessions.create({ userId: 'ada' });
    await on.sessions.revokeAll('eve');
    await settle();
    const [first] = await on.sessions.events({ userId: 'ada' });
    expect(reading.messages).toEqual([
      {
        id: String(first!.cursor),
        event: 'session.created',
        data: {
          cursor: first!.cursor,
          type: 'session.created',
          user_id: 'ada',
          session_id: session.id,
          at: new Date(startedAt).toISOString(),
          detail: { type: 'default' },
        },
      },
      {
        id: expect.any(String),
        event: 'user.sessions_revoked',
        data: expect.objectContaining({
          user_id: 'eve',
          session_id: null,
          detail: { not_before: expect.any(Number), count: 0, kept: null },
        }),
      },
    ]);
    await reading.leave();
  });

  it('tells only of one user, or of one session by either id', async () => {
    const { session } = await on.sessions.create({ userId: 'ada', id: 'mine' });
    const [ofUser, ofSession] = [await follow('?user_id=eve'), await follow('?session_id=mine')];
    await on.sessions.create({ userId: 'ada' });
    await on.sessions.create({ userId: 'eve' });
    await on.sessions.touch(session.id);
    await on.sessions.revokeAll('ada');
    await settle();
    expect(ofUser.said).toEqual(['session.created']);
    expect(ofSession.said).toEqual(['session.touched', 'user.sessions_revoked']);
    await ofUser.leave();
    await ofSession.leave();
  });

  it('goes on after the last event of a user, from the log, whatever its length', async () => {
    const { session } = await on.sessions.create({ userId: 'ada' });
    for (let i = 0; i < 700; i++) await on.sessions.data.set(session.id, 'i', i);
    const events = await on.sessions.events({ userId: 'ada', limit: 1000 });
    const after = events[10]!.cursor;
    for (const reading of [
      await follow('?user_id=ada', { 'last-event-id': String(after) }),
      await follow(`?user_id=ada&after=${after}`),
    ]) {
      await vi.advanceTimersByTimeAsync(1);
      expect(reading.messages.map(({ id }) => Number(id))).toEqual(events.slice(11).map(({ cursor }) => cursor));
      await reading.leave();
    }
  });

  it('goes on after the last event of everybody, as far as it remembers, and says when that is not far enough', async () => {
    const lost = await follow('?after=1');
    expect(lost.said).toEqual(['missed']);
    await on.sessions.create({ userId: 'ada' });
    await settle();
    const last = lost.messages.at(-1)!.id!;
    await lost.leave();
    await on.sessions.create({ userId: 'eve' });
    await on.sessions.create({ userId: 'bob' });
    const found = await follow('', { 'last-event-id': last });
    expect(found.messages.map(({ data }) => data['user_id'])).toEqual(['eve', 'bob']);
    await found.leave();
  });

  it('tells once what happens while it looks up what was missed', async () => {
    const engine = on.sessions;
    await engine.create({ userId: 'ada' });
    const events: typeof engine.events = async (query) => {
      if ((await engine.events(query)).length < 3) await engine.create({ userId: 'ada' });
      return engine.events(query);
    };
    on = await serverUnderTest({ adminKeys: [key], sessions: { ...engine, events } });
    const reading = await follow('?user_id=ada&after=0');
    await engine.create({ userId: 'ada' });
    await settle();
    const all = await engine.events({ userId: 'ada' });
    expect(reading.messages.map(({ id }) => Number(id))).toEqual(all.map(({ cursor }) => cursor));
    expect(all).toHaveLength(3);
    await reading.leave();
  });

  it('keeps quiet connections open, and ends them when the server stops', async () => {
    const reading = await follow();
    await vi.advanceTimersByTimeAsync(31_000);
    expect(reading.text).toBe(': open\n\n: ping\n\n: ping\n\n');
    on.server.drain();
    await settle();
    expect(reading.isOver).toBe(true);
    const answer = await ask();
    expect([answer.status, await bodyOf(answer)]).toMatchObject([503, { code: 'store_unavailable' }]);
  });

  it.each(['abc', '-1', '1.5', '1e3'])('refuses the place %j', async (place) => {
    expect((await ask('', { 'last-event-id': place })).status).toBe(400);
    expect((await ask(`?after=${place}`)).status).toBe(400);
  });

  it('is for back ends only, and opens no stream for HEAD', async () => {
    expect((await ask('', { authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await ask('', { origin: 'https://app.example.com' })).status).toBe(403);
    const head = await ask('', {}, 'HEAD');
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it('gives up a reader that does not read, and serves the others', async () => {
    const answer = await ask();
    const other = await follow();
    const { session } = await on.sessions.create({ userId: 'ada' });
    for (let i = 0; i < 400; i++) {
      await on.sessions.data.set(session.id, 'i', i);
      if (i % 50 === 0) await settle();
    }
    await settle();
    expect(other.said).toHaveLength(401);
    await other.leave();
    const late = new Reading(answer);
    await settle();
    expect(late.isOver).toBe(true);
    expect(late.said.length).toBeLessThan(401);
  });
});
