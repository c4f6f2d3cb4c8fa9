import { describe, expect, test } from 'vitest';
import { parseSelector, resolveReference, resolveSelector } from '../../../src/server/engine/selector.ts';

describe('a selector', () => {
  test('S77: names a key, or a path of keys', () => {
    expect(parseSelector('$Session{userId}')).toEqual(['userId']);
    expect(parseSelector('$Session{details}{username}')).toEqual(['details', 'username']);
    expect(parseSelector('$Session{a.b}{c-d}{e_1}')).toEqual(['a.b', 'c-d', 'e_1']);
  });

  test.each([
    'userId',
    '$Session',
    '$Session{}',
    '$Session{userId',
    '$Session{userId} ',
    ' $Session{userId}',
    '$Session{user id}',
    '$Session{a}{}',
    '$Session{a}x',
    '$Session{a\n}',
    '$session{userId}',
    `$Session{${'a'.repeat(600)}}`,
    '',
    null,
    7,
  ])('S77: is refused when it reads %j', (text) => {
    expect(() => parseSelector(text as string)).toThrow(
      expect.objectContaining({ code: 'invalid_selector', status: 400 }),
    );
  });

  test('S79: finds whose session it is, as text', () => {
    const data = { userId: 'ada', number: 7, flag: false, details: { username: 'countess' } };
    expect(resolveSelector('$Session{userId}', data)).toBe('ada');
    expect(resolveSelector('$Session{number}', data)).toBe('7');
    expect(resolveSelector('$Session{flag}', data)).toBe('false');
    expect(resolveSelector('$Session{details}{username}', data)).toBe('countess');
  });

  test.each(['missing', 'nothing', 'object', 'list', 'empty', 'toString', '__proto__', 'constructor'])(
    'S79: finds nobody at %s',
    (key) => {
      const data = { nothing: null, object: { a: 1 }, list: [1], empty: '' };
      expect(() => resolveSelector(`$Session{${key}}`, data)).toThrow(
        expect.objectContaining({ code: 'selector_unresolved', status: 422 }),
      );
      expect(() => resolveSelector(`$Session{${key}}{length}`, { ...data, [key]: 'text' })).toThrow(
        expect.objectContaining({ code: 'selector_unresolved' }),
      );
    },
  );

  test('S77: with a tag in front is a reference to the data of that session', () => {
    const sources = { visit: { userId: 'ada', details: { username: 'countess' } } };
    expect(resolveReference('$Session{visit}{userId}', sources)).toBe('ada');
    expect(resolveReference('$Session{visit}{details}', sources)).toEqual({ username: 'countess' });
    expect(resolveReference('$Session{visit}', sources)).toBe(sources.visit);
    expect(resolveReference('$Session{visit}{missing}', sources)).toBeNull();
    expect(resolveReference('$Session{other}{userId}', sources)).toBeNull();
    expect(resolveReference('$Session{constructor}{name}', sources)).toBeNull();
    expect(resolveReference('$Session{__proto__}{constructor}', sources)).toBeNull();
    expect(() => resolveReference('visit.userId', sources)).toThrow(
      expect.objectContaining({ code: 'invalid_selector' }),
    );
  });
});
