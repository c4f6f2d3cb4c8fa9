import { mock } from 'node:test';
import type { Driver } from '../driver.ts';
import { day, hour, id, knownSession, lifeOf, resultsOf, sdkOf, today, type Sdk } from './sdk-do-stage.ts';

export const storage: Driver = {
  heading: 'Session Storage',
  made: ['cart'],
  play: async (stage) => {
    const { session } = await knownSession(stage, { data: { theme: 'dark' } });
    const { cart } = await stage.run();
    const { check } = stage;
    check.equal('a value comes back as it was set', cart, { items: ['prod_1', 'prod_2'], total: 99.99 });
    check.equal('removing says that it was there', resultsOf(stage, 'session.remove'), [true]);
    check.equal('cleared, the session stays', [(await session.get(id))?.data, await session.isValid(id)], [{}, true]);
    await session.set(id, 'shoppingCart', cart);
    await session.set(id, 'theme', 'dark');
    check.equal(
      'a removed value is gone',
      [await session.remove(id, 'shoppingCart'), await session.get(id, 'shoppingCart')],
      [true, null],
    );
    check.equal(
      'the others stay, and a second removal finds nothing',
      [await session.get(id, 'theme'), await session.remove(id, 'shoppingCart')],
      ['dark', false],
    );
  },
};

export const shoppingCart: Driver = {
  heading: 'Shopping Cart Session',
  made: ['addToCart'],
  play: async (stage) => {
    const { session } = await knownSession(stage);
    const { addToCart } = (await stage.run()) as { addToCart: (id: string, product: string) => Promise<unknown> };
    const { check } = stage;
    check.equal('the first product makes a cart', await addToCart(id, 'prod_1'), { items: ['prod_1'] });
    mock.timers.setTime(today + hour);
    check.equal('the second joins it', await addToCart(id, 'prod_2'), { items: ['prod_1', 'prod_2'] });
    const after = (await session.get(id))!;
    check.equal('it is kept', after.data, { cart: { items: ['prod_1', 'prod_2'] } });
    check.equal('shopping is activity', Date.parse(after.lastActivity), today + hour);
  },
};

export const devices: Driver = {
  heading: 'Multi-Device Sessions',
  made: ['listUserSessions', 'logoutAllDevices'],
  play: async (stage) => {
    const session = await sdkOf(stage);
    const phone = await session.create({ userId: 'user_123', data: { device: 'phone' } });
    mock.timers.setTime(today + 1000);
    const laptop = await session.create({ userId: 'user_123' });
    const other = await session.create({ userId: 'user_456' });
    const made = (await stage.run()) as unknown as {
      listUserSessions(userId: string): Promise<unknown>;
      logoutAllDevices(userId: string): Promise<void>;
    };
    const { check } = stage;
    const at = (ms: number): string => new Date(ms).toISOString();
    check.equal('all devices, newest first', await made.listUserSessions('user_123'), [
      { id: laptop.id, device: 'Unknown', lastActivity: at(today + 1000), isActive: true },
      { id: phone.id, device: 'phone', lastActivity: at(today), isActive: true },
    ]);
    check.equal('none for a stranger', await made.listUserSessions('nobody'), []);
    await made.logoutAllDevices('user_123');
    check.equal('signed out everywhere', await made.listUserSessions('user_123'), []);
    check.equal('and nobody else', await session.isValid(other.id), true);
  },
};

export const integration: Driver = {
  heading: 'Integration with `.do` Platform',
  ambient: 'declare const request: Request;',
  free: ['request'],
  made: ['login'],
  play: async (stage) => {
    const session = await sdkOf(stage);
    const { configure } = (await stage.load('sdk.do')) as Sdk;
    configure({ authenticate: ({ password }) => (password === 'secret' ? { userId: 'user_123' } : null) });
    const request = new Request('https://app.example/', { headers: { 'User-Agent': 'Example/1.0' } });
    const { login } = (await stage.run({ request })) as {
      login: (email: string, password: string) => Promise<{ token: string; sessionId: string }>;
    };
    const { check } = stage;
    const { token, sessionId } = await login('ada@example.com', 'secret');
    const found = await session.verify(token);
    check.equal('the token leads to the session', found.id, sessionId);
    check.equal('which says how and when somebody signed in', found.data, {
      loginMethod: 'email',
      loginTime: new Date(today).toISOString(),
      userAgent: 'Example/1.0',
    });
    check.equal('for 24 hours', lifeOf(found), day);
    await check.fails('a wrong password is refused', () => login('ada@example.com', 'wrong'), /^INVALID_CREDENTIALS /);
  },
};
