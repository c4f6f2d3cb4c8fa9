import { describe, expect, it } from 'vitest';
import { TimeSpan } from 'sojourn/compat/oslo';
import { SessionController, SessionCookie, SessionCookieController } from 'sojourn/compat/oslo/session';

const month = new TimeSpan(30, 'd');

describe('SessionCookieController', () => {
  it('sets an HttpOnly, Secure, Lax cookie for the whole host, for as long as the session (k, S64)', () => {
    const cookies = new SessionCookieController('session', new TimeSpan(1, 'h'));
    expect(cookies.createSessionCookie('abc')).toEqual(
      new SessionCookie('session', 'abc', {
        httpOnly: true,
        maxAge: 3600,
        path: '/',
        sameSite: 'lax',
        secure: true,
      }),
    );
    expect(cookies.createSessionCookie('abc')).toBeInstanceOf(SessionCookie);
    expect(cookies.cookieName).toBe('session');
    expect(cookies.expiresIn.seconds()).toBe(3600);
  });

  it('blanks the same cookie, so that the browser deletes it (l, S67)', () => {
    const cookies = new SessionCookieController('session', new TimeSpan(1, 'h'));
    expect(cookies.createBlankSessionCookie()).toEqual(
      new SessionCookie('session', '', { httpOnly: true, maxAge: 0, path: '/', sameSite: 'lax', secure: true }),
    );
  });

  it('drops Secure, and nothing else, for a host without TLS (S65)', () => {
    const cookies = new SessionCookieController('session', month, { secure: false });
    expect(cookies.createSessionCookie('abc').serialize()).toBe(
      'session=abc; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax',
    );
    expect(cookies.createBlankSessionCookie().serialize()).toBe('session=; HttpOnly; Max-Age=0; Path=/; SameSite=Lax');
  });

  it.each([
    [undefined, 2_592_000],
    [{}, 2_592_000],
    [{ expires: undefined }, 2_592_000],
    [{ expires: true }, 2_592_000],
    [{ expires: false }, 62_899_200],
  ])('with options %j a cookie lives %d seconds (S66)', (options, seconds) => {
    const cookies = new SessionCookieController('session', month, options);
    expect(cookies.createSessionCookie('abc').attributes.maxAge).toBe(seconds);
    expect(cookies.createBlankSessionCookie().attributes.maxAge).toBe(0);
  });

  it('passes on domain, path and sameSite', () => {
    const cookies = new SessionCookieController('session', month, {
      domain: 'example.com',
      path: '/app',
      sameSite: 'strict',
    });
    const written = 'Domain=example.com; HttpOnly; Max-Age=2592000; Path=/app; SameSite=Strict; Secure';
    expect(cookies.createSessionCookie('a b').serialize()).toBe(`session=a%20b; ${written}`);
  });

  it('makes its own controller of the same life', () => {
    const cookies = new SessionController(month).sessionCookieController('auth', { secure: false });
    expect(cookies.createSessionCookie('abc').serialize()).toBe(
      'auth=abc; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax',
    );
  });

  it.each([
    ['session=abc', 'abc'],
    ['a=1;session=abc', 'abc'],
    ['session=old; session=new', 'new'],
    ['session=', ''],
    ['session', ''],
    ['Session=abc', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('reads the session id out of %j (S63)', (header, id) => {
    expect(new SessionCookieController('session', month).parseCookies(header)).toBe(id);
  });
});
