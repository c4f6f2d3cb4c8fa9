import { describe, expect, it, vi } from 'vitest';
import { TimeSpan } from 'sojourn/compat/oslo';
import {
  endSession,
  handleSession,
  SessionController,
  SessionCookieController,
  type SessionRows,
  type StoredSession,
} from 'sojourn/compat/oslo/session';
import { start, stopTheClock } from './still-clock.ts';

stopTheClock();

const hour = 3_600_000;
const sessions = new SessionController(new TimeSpan(1, 'h'));
const cookies = new SessionCookieController('session', sessions.expiresIn);
const controllers = { sessions, cookies };

interface Row extends StoredSession {
  userId: string;
}

/** A table of sessions that tells what was done to it. */
class Table implements SessionRows<Row> {
  readonly rows: Map<string, Row> = new Map();
  readonly done: string[] = [];
  fails = false;

  insert(row: Row): Row {
    this.rows.set(row.id, row);
    return row;
  }

  async getSession(id: string): Promise<Row | undefined> {
    await this.#step(`get ${id}`);
    return this.rows.get(id);
  }

  async updateSession(id: string, { expires }: { expires: Date }): Promise<void> {
    await this.#step(`update ${id}`);
    const row = this.rows.get(id);
    if (row) this.rows.set(id, { ...row, expires });
  }

  async deleteSession(id: string): Promise<void> {
    await this.#step(`delete ${id}`);
    this.rows.delete(id);
  }

  async #step(what: string): Promise<void> {
    await Promise.resolve();
    if (this.fails && !what.startsWith('get')) throw new Error('the database is away');
    this.done.push(what);
  }
}

function requestWith(cookie: string | null): Request {
  return new Request('https://app.example/', cookie === null ? {} : { headers: { Cookie: cookie } });
}

describe('handleSession', () => {
  it.each([null, 'other=1', 'session='])('asks the database nothing without a session cookie: %j', async (cookie) => {
    const table = new Table();
    const handled = await handleSession(requestWith(cookie), table, controllers);
    expect(handled).toEqual({ session: null, row: null, cookie: null });
    expect(table.done).toEqual([]);
  });

  it('blanks a cookie that leads to no row (S68)', async () => {
    const table = new Table();
    const handled = await handleSession(requestWith('session=gone'), table, controllers);
    expect(handled).toEqual({ session: null, row: null, cookie: cookies.createBlankSessionCookie() });
    expect(table.done).toEqual(['get gone']);
  });

  it('answers session and row, and sets no cookie, in the first half of a life (S68)', async () => {
    const table = new Table();
    const row = table.insert({ id: 'abc', expires: new Date(start + hour), userId: 'ada' });
    const handled = await handleSession(requestWith('session=abc'), table, controllers);
    expect(handled).toEqual({
      session: { sessionId: 'abc', expiresAt: row.expires, fresh: false },
      row,
      cookie: null,
    });
    expect(table.done).toEqual(['get abc']);
  });

  it('renews the row, then hands out a new cookie, in the second half (S68)', async () => {
    const table = new Table();
    table.insert({ id: 'abc', expires: new Date(start + hour / 2), userId: 'ada' });
    const handled = await handleSession(requestWith('session=abc'), table, controllers);
    expect(handled.session).toEqual({ sessionId: 'abc', expiresAt: new Date(start + hour), fresh: true });
    expect(handled.cookie).toEqual(cookies.createSessionCookie('abc'));
    expect(table.rows.get('abc')).toEqual({ id: 'abc', expires: new Date(start + hour), userId: 'ada' });
  });

  it('hands out no cookie for a renewal that was not stored (S68)', async () => {
    const table = new Table();
    table.insert({ id: 'abc', expires: new Date(start + 1), userId: 'ada' });
    table.fails = true;
    await expect(handleSession(requestWith('session=abc'), table, controllers)).rejects.toThrow('away');
  });

  it('deletes the row of a dead session, and blanks its cookie (S68)', async () => {
    const table = new Table();
    table.insert({ id: 'abc', expires: new Date(start), userId: 'ada' });
    const handled = await handleSession(requestWith('session=abc'), table, controllers);
    expect(handled).toEqual({ session: null, row: null, cookie: cookies.createBlankSessionCookie() });
    expect(table.done).toEqual(['get abc', 'delete abc']);
    expect(table.rows.size).toBe(0);
  });

  it('carries a person through a day of visits, and not past a pause longer than a life (S68)', async () => {
    const table = new Table();
    const row = sessions.createSession('abc');
    table.insert({ id: 'abc', expires: row.expiresAt, userId: 'ada' });
    let cookiesSet = 0;
    for (let minute = 20; minute <= 1440; minute += 20) {
      vi.setSystemTime(start + minute * 60_000);
      const { session, cookie } = await handleSession(requestWith('session=abc'), table, controllers);
      expect(session).not.toBeNull();
      if (cookie) cookiesSet++;
    }
    expect(cookiesSet).toBe(36);
    vi.setSystemTime(Date.now() + hour);
    const { session } = await handleSession(requestWith('session=abc'), table, controllers);
    expect(session).toBeNull();
  });
});

describe('endSession', () => {
  it('deletes the row, then answers the blank cookie (S69)', async () => {
    const table = new Table();
    table.insert({ id: 'abc', expires: new Date(start + hour), userId: 'ada' });
    const cookie = await endSession('abc', table, cookies);
    expect(cookie.serialize()).toBe('session=; HttpOnly; Max-Age=0; Path=/; SameSite=Lax; Secure');
    expect(table.rows.size).toBe(0);
    const handled = await handleSession(requestWith('session=abc'), table, controllers);
    expect(handled.session).toBeNull();
  });

  it('answers no cookie when the row could not be deleted (S69)', async () => {
    const table = new Table();
    table.fails = true;
    await expect(endSession('abc', table, cookies)).rejects.toThrow('away');
  });
});
