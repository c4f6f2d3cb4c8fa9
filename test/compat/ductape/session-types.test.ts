import { beforeEach, describe, expect, test } from 'vitest';
import { Ductape, toDuration, type Period, type SessionConfig } from 'sojourn/compat/ductape';
import { dataOf, day, hour, openShop, userSession, type StillClock } from './shop.ts';

describe('session types of a product', () => {
  let ductape: Ductape;
  let clock: StillClock;

  beforeEach(async () => {
    ({ ductape, clock } = await openShop());
  });

  test('S70: are made from seven fields, and answered as they are kept', async () => {
    const chat = { ...userSession, tag: 'support-chat', expiry: 90, period: 'minutes' } as const;
    expect(await ductape.product.sessions.create(chat)).toEqual(chat);
    expect(await ductape.product.sessions.fetch('support-chat')).toEqual(chat);
  });

  test.each(['name', 'tag', 'description', 'schema', 'selector', 'expiry', 'period'])('S70: need %s', async (field) => {
    const { [field as 'name']: _left, ...rest } = { ...userSession, tag: 'other' };
    await expect(ductape.product.sessions.create(rest as SessionConfig)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(field) as unknown,
    });
  });

  test('S70: have a tag of their own', async () => {
    await expect(ductape.product.sessions.create({ ...userSession, name: 'Other' })).rejects.toMatchObject({
      name: 'SessionError',
      code: 'SESSION_TYPE_EXISTS',
      status: 409,
    });
    expect(await ductape.product.sessions.fetch('user')).toEqual(userSession);
  });

  test.each(['userId', '$Session{missing}', '$Session{details}', '$Session'])(
    'S78: refuse the selector %s',
    async (selector) => {
      await expect(ductape.product.sessions.create({ ...userSession, tag: 'other', selector })).rejects.toMatchObject({
        code: 'INVALID_SELECTOR',
      });
    },
  );

  test.each<[number, Period, number]>([
    [90, 'seconds', 90_000],
    [90, 'secs', 90_000],
    [5, 'minutes', 300_000],
    [5, 'mins', 300_000],
    [1, 'hours', hour],
    [7, 'days', 7 * day],
    [2, 'weeks', 14 * day],
    [7, 'months', 210 * day],
    [1, 'years', 365 * day],
    [1, 'year', 365 * day],
  ])('S39: last %d %s', async (expiry, period, ms) => {
    expect(toDuration({ expiry, period })).toBe(ms);
    await ductape.product.sessions.create({ ...userSession, tag: 'other', expiry, period });
    const { expiresAt } = await ductape.sessions.start({ tag: 'other', data: dataOf('ada') });
    expect(expiresAt.getTime()).toBe(clock.at + ms);
  });

  test.each<[unknown, unknown]>([
    [0, 'days'],
    [-1, 'days'],
    [1.5, 'days'],
    ['7', 'days'],
    [Number.NaN, 'days'],
    [7, 'fortnights'],
    [7, ''],
    [7, 'h'],
    [7, 'constructor'],
    [11, 'years'],
  ])('S39: refuse to last %j %j', async (expiry, period) => {
    const wrong = { ...userSession, tag: 'other', expiry, period } as SessionConfig;
    await expect(ductape.product.sessions.create(wrong)).rejects.toMatchObject({ code: 'INVALID_DURATION' });
    await expect(ductape.product.sessions.update({ ...wrong, tag: 'user' })).rejects.toMatchObject({
      code: 'INVALID_DURATION',
    });
    expect(await ductape.product.sessions.fetch('user')).toEqual(userSession);
  });

  test('S71: change what is given, found by their tag', async () => {
    const { sessions } = ductape.product;
    expect(await sessions.update({ tag: 'user', expiry: 14, period: 'days' })).toEqual({ ...userSession, expiry: 14 });
    expect(await sessions.update({ tag: 'user', expiry: 3 })).toEqual({ ...userSession, expiry: 3 });
    expect(await sessions.update({ tag: 'user', period: 'weeks' })).toMatchObject({ expiry: 3, period: 'weeks' });
    expect(await sessions.update({ tag: 'user', expiry: 3 })).toMatchObject({ expiry: 3, period: 'weeks' });
    expect(await sessions.update({ tag: 'user', name: 'New' })).toMatchObject({
      name: 'New',
      expiry: 3,
      period: 'weeks',
    });
    expect((await ductape.sessions.start({ tag: 'user', data: dataOf('ada') })).expiresAt).toEqual(
      new Date(clock.at + 21 * day),
    );
    await expect(sessions.update({ tag: 'missing', expiry: 1 })).rejects.toMatchObject({
      code: 'SESSION_TYPE_NOT_FOUND',
      status: 404,
    });
    await expect(sessions.update({ tag: 'user', selector: '$Session{id}' })).rejects.toMatchObject({
      code: 'INVALID_SELECTOR',
    });
    await expect(sessions.update({ tag: 'user', expiry: 0 })).rejects.toMatchObject({ code: 'INVALID_DURATION' });
  });

  test('S71: leave sessions that live as they are until their next refresh', async () => {
    const started = await ductape.sessions.start({ tag: 'user', data: dataOf('ada') });
    const endAt = async (): Promise<number> =>
      (await ductape.sessions.listActive({ tag: 'user' })).sessions[0]!.endAt!.getTime();
    await ductape.product.sessions.update({ tag: 'user', expiry: 10 });
    expect(await endAt()).toBe(clock.at + 7 * day);
    let { refreshToken } = started;
    for (let refreshes = 0; refreshes < 2; refreshes++) {
      clock.at += day;
      const refreshed = await ductape.sessions.refresh({ tag: 'user', refreshToken });
      ({ refreshToken } = refreshed);
      expect(refreshed.sessionId).toBe(started.sessionId);
      expect(refreshed.expiresAt.getTime()).toBe(clock.at + 10 * day);
      expect(await endAt()).toBe(clock.at + 10 * day);
    }
  });

  test('S71: are made shorter for sessions that start afterwards', async () => {
    const { refreshToken } = await ductape.sessions.start({ tag: 'user', data: dataOf('ada') });
    await ductape.product.sessions.update({ tag: 'user', expiry: 2 });
    clock.at += day;
    const refreshed = await ductape.sessions.refresh({ tag: 'user', refreshToken });
    expect(refreshed.expiresAt.getTime()).toBe(clock.at + 7 * day);
    const next = await ductape.sessions.start({ tag: 'user', data: dataOf('bo') });
    expect(next.expiresAt.getTime()).toBe(clock.at + 2 * day);
  });

  test('S72: come all together, by tag', async () => {
    expect(await new Ductape().product.sessions.fetchAll()).toEqual([]);
    const another = await ductape.product.sessions.create({ ...userSession, tag: 'another' });
    expect(await ductape.product.sessions.fetchAll()).toEqual([another, userSession]);
    expect(await ductape.product.sessions.list()).toEqual([another, userSession]);
  });

  test('S73: are null where there is none', async () => {
    expect(await ductape.product.sessions.fetch('missing')).toBeNull();
    expect(await ductape.product.sessions.fetch('constructor')).toBeNull();
  });

  test('S74: go when no session of them lives, or by force with their sessions', async () => {
    const { token } = await ductape.sessions.start({ tag: 'user', data: dataOf('ada') });
    const { sessions } = ductape.product;
    await expect(sessions.delete('user')).rejects.toMatchObject({ code: 'VERSION_CONFLICT', status: 409 });
    expect(await sessions.delete('user', { force: true })).toBe(true);
    expect(await sessions.delete('user')).toBe(false);
    expect(await sessions.fetch('user')).toBeNull();
    expect(await ductape.sessions.verify({ tag: 'user', token })).toEqual({ valid: false });
    await expect(ductape.sessions.start({ tag: 'user', data: dataOf('ada') })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
    });
  });

  test('S70: can be made by every name that the call ever had', async () => {
    const type = (tag: string): SessionConfig => ({ ...userSession, tag });
    await ductape.products.sessions.create(type('one'));
    await ductape.sessions.create(type('two'));
    await ductape.sessions.create('shop', type('three'));
    expect((await ductape.sessions.fetchAll('shop')).map(({ tag }) => tag)).toEqual(['one', 'three', 'two', 'user']);
    expect(await ductape.sessions.update('shop', 'two', { expiry: 1 })).toMatchObject({ tag: 'two', expiry: 1 });
    expect(await ductape.sessions.fetch('shop', 'two')).toMatchObject({ expiry: 1 });
    expect(await ductape.sessions.delete('shop', 'two')).toBe(true);
    expect(await ductape.sessions.list()).toHaveLength(3);
  });

  test('S70: can be described in code, and are brought up to date by it', async () => {
    const define = (expiry: number): Promise<SessionConfig> =>
      ductape.sessions.define({
        tag: 'coded',
        handler: (type) => {
          type.selector('userId');
          type.expiry(expiry, 'hours');
          type.schema({
            userId: { type: 'string', required: true },
            cart: { items: { type: 'number' } },
            plan: 'basic',
          });
        },
      });
    const coded = {
      name: 'coded',
      tag: 'coded',
      description: '',
      schema: { userId: 'string', cart: { items: 'number' }, plan: 'basic' },
      selector: '$Session{userId}',
      expiry: 1,
      period: 'hours',
    };
    expect(await define(1)).toEqual(coded);
    expect(await define(2)).toEqual({ ...coded, expiry: 2 });
    await expect(ductape.sessions.start({ tag: 'coded', data: { userId: 7 } })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });

  test('S81: of another product are not seen, and their tags are taken', async () => {
    const bank = ductape.connect({ product: 'bank' });
    expect(await bank.product.sessions.fetchAll()).toEqual([]);
    expect(await bank.product.sessions.fetch('user')).toBeNull();
    expect(await bank.product.sessions.delete('user')).toBe(false);
    await expect(bank.product.sessions.update({ tag: 'user', expiry: 1 })).rejects.toMatchObject({
      code: 'SESSION_TYPE_NOT_FOUND',
    });
    await expect(bank.sessions.start({ tag: 'user', data: dataOf('ada') })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
    });
    await expect(bank.product.sessions.create(userSession)).rejects.toMatchObject({ code: 'SESSION_TYPE_EXISTS' });
    expect(await bank.sessions.fetch('shop', 'user')).toEqual(userSession);
  });
});
