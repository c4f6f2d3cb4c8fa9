import { describe, expect, it } from 'vitest';
import { adaOnDisk, onShelf, openOnDisk } from './on-disk.ts';
import { done, refusal } from './signed-in.ts';

const minute = 60_000;
const secret = 'ey-secret-token';

describe('a record that cannot be read', () => {
  type Raw = Record<string, unknown> & { record: Record<string, unknown> };
  const damages: ReadonlyArray<[string, (whole: Raw) => unknown]> = [
    ['a text', () => secret],
    ['half of its JSON', (whole) => JSON.stringify({ ...whole, record: { ...whole.record, key: null } }).slice(0, 200)],
    ['a number', () => 42],
    ['true', () => true],
    ['an empty list', () => []],
    ['an empty object', () => ({})],
    ['a megabyte of text', () => secret.repeat(70_000)],
    ['contents without a version', (whole) => ({ ...whole, version: undefined })],
    ['a version that is a text', (whole) => ({ ...whole, version: '1' })],
    ['a record that is a text', (whole) => ({ ...whole, record: secret })],
    ['a record of another kind', (whole) => ({ ...whole, record: { ...whole.record, kind: 'zombie' } })],
    ['a record without its user', (whole) => ({ ...whole, record: { ...whole.record, user: undefined } })],
    ['a user without an id', (whole) => ({ ...whole, record: { ...whole.record, user: { name: secret } } })],
    [
      'a user whose members are inherited',
      (whole) => ({ ...whole, record: { ...whole.record, user: JSON.parse('{"__proto__":{"id":"eve"}}') } }),
    ],
    ['a token that is a number', (whole) => ({ ...whole, record: { ...whole.record, accessToken: 1 } })],
    ['a token without end', (whole) => ({ ...whole, record: { ...whole.record, accessToken: secret.repeat(2000) } })],
    ['a generation that is no count', (whole) => ({ ...whole, record: { ...whole.record, generation: 1.5 } })],
    ['a generation below zero', (whole) => ({ ...whole, record: { ...whole.record, generation: -1 } })],
    ['an end that is not a number', (whole) => ({ ...whole, record: { ...whole.record, expiresAt: Number.NaN } })],
    [
      'an end that never comes',
      (whole) => ({ ...whole, record: { ...whole.record, expiresAt: Number.POSITIVE_INFINITY } }),
    ],
    ['a note that is half there', (whole) => ({ ...whole, record: { ...whole.record, pending: { key: secret } } })],
    ['attempts that are no list', (whole) => ({ ...whole, record: { ...whole.record, attempts: {} } })],
    ['bound tokens without their key', (whole) => ({ ...whole, record: { ...whole.record, key: null } })],
    ['bound tokens with half a key', (whole) => ({ ...whole, record: { ...whole.record, key: { publicKey: {} } } })],
  ];

  it.each(damages)(
    'H6: it holds %s: put aside, signed out with that reason, and no token in any message',
    async (what, damage) => {
      const name = `corrupt ${what}`;
      const { world, tab } = await adaOnDisk(name);
      tab.close();
      const whole = (await onShelf(name, (shelf) => shelf.get('contents'))) as Raw;
      const tokens = [
        whole.record['accessToken'],
        whole.record['refreshToken'],
        whole.record['revocationToken'],
        secret,
      ];
      const damaged = damage(whole);
      await onShelf(name, (shelf) => shelf.put(damaged, 'contents'));
      const later = openOnDisk(world, name);
      await done(world, later.session.ready());
      expect(later.session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'storage_corrupt' });
      const errors = [
        await refusal(world, later.session.getAccessToken()),
        await refusal(world, later.session.refresh()),
      ];
      expect(errors).toMatchObject([{ reason: 'storage_corrupt' }, { reason: 'storage_corrupt' }]);
      const told = [
        ...errors.map((error) => [String(error), (error as Error).stack]),
        later.events,
        later.session.getState(),
      ];
      for (const token of tokens) expect(JSON.stringify(told)).not.toContain(String(token));
      expect(await onShelf(name, (shelf) => shelf.get('contents:unreadable'))).toEqual(damaged);
      expect(({} as { id?: string }).id).toBeUndefined();

      await done(world, later.session.signIn({ username: 'ada' }));
      expect((await done(world, later.session.fetch('/session'))).status).toBe(200);
      expect(await onShelf(name, (shelf) => shelf.get('contents:unreadable'))).toBeUndefined();
    },
  );

  it('H6: what is beside the record is damaged: the person stays signed in', async () => {
    const name = 'damaged beside';
    const { world, tab } = await adaOnDisk(name);
    tab.close();
    const whole = (await onShelf(name, (shelf) => shelf.get('contents'))) as Raw;
    const outbox = [null, 7, { sessionId: 1 }, { sessionId: 'a', revocationToken: '', at: 0 }];
    await onShelf(name, (shelf) => shelf.put({ ...whole, activityAt: 'yesterday', outbox }, 'contents'));
    const later = openOnDisk(world, name);
    await done(world, later.session.ready());
    expect(later.session.getState().status).toBe('authenticated');
    for (let n = 0; n < 20; n++) {
      await world.clock.advance(minute);
      later.tab.platform.act();
    }
    expect(later.session.getState().status).toBe('authenticated');
    expect(later.session.idle.getState().phase).toBe('active');
    expect(world.seen.filter(({ route }) => route === 'POST /revoke')).toEqual([]);
  });

  it('H6: it is damaged while a tab is open: the token serves to its end, then the reason is told', async () => {
    const name = 'damaged while open';
    const { world, session, tab } = await adaOnDisk(name);
    await onShelf(name, (shelf) => shelf.put(secret, 'contents'));
    tab.platform.emit('look');
    await world.clock.advance(minute);
    expect((await done(world, session.fetch('/session'))).status).toBe(200);
    await world.clock.advance(5 * minute);
    expect(session.getState()).toMatchObject({ status: 'unauthenticated', endReason: 'storage_corrupt' });
  });
});
