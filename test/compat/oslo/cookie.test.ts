import { describe, expect, it } from 'vitest';
import { Cookie, CookieController, parseCookies, serializeCookie } from 'sojourn/compat/oslo/cookie';
import { TimeSpan } from 'sojourn/compat/oslo';

/** Everything on a keyboard that is not a letter or a digit, and a letter outside of ASCII. */
const special = '" \t-^¥@[;:],./_!#$%&\'()=~|`{+*}<>?\\é';
const escaped = `%22%20%09-%5E%C2%A5%40%5B%3B%3A%5D%2C.%2F_!%23%24%25%26'()%3D~%7C%60%7B%2B*%7D%3C%3E%3F%5C%C3%A9`;

describe('serializeCookie', () => {
  it('writes all seven attributes, always in one order (a, S62)', () => {
    const expires = new Date(Date.UTC(2030, 5, 1));
    const attributes = {
      secure: true,
      sameSite: 'strict',
      path: '/app',
      maxAge: 60,
      httpOnly: true,
      expires,
      domain: 'example.com',
    } as const;
    expect(serializeCookie('session', 'abc', attributes)).toBe(
      'session=abc; Domain=example.com; Expires=Sat, 01 Jun 2030 00:00:00 GMT; HttpOnly; Max-Age=60; Path=/app; SameSite=Strict; Secure',
    );
  });

  it('escapes every special character in name and value (b, S62)', () => {
    expect(serializeCookie(special, special)).toBe(`${escaped}=${escaped}`);
  });

  it('cannot be given a second cookie or an attribute through a value', () => {
    expect(serializeCookie('a', '1; Domain=evil.example\r\nSet-Cookie: b=2')).not.toMatch(/[;\r\n]/);
  });

  it('leaves out what is absent, undefined or false', () => {
    expect(serializeCookie('a', 'b')).toBe('a=b');
    expect(serializeCookie('a', 'b', {})).toBe('a=b');
    expect(serializeCookie('a', '', { secure: false, httpOnly: false, maxAge: undefined, domain: undefined })).toBe(
      'a=',
    );
  });

  it.each([
    ['lax', 'Lax'],
    ['strict', 'Strict'],
    ['none', 'None'],
  ] as const)('writes sameSite %s as %s', (sameSite, written) => {
    expect(serializeCookie('a', 'b', { sameSite })).toBe(`a=b; SameSite=${written}`);
  });

  it('rounds a fraction of a second up: the grammar has whole numbers only', () => {
    expect(serializeCookie('a', 'b', { maxAge: 1.5 })).toBe('a=b; Max-Age=2');
    expect(serializeCookie('a', 'b', { maxAge: 0 })).toBe('a=b; Max-Age=0');
  });
});

describe('parseCookies', () => {
  it('finds two cookies, and not a third (c, S63)', () => {
    expect([...parseCookies('first=1; second=2')]).toEqual([
      ['first', '1'],
      ['second', '2'],
    ]);
    expect(parseCookies('first=1; second=2').get('third')).toBeUndefined();
  });

  it('reads an empty value, and a name alone, as empty (d, S63)', () => {
    expect(Object.fromEntries(parseCookies('a=; b'))).toEqual({ a: '', b: '' });
  });

  it('reads back what serializeCookie escaped (e, S63)', () => {
    expect(parseCookies(serializeCookie(special, special)).get(special)).toBe(special);
  });

  it.each([[null], [undefined], [''], [' ; ;'], ['=nameless']])('finds no cookie in %j (S63)', (header) => {
    expect(parseCookies(header).size).toBe(0);
  });

  it('needs no space after the semicolon, and minds none', () => {
    expect(Object.fromEntries(parseCookies('a=1;b=2 ;  c = 3'))).toEqual({ a: '1', b: '2', c: '3' });
  });

  it('splits at the first equals sign only', () => {
    expect(parseCookies('session=a=b==').get('session')).toBe('a=b==');
  });

  it('takes the last of two with one name, and minds the case (S63)', () => {
    expect(Object.fromEntries(parseCookies('id=1; ID=2; id=3'))).toEqual({ id: '3', ID: '2' });
  });

  it('leaves text that cannot be decoded as it is, and reads the others', () => {
    expect(Object.fromEntries(parseCookies('a=%E0%A4%A; b=%20x'))).toEqual({ a: '%E0%A4%A', b: ' x' });
  });

  it('keeps a cookie with the name of a member of Object', () => {
    expect(parseCookies('__proto__=1').get('__proto__')).toBe('1');
    expect(parseCookies('a=1').get('toString')).toBeUndefined();
  });
});

describe('CookieController', () => {
  const controller = new CookieController('theme', { path: '/', secure: true }, { expiresIn: new TimeSpan(1, 'w') });

  it('makes a cookie with its own attributes and nothing else', () => {
    expect(controller.createCookie('dark')).toEqual(
      new Cookie('theme', 'dark', { path: '/', secure: true, maxAge: 604_800 }),
    );
    expect(controller.createCookie('dark').serialize()).toBe('theme=dark; Max-Age=604800; Path=/; Secure');
  });

  it('gives no Max-Age without a life', () => {
    expect(new CookieController('theme', {}).createCookie('dark').serialize()).toBe('theme=dark');
    expect(new CookieController('theme', {}, {}).createCookie('dark').serialize()).toBe('theme=dark');
  });

  it('makes the browser forget with a blank cookie', () => {
    expect(controller.createBlankCookie().serialize()).toBe('theme=; Max-Age=0; Path=/; Secure');
  });

  it('reads its own cookie; null when it is not there', () => {
    expect(controller.parse('a=1; theme=dark')).toBe('dark');
    expect(controller.parse('a=1')).toBeNull();
    expect(controller.parse(null)).toBeNull();
  });
});
