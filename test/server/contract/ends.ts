import { describe, expect, test } from 'vitest';
import { hour, minute, type Subject } from './subject.ts';

export function endsContract(on: Subject): void {
  describe('an end', () => {
    test.each([
      ['revoked', async (id: string) => void (await on.sessions.revoke(id, 'revoked')), 'revoked'],
      [
        'signed_out_elsewhere',
        async (id: string) => void (await on.sessions.revoke(id, 'signed_out_elsewhere')),
        'revoked',
      ],
      ['revoked_all', async () => void (await on.sessions.revokeAll('ada')), 'revoked'],
      ['expired', async () => on.clock.advance(hour), 'expired'],
    ])('by %s is final, and keeps its reason (S22, S23, S49)', async (reason, end, state) => {
      const { id } = await on.start({ absoluteTimeout: '1d' });
      await end(id);
      expect(await on.sessions.get(id)).toBeNull();
      expect(await on.sessions.inspect(id)).toMatchObject({ id, state, endReason: reason });
      expect(await on.sessions.timeRemaining(id)).toBe(0);
      const ended = { code: 'session_ended', status: 401, reason, retryable: false };
      await expect(on.sessions.touch(id)).rejects.toMatchObject(ended);
      await expect(on.sessions.extend(id, '1h')).rejects.toMatchObject(ended);
      await expect(on.sessions.extend(id)).rejects.toMatchObject(ended);
      await expect(on.sessions.setEnd(id, on.clock.now() + hour)).rejects.toMatchObject(ended);
      await expect(on.sessions.renew(id)).rejects.toMatchObject(ended);
      await expect(on.sessions.reissue(id)).rejects.toMatchObject(ended);
      await expect(on.sessions.data.get(id)).rejects.toMatchObject(ended);
      await expect(on.sessions.data.set(id, 'a', 1)).rejects.toMatchObject(ended);
      await expect(on.sessions.data.mutate(id, 'a', () => 1)).rejects.toMatchObject(ended);
      await expect(on.sessions.scoped.set(id, 'a', 1)).rejects.toMatchObject(ended);
      await expect(on.sessions.scoped.mutate(id, 'a', () => 1)).rejects.toMatchObject(ended);
      await expect(on.sessions.revokeOthers('ada', id)).rejects.toMatchObject(ended);
    });

    test('by idleness comes before the others (S44)', async () => {
      const { id } = await on.start({ idleTimeout: '5m' });
      on.clock.advance(5 * minute);
      expect(await on.sessions.inspect(id)).toMatchObject({ endReason: 'idle' });
    });

    test('happens once (S18)', async () => {
      const { id } = await on.start();
      expect(await on.sessions.revoke(id, 'signed_out_elsewhere')).toBe(true);
      expect(await on.sessions.revoke(id, 'revoked')).toBe(false);
      expect((await on.sessions.inspect(id))?.endReason).toBe('signed_out_elsewhere');
    });

    test('of all sessions of a user spares other users (S19, S20, S92)', async () => {
      await on.start();
      await on.start({ remember: true });
      const { id } = await on.start({ userId: 'eve' });
      const remembering = await on.sessions.remember.issue('ada');
      const { count, notBefore } = await on.sessions.revokeAll('ada');
      expect([count, notBefore]).toEqual([2, expect.any(Number)]);
      expect(await on.sessions.revokeAll('ada')).toMatchObject({ count: 0 });
      expect(await on.sessions.revokeAll('nobody at all')).toMatchObject({ count: 0 });
      expect(await on.sessions.isValid(id)).toBe(true);
      expect(await on.sessions.remember.redeem(remembering)).toBeNull();
      expect((await on.sessions.create({ userId: 'ada' })).stamp).toBeGreaterThan(notBefore);
    });

    test('of all sessions but one gives that one a new stamp (S21)', async () => {
      const other = await on.start();
      const kept = await on.sessions.create({ userId: 'ada' });
      const answer = await on.sessions.revokeOthers('ada', kept.session.id);
      expect(answer).toMatchObject({
        count: 1,
        kept: { refreshToken: kept.refreshToken, revocationToken: kept.revocationToken },
      });
      expect(answer.kept.stamp).toBeGreaterThan(answer.notBefore);
      expect(answer.kept.session).toEqual(await on.sessions.get(kept.session.id));
      expect(await on.sessions.get(other.id)).toBeNull();
      await expect(on.sessions.revokeOthers('eve', kept.session.id)).rejects.toMatchObject({
        code: 'session_not_found',
      });
    });

    test('of the sessions of everybody spares nobody, and no remember token', async () => {
      const [{ id }, { id: other }] = [await on.start(), await on.start({ userId: 'eve' })];
      const remembering = await on.sessions.remember.issue('ada');
      const { notBefore } = await on.sessions.revokeEverybody();
      for (const each of [id, other])
        expect(await on.sessions.inspect(each)).toMatchObject({ state: 'revoked', endReason: 'revoked_all' });
      expect(await on.sessions.remember.redeem(remembering)).toBeNull();
      const again = await on.sessions.create({ userId: 'ada' });
      expect(again.stamp).toBeGreaterThan(notBefore);
      expect(await on.sessions.isValid(again.session.id)).toBe(true);
    });

    test('is nothing that new claims bring: access tokens of before are stale, and the session goes on', async () => {
      const { session, stamp } = await on.sessions.create({ userId: 'ada' });
      await on.start({ userId: 'eve' });
      expect(await on.sessions.claimsChanged('ada')).toEqual({ count: 1 });
      expect(await on.sessions.check(session.id, stamp)).toEqual({ ok: false, why: 'claims_stale' });
      expect(await on.sessions.isValid(session.id)).toBe(true);
      const { stamp: later } = await on.sessions.reissue(session.id);
      expect(await on.sessions.check(session.id, later)).toMatchObject({ ok: true });
      await expect(on.sessions.claimsChanged('')).rejects.toMatchObject({ code: 'invalid_argument' });
    });

    test('of the sessions of one type spares the others, and one of them (S19)', async () => {
      await on.sessions.types.define({ tag: 'shop' });
      const [kept, gone, other] = [
        await on.start({ type: 'shop' }),
        await on.start({ type: 'shop' }),
        await on.start(),
      ];
      expect(await on.sessions.revokeOfType('ada', 'shop', { except: kept!.id })).toEqual({ count: 1 });
      expect(await on.sessions.isValid(gone!.id)).toBe(false);
      expect(await on.sessions.isValid(other!.id)).toBe(true);
      expect(await on.sessions.revokeOfType('ada', 'shop')).toEqual({ count: 1 });
      expect(await on.sessions.revokeOfType('ada', 'no such type')).toEqual({ count: 0 });
    });

    test('of the oldest makes room where a user may have so many', async () => {
      const oldest = await on.start();
      on.clock.advance(1);
      const newer = await on.start();
      on.clock.advance(1);
      await on.start({ maxPerUser: 2 });
      expect(await on.sessions.isValid(oldest.id)).toBe(false);
      expect(await on.sessions.isValid(newer.id)).toBe(true);
    });

    test('is cleared away when its time has come, and not before (S47, S48)', async () => {
      const { id } = await on.start();
      await on.sessions.revoke(id, 'revoked');
      expect(await on.sessions.sweep()).toBe(0);
      expect(await on.sessions.inspect(id)).not.toBeNull();
      on.clock.advance(400 * 24 * hour);
      expect(await on.sessions.sweep()).toBe(1);
      expect(await on.sessions.inspect(id)).toBeNull();
      expect(await on.sessions.sweepUser('nobody at all')).toBe(0);
    });

    test('is seen in the list of a user, page by page, newest first (S10, S90)', async () => {
      expect(await on.sessions.list('nobody at all')).toEqual({ sessions: [], cursor: null });
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) {
        ids.unshift((await on.start({ userId: 'ü/?..' })).id);
        on.clock.advance(1);
      }
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await on.sessions.list('ü/?..', { limit: 2, ...(cursor ? { cursor } : {}) });
        expect(page.sessions.length).toBeLessThanOrEqual(2);
        seen.push(...page.sessions.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(seen).toEqual(ids);
      await on.sessions.revoke(ids[0]!, 'revoked');
      expect((await on.sessions.list('ü/?..')).sessions.map(({ id }) => id)).toEqual(ids.slice(1));
      expect((await on.sessions.list('ü/?..', { type: 'shop' })).sessions).toEqual([]);
      await expect(on.sessions.list('ada', { cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_argument' });
      await expect(on.sessions.list('')).rejects.toMatchObject({ code: 'invalid_argument' });
    });
  });
}
