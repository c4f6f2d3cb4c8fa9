import { describe, expect, test } from 'vitest';
import { SessionExpiredError, SessionNotFoundError, SessionRevokedError } from 'sojourn/compat/sdk-do';
import { after, createSdkWorld, day, hour, minute, start } from './sdk-world.ts';

describe('a session is created', () => {
  test('S2: with nothing but a user: 24 hours, no data, a token', async () => {
    const { session } = createSdkWorld();
    const made = await session.create({ userId: 'user_123' });
    expect(made).toEqual({
      id: expect.stringMatching(/^session_[\w-]{38}$/) as string,
      userId: 'user_123',
      token: expect.stringMatching(/^eyJhbGciOiJIUzI1NiIs/) as string,
      createdAt: after(0),
      updatedAt: after(0),
      expiresAt: after(day),
      absoluteExpiresAt: after(30 * day),
      lastActivity: after(0),
      lastAction: null,
      isActive: true,
      state: 'active',
      data: {},
      version: 0,
      trustContext: null,
    });
  });

  test.each([
    ['24h', day],
    ['7d', 7 * day],
    [90, 90_000],
    [{ milliseconds: () => 1500 }, 1500],
  ])('S1 S36 S37 S38: for %j', async (expiresIn, life) => {
    const { session } = createSdkWorld();
    const made = await session.create({ userId: 'ada', expiresIn });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(life);
  });

  test.each([
    ['a Date', new Date(start + 3 * day)],
    ['an ISO text', after(3 * day)],
    ['epoch milliseconds', start + 3 * day],
  ])('S3: until an instant, given as %s, that no touch moves', async (_, expiresAt) => {
    const { session, clock } = createSdkWorld({ renewal: 'access' });
    const { id, expiresAt: end } = await session.create({ userId: 'ada', expiresAt });
    expect(end).toBe(after(3 * day));
    clock.at += 2 * day;
    expect((await session.touch(id)).expiresAt).toBe(after(3 * day));
  });

  test('S5: under an id of its own, by which everything finds it', async () => {
    const { session } = createSdkWorld();
    const { id, token } = await session.create({ id: 'session_abc123', userId: 'ada' });
    expect(id).toBe('session_abc123');
    expect(await session.get('session_abc123')).toMatchObject({ id, userId: 'ada' });
    expect(await session.verify(token)).toMatchObject({ id });
    expect((await session.list('ada')).map((one) => one.id)).toEqual([id]);
    await expect(session.create({ id, userId: 'bob' })).rejects.toMatchObject({ code: 'SESSION_EXISTS', status: 409 });
    expect(await session.delete(id)).toBe(true);
    expect(await session.create({ id, userId: 'bob' })).toMatchObject({ id, userId: 'bob' });
  });

  test.each([
    [undefined as never, 'INVALID_ARGUMENT'],
    [null as never, 'INVALID_ARGUMENT'],
    [{ userId: '' }, 'INVALID_ARGUMENT'],
    [{ userId: 7 as never }, 'INVALID_ARGUMENT'],
    [{ userId: 'ada', expiresIn: '1h', expiresAt: start + hour }, 'INVALID_ARGUMENT'],
    [{ userId: 'ada', expiresIn: '1 fortnight' }, 'INVALID_DURATION'],
    [{ userId: 'ada', expiresIn: '24' }, 'INVALID_DURATION'],
    [{ userId: 'ada', expiresIn: 0 }, 'INVALID_DURATION'],
    [{ userId: 'ada', expiresIn: 86_400_000 }, 'INVALID_DURATION'],
    [{ userId: 'ada', expiresAt: start }, 'INVALID_DURATION'],
    [{ userId: 'ada', expiresAt: 'tomorrow' }, 'INVALID_DURATION'],
    [{ userId: 'ada', expiresAt: new Date(Number.NaN) }, 'INVALID_DURATION'],
    [{ userId: 'ada', expiresAt: {} as never }, 'INVALID_ARGUMENT'],
  ])('S108: not from %j: %s', async (input, code) => {
    const { session } = createSdkWorld();
    await expect(session.create(input)).rejects.toMatchObject({ name: 'SessionError', code, status: 400 });
  });

  test('S43: with a limit that grows with the wish, unless it was set', async () => {
    const { session } = createSdkWorld();
    const year = await session.create({ userId: 'ada', expiresIn: '365d' });
    expect([year.expiresAt, year.absoluteExpiresAt]).toEqual([after(365 * day), after(365 * day)]);
    const limited = await session.create({ userId: 'ada', expiresIn: '365d', absoluteTimeout: '40d' });
    expect(limited.expiresAt).toBe(after(40 * day));
    const free = await session.create({ userId: 'ada', absoluteTimeout: null });
    expect(free.absoluteExpiresAt).toBeNull();
  });
});

describe('a session is found', () => {
  test('S7: by its id as long as it lives; being read changes nothing', async () => {
    const { session, clock } = createSdkWorld({ renewal: 'access', idleTimeout: '2h' });
    const { id, token: _, ...made } = await session.create({ userId: 'ada' });
    clock.at += hour;
    expect(await session.get(id)).toEqual({ id, ...made });
    clock.at += hour;
    expect(await session.get(id)).toBeNull();
    expect(await session.get('session_unknown')).toBeNull();
  });

  test('S10 S90 S91: by its user, newest first, without tokens', async () => {
    const { session, clock } = createSdkWorld();
    const phone = await session.create({ userId: 'ada', data: { device: 'phone' } });
    clock.at += minute;
    const laptop = await session.create({ userId: 'ada' });
    await session.create({ userId: 'bob' });
    const found = await session.list('ada');
    expect(found.map((one) => [one.id, one.data?.['device'] || 'Unknown', one.lastActivity, one.isActive])).toEqual([
      [laptop.id, 'Unknown', after(minute), true],
      [phone.id, 'phone', after(0), true],
    ]);
    expect(found.every((one) => !('token' in one))).toBe(true);
    expect(await session.list('nobody')).toEqual([]);
  });

  test('S10: by its user, however many there are', async () => {
    const { session } = createSdkWorld();
    for (let i = 0; i < 205; i++) await session.create({ userId: 'ada' });
    expect(new Set((await session.list('ada')).map(({ id }) => id)).size).toBe(205);
  });

  test('S23: by its user, also when it is over, for who asks for those', async () => {
    const { session, clock } = createSdkWorld();
    const expired = await session.create({ userId: 'ada', expiresIn: '1h' });
    clock.at += hour;
    const revoked = await session.create({ userId: 'ada' });
    await session.delete(revoked.id);
    const live = await session.create({ userId: 'ada' });
    expect((await session.list('ada')).map(({ id }) => id)).toEqual([live.id]);
    const all = await session.list('ada', { includeInactive: true });
    const states = Object.fromEntries(all.map(({ id, state, isActive }) => [id, [state, isActive]]));
    expect(states).toEqual({
      [expired.id]: ['expired', false],
      [revoked.id]: ['revoked', false],
      [live.id]: ['active', true],
    });
    expect(await session.list('nobody', { includeInactive: true })).toEqual([]);
  });

  test('S9 S11 S49: valid or not, and for how long, without throwing for the dead', async () => {
    const { session, clock } = createSdkWorld({ idleTimeout: '2h' });
    const { id } = await session.create({ userId: 'ada', expiresIn: '3h' });
    expect(await session.isValid(id)).toBe(true);
    expect(await session.timeRemaining(id)).toBe(2 * hour);
    clock.at += hour + 45 * minute;
    await session.touch(id);
    expect(await session.timeRemaining(id)).toBe(75 * minute);
    expect(await session.status(id)).toEqual({
      state: 'renewalDue',
      isActive: true,
      timeRemaining: 75 * minute,
      reason: null,
      stale: false,
    });
    clock.at += 75 * minute;
    expect([await session.isValid(id), await session.timeRemaining(id)]).toEqual([false, 0]);
    expect(await session.status(id)).toMatchObject({ state: 'expired', isActive: false, reason: 'expired' });
    expect(await session.isValid('session_unknown')).toBe(false);
    expect(await session.status('session_unknown')).toMatchObject({ state: 'unknown', isActive: false });
    await expect(session.timeRemaining('session_unknown')).rejects.toBeInstanceOf(SessionNotFoundError);
  });
});

describe('the end of a session', () => {
  test('S12 S44: is not moved by a touch, which only says that somebody is there', async () => {
    const { session, clock } = createSdkWorld({ idleTimeout: '1h' });
    const { id } = await session.create({ userId: 'ada' });
    clock.at += 50 * minute;
    const touched = await session.touch(id, 'opened the dashboard');
    expect(touched).toMatchObject({
      lastActivity: after(50 * minute),
      lastAction: { action: 'opened the dashboard', timestamp: after(50 * minute) },
      expiresAt: after(day),
    });
    clock.at += 59 * minute;
    expect(await session.isValid(id)).toBe(true);
    clock.at += minute;
    await expect(session.touch(id)).rejects.toMatchObject({ code: 'SESSION_EXPIRED', reason: 'idle' });
  });

  test('S40 S41: is moved by a touch where the renewal says so', async () => {
    const { session, clock } = createSdkWorld();
    const always = await session.create({ userId: 'ada', renewal: 'access' });
    const late = await session.create({ userId: 'ada', renewal: 'half-life' });
    clock.at += hour;
    expect((await session.touch(always.id)).expiresAt).toBe(after(day + hour));
    expect((await session.touch(late.id)).expiresAt).toBe(after(day));
    clock.at += 11 * hour;
    expect((await session.touch(late.id)).expiresAt).toBe(after(day + 12 * hour));
  });

  test('S13: is so much later after being extended', async () => {
    const { session, clock } = createSdkWorld();
    const { id, token } = await session.create({ userId: 'ada' });
    clock.at += 6 * hour;
    expect(await session.extend(id, '1h')).toMatchObject({ expiresAt: after(day + hour), clamped: false });
    expect(await session.extend(id, 60)).toMatchObject({ expiresAt: after(day + hour + minute) });
    expect(await session.extend(id, '60d')).toMatchObject({ expiresAt: after(30 * day), clamped: true });
    expect(await session.verify(token)).toMatchObject({ id });
    await expect(session.extend(id, 0)).rejects.toMatchObject({ code: 'INVALID_DURATION' });
  });

  test('S14: is a whole life away after being extended by nothing, and never nearer', async () => {
    const { session, clock } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    clock.at += hour;
    expect((await session.extend(id)).expiresAt).toBe(after(day + hour));
    await session.extend(id, '5h');
    expect((await session.extend(id)).expiresAt).toBe(after(day + 6 * hour));
  });

  test('S17: is set to an instant, earlier or later, up to the limit', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    expect(await session.setExpiration(id, new Date(start + hour))).toMatchObject({ expiresAt: after(hour) });
    expect(await session.setExpiration(id, after(9 * day))).toMatchObject({
      expiresAt: after(9 * day),
      clamped: false,
    });
    expect(await session.setExpiration(id, start + 99 * day)).toMatchObject({
      expiresAt: after(30 * day),
      clamped: true,
    });
    await expect(session.setExpiration(id, new Date(Number.NaN))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await session.setExpiration(id, start)).toMatchObject({ state: 'expired', isActive: false });
    expect(await session.timeRemaining(id)).toBe(0);
    await expect(session.setExpiration(id, start + day)).rejects.toBeInstanceOf(SessionExpiredError);
  });

  test('S22: comes once, whatever is tried afterwards', async () => {
    const { session } = createSdkWorld();
    const { id } = await session.create({ userId: 'ada' });
    await session.delete(id);
    for (const attempt of [
      () => session.touch(id),
      () => session.extend(id, '1h'),
      () => session.refresh(id),
      () => session.setExpiration(id, start + day),
      () => session.set(id, 'a', 1),
      () => session.update(id, { data: {} }),
      () => session.merge(id, {}),
      () => session.mutate(id, 'a', () => 1),
      () => session.clear(id),
      () => session.remove(id, 'a'),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'SESSION_REVOKED', status: 401 });
    expect(await session.isValid(id)).toBe(false);
  });
});

describe('signing out', () => {
  test('S18 S23 S89: of a session works once, and its token says what happened', async () => {
    const { session } = createSdkWorld();
    const { id, token } = await session.create({ userId: 'ada', data: { secret: 1 } });
    expect(await session.delete(id)).toBe(true);
    expect(await session.delete(id)).toBe(false);
    expect(await session.delete('session_unknown')).toBe(false);
    expect(await session.get(id)).toBeNull();
    const error = await session.verify(token).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SessionRevokedError);
    expect(String(error)).toMatch(/revoked/);
    expect(await session.list('ada', { includeInactive: true })).toMatchObject([{ id, data: {} }]);
  });

  test('S20 S92: everywhere is one call', async () => {
    const { session } = createSdkWorld();
    const mine = [await session.create({ userId: 'ada' }), await session.create({ userId: 'ada' })];
    const other = await session.create({ userId: 'bob' });
    expect(await session.deleteAll('ada')).toBe(2);
    expect(await session.deleteAll('ada')).toBe(0);
    for (const { token } of mine)
      await expect(session.verify(token)).rejects.toMatchObject({ code: 'SESSION_REVOKED' });
    expect(await session.isValid(other.id)).toBe(true);
  });

  test('S21: everywhere else leaves one session, and its token', async () => {
    const { session } = createSdkWorld();
    const kept = await session.create({ userId: 'ada', id: 'this-device' });
    const gone = await session.create({ userId: 'ada' });
    expect(await session.deleteAll('ada', { except: kept.id })).toBe(1);
    expect(await session.verify(kept.token)).toMatchObject({ id: 'this-device' });
    expect(await session.isValid(gone.id)).toBe(false);
    await expect(session.deleteAll('ada', { except: gone.id })).rejects.toMatchObject({ code: 'SESSION_REVOKED' });
    expect(await session.isValid(kept.id)).toBe(true);
  });

  test('S47 S48: and sweeping clears away what is over', async () => {
    const { session, clock } = createSdkWorld();
    await session.create({ userId: 'ada', expiresIn: '1h' });
    clock.at += hour;
    expect(await session.cleanupExpired('ada')).toBe(1);
    expect(await session.cleanupExpired('ada')).toBe(0);
    expect(await session.cleanupExpired('nobody')).toBe(0);
    clock.at += 8 * day;
    expect(await session.sweep()).toBe(1);
    expect(await session.list('ada', { includeInactive: true })).toEqual([]);
  });
});

test('S35: what somebody did is noted, and nothing happens where nobody is', async () => {
  const { session, clock } = createSdkWorld();
  const { id } = await session.create({ userId: 'ada' });
  clock.at += minute;
  expect(await session.track(id, 'view')).toBe(true);
  expect((await session.get(id))?.lastAction).toEqual({ action: 'view', timestamp: after(minute) });
  await session.delete(id);
  expect(await session.track(id, 'view')).toBe(false);
  expect(await session.track('session_unknown', 'view')).toBe(false);
  await expect(session.track(id, '')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
