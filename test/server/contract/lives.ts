import { describe, expect, test } from 'vitest';
import { hour, minute, unknownId, type Subject } from './subject.ts';

export function livesContract(on: Subject): void {
  describe('a life', () => {
    test('begins with defaults (S2)', async () => {
      const { session, stamp } = await on.sessions.create({ userId: 'ada' });
      expect(session).toEqual({
        id: expect.stringMatching(/^session_[\w-]{38}$/),
        alias: null,
        type: 'default',
        userId: 'ada',
        state: 'active',
        createdAt: on.clock.now(),
        updatedAt: on.clock.now(),
        lastActivityAt: on.clock.now(),
        authenticatedAt: on.clock.now(),
        acr: null,
        lastRefreshedAt: null,
        endsAt: on.clock.now() + 30 * minute,
        windowEndsAt: null,
        absoluteEndsAt: on.clock.now() + 12 * hour,
        idleTimeoutMs: 30 * minute,
        renewal: 'none',
        remembered: false,
        generation: 0,
        keyThumbprint: null,
        device: { label: null, userAgent: null },
        trustContext: null,
        lastAction: null,
        tokenGeneration: 0,
        endReason: null,
        data: {},
        version: 0,
      });
      expect(stamp).toBe(on.clock.now());
    });

    test('begins as it is wished (S1, S4, S5, S6, S93)', async () => {
      const { session } = await on.sessions.create({
        userId: 'ada ⚓ / ../ %2F ?&#',
        id: 'order.42:~_-',
        window: { milliseconds: () => 90_001 },
        idleTimeout: 60,
        absoluteTimeout: '2 days',
        renewal: 'half-life',
        remember: true,
        authenticatedAt: on.clock.now() - 1234,
        acr: 'urn:example:acr:mfa',
        device: { label: 'Ada’s phone' },
        keyThumbprint: 'a thumbprint',
        trustContext: { address: '2001:db8::1', risk: 0.25, seen: null },
        data: { deep: [{ a: [null, 'ü', -0.5] }], empty: {} },
      });
      expect(session).toMatchObject({
        alias: 'order.42:~_-',
        userId: 'ada ⚓ / ../ %2F ?&#',
        windowEndsAt: on.clock.now() + 90_001,
        idleTimeoutMs: minute,
        absoluteEndsAt: on.clock.now() + 48 * hour,
        renewal: 'half-life',
        remembered: true,
        authenticatedAt: on.clock.now() - 1234,
        acr: 'urn:example:acr:mfa',
        device: { label: 'Ada’s phone', userAgent: null },
        keyThumbprint: 'a thumbprint',
        trustContext: { address: '2001:db8::1', risk: 0.25, seen: null },
        data: { deep: [{ a: [null, 'ü', -0.5] }], empty: {} },
      });
      expect(await on.sessions.get(session.id)).toEqual(session);
    });

    test('tells a limit that is switched off from one that is not given', async () => {
      const { session } = await on.sessions.create({ userId: 'ada', idleTimeout: null, absoluteTimeout: null });
      expect([session.idleTimeoutMs, session.absoluteEndsAt, session.endsAt]).toEqual([null, null, null]);
      expect(await on.sessions.timeRemaining(session.id)).toBeNull();
    });

    test('has an end to the millisecond where one is given, and no use moves it (S3, S42)', async () => {
      const endsAt = on.clock.now() + 12_345;
      const { session } = await on.sessions.create({ userId: 'ada', endsAt, idleTimeout: null });
      expect(session.endsAt).toBe(endsAt);
      on.clock.advance(12_000);
      expect((await on.sessions.touch(session.id)).endsAt).toBe(endsAt);
      on.clock.advance(345);
      expect(await on.sessions.get(session.id)).toBeNull();
    });

    test.each([
      ['no user', {}, 'invalid_argument'],
      ['an empty user', { userId: '' }, 'invalid_argument'],
      ['an endless name of a user', { userId: 'a'.repeat(257) }, 'invalid_argument'],
      ['a length that is none', { userId: 'ada', window: 'soon' }, 'invalid_duration'],
      ['a length of nothing', { userId: 'ada', idleTimeout: 0 }, 'invalid_duration'],
      ['a length that is no number', { userId: 'ada', window: Number.NaN }, 'invalid_duration'],
      ['milliseconds where seconds are meant', { userId: 'ada', window: 86_400_000 }, 'invalid_duration'],
      ['an end that is no moment', { userId: 'ada', endsAt: Number.NaN }, 'invalid_duration'],
      ['an end that has passed', { userId: 'ada', endsAt: 0 }, 'invalid_duration'],
      ['two ends', { userId: 'ada', endsAt: Date.UTC(2030, 0), window: '1h' }, 'invalid_argument'],
      ['an id with a space', { userId: 'ada', id: 'a b' }, 'invalid_argument'],
      ['a way of proving oneself with a space', { userId: 'ada', acr: 'a b' }, 'invalid_argument'],
      ['a way of proving oneself with a quote', { userId: 'ada', acr: 'a"' }, 'invalid_argument'],
      ['a way of proving oneself of no letters', { userId: 'ada', acr: '' }, 'invalid_argument'],
      ['a proof at no moment', { userId: 'ada', authenticatedAt: Number.NaN }, 'invalid_argument'],
      ['a limit of no session', { userId: 'ada', maxPerUser: 0 }, 'invalid_argument'],
      ['a type that nobody defined', { userId: 'ada', type: 'nobody' }, 'session_type_not_found'],
      ['data with a date', { userId: 'ada', data: { at: new Date(0) as never } }, 'data_not_serializable'],
      ['data with a prototype key', { userId: 'ada', data: JSON.parse('{"__proto__":{}}') as never }, 'data_invalid'],
      ['data of 70 000 bytes', { userId: 'ada', data: { a: 'x'.repeat(70_000) } }, 'payload_too_large'],
      ['surroundings of 5000 bytes', { userId: 'ada', trustContext: { a: 'x'.repeat(5000) } }, 'payload_too_large'],
    ])('does not begin with %s', async (_what, input, code) => {
      await expect(on.sessions.create(input)).rejects.toMatchObject({ name: 'SessionError', code });
    });

    test('is found by either id, in every operation (S5)', async () => {
      const session = await on.start({ id: '..' });
      expect(await on.sessions.get('..')).toEqual(session);
      expect((await on.sessions.touch('..', 'reads')).id).toBe(session.id);
      expect((await on.sessions.data.set('..', 'a', 1)).id).toBe(session.id);
      await expect(on.sessions.create({ userId: 'eve', id: '..' })).rejects.toMatchObject({
        code: 'session_exists',
        status: 409,
      });
    });

    test.each(['', '.', '..', 'nobody', '=', unknownId, 'a b/c', '%2e%2e', 'é'.repeat(150)])(
      'is not found by the id %j',
      async (id) => {
        expect(await on.sessions.get(id)).toBeNull();
        expect(await on.sessions.inspect(id)).toBeNull();
        expect(await on.sessions.isValid(id)).toBe(false);
        expect(await on.sessions.revoke(id, 'revoked')).toBe(false);
        const missing = { code: 'session_not_found', status: 404, retryable: false };
        await expect(on.sessions.timeRemaining(id)).rejects.toMatchObject(missing);
        await expect(on.sessions.touch(id)).rejects.toMatchObject(missing);
        await expect(on.sessions.reauthenticated(id)).rejects.toMatchObject(missing);
        await expect(on.sessions.extend(id, '1h')).rejects.toMatchObject(missing);
        await expect(on.sessions.setEnd(id, on.clock.now())).rejects.toMatchObject(missing);
        await expect(on.sessions.renew(id)).rejects.toMatchObject(missing);
        await expect(on.sessions.reissue(id)).rejects.toMatchObject(missing);
        await expect(on.sessions.revokeOthers('ada', id)).rejects.toMatchObject(missing);
      },
    );

    test('tells when its person last proved who they are, and how', async () => {
      const { id } = await on.start();
      on.clock.advance(minute);
      const proven = await on.sessions.reauthenticated(id, { acr: 'mfa' });
      expect(proven).toMatchObject({ id, authenticatedAt: on.clock.now(), acr: 'mfa' });
      expect(await on.sessions.get(id)).toEqual(proven);
      expect((await on.sessions.reauthenticated(id, { acr: null })).acr).toBeNull();
      await expect(on.sessions.reauthenticated(id, { acr: 'a b' })).rejects.toMatchObject({ code: 'invalid_argument' });
    });

    test('is prolonged by what the person does (S12)', async () => {
      const { id } = await on.start();
      on.clock.advance(10 * minute);
      const touched = await on.sessions.touch(id, 'reads a book');
      expect(touched).toMatchObject({
        lastActivityAt: on.clock.now(),
        windowEndsAt: on.clock.now() + hour,
        lastAction: { action: 'reads a book', at: on.clock.now() },
      });
      expect((await on.sessions.touch(id)).lastAction).toEqual(touched.lastAction);
      await expect(on.sessions.touch(id, '')).rejects.toMatchObject({ code: 'invalid_argument' });
    });

    test('has 0 ms left at its end, and not before (S11, S45)', async () => {
      const { id } = await on.start();
      expect(await on.sessions.timeRemaining(id)).toBe(hour);
      on.clock.advance(hour - 1);
      expect([await on.sessions.timeRemaining(id), await on.sessions.isValid(id)]).toEqual([1, true]);
      on.clock.advance(1);
      expect([await on.sessions.timeRemaining(id), await on.sessions.isValid(id)]).toEqual([0, false]);
    });

    test('is extended from where it ends, or anew (S13, S14)', async () => {
      const { id, windowEndsAt } = await on.start();
      const { session, clamped } = await on.sessions.extend(id, '90s');
      expect([session.windowEndsAt, clamped]).toEqual([windowEndsAt! + 90_000, false]);
      expect((await on.sessions.extend(id, 0.5)).session.windowEndsAt).toBe(windowEndsAt! + 90_500);
      on.clock.advance(30 * minute);
      expect((await on.sessions.extend(id)).session.windowEndsAt).toBe(on.clock.now() + hour);
      await expect(on.sessions.extend(id, '-1h')).rejects.toMatchObject({ code: 'invalid_duration' });
    });

    test('is never extended past its absolute end, and says so (S43)', async () => {
      const { id, absoluteEndsAt } = await on.start({ absoluteTimeout: '2h' });
      expect(await on.sessions.extend(id, '3h')).toMatchObject({
        clamped: true,
        session: { windowEndsAt: absoluteEndsAt },
      });
      expect((await on.sessions.setEnd(id, 9e15)).clamped).toBe(true);
    });

    test('that has no window cannot be extended', async () => {
      const { id } = await on.start({ window: null });
      await expect(on.sessions.extend(id, '1h')).rejects.toMatchObject({ code: 'not_supported' });
    });

    test('gets the end that is set, also one that has passed (S17)', async () => {
      const { id } = await on.start();
      const at = on.clock.now() + 1234;
      expect((await on.sessions.setEnd(id, at)).session.windowEndsAt).toBe(at);
      await expect(on.sessions.setEnd(id, Number.NaN)).rejects.toMatchObject({ code: 'invalid_argument' });
      await on.sessions.setEnd(id, on.clock.now() - 1);
      expect(await on.sessions.inspect(id)).toMatchObject({ state: 'expired', endReason: 'expired' });
    });

    test('is renewed by its back end, which begins its window and a generation of its token', async () => {
      const { id } = await on.start();
      on.clock.advance(30 * minute);
      expect(await on.sessions.renew(id)).toMatchObject({ tokenGeneration: 1, windowEndsAt: on.clock.now() + hour });
    });

    test('is due for renewal in the second half of its window', async () => {
      const { id } = await on.start();
      on.clock.advance(30 * minute);
      expect((await on.sessions.get(id))?.state).toBe('renewal_due');
    });
  });
}
