import fc from 'fast-check';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { decodeSegment, fillRoute } from '../../../src/server/operations/route-path.ts';

const route = { method: 'GET', path: '/sessions/:id/data/:key' } as const;

describe('a route', () => {
  test('takes what belongs in its path out of the input', () => {
    expect(fillRoute(route, { id: 'a b', key: 'c/d', limit: 2, type: undefined })).toEqual({
      path: '/sessions/a%20b/data/c%2Fd',
      rest: { limit: 2, type: undefined },
    });
  });

  test('keeps any text whole on its way through a URL and a router', async () => {
    const app = new Hono().basePath('/auth');
    app.get('/admin/sessions/:id/data/:key', (c) =>
      c.json([c.req.param('id'), c.req.param('key')].map((segment) => decodeSegment(segment))),
    );
    const odd = fc.constantFrom(
      '',
      '.',
      '..',
      '=',
      '==',
      '=.',
      '%',
      '%2F',
      '%252e',
      '/',
      '?',
      '#',
      '\\',
      ' ',
      '\u0000',
    );
    const text = fc.oneof(odd, fc.string({ unit: 'grapheme', maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(text, text, async (id, key) => {
        const { path } = fillRoute(route, { id, key });
        const answer = await app.request(new URL(`https://api.example.com/auth/admin${path}`).href);
        expect(await answer.json()).toEqual([id, key]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['half a character', '\ud83d'],
    ['more than any id has', 'x'.repeat(513)],
  ])('names nothing where a text is %s', (_what, text) => {
    expect(fillRoute(route, { id: text, key: 'a' }).path).toBe('/sessions/%3D/data/a');
    expect(fillRoute({ method: 'DELETE', path: '/sessions' }, { except: text }).rest).toEqual({ except: '' });
    expect(fillRoute({ method: 'POST', path: '/sessions' }, { token: text }).rest).toEqual({ token: text });
  });
});
