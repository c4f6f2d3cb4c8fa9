import { describe, expect, it } from 'vitest';
import { serve } from '../../../src/server/node/serve.ts';
import { isLoopback, refuseUnsafe, type ExposedSettings } from '../../../src/server/node/unsafe-settings.ts';

const safe: ExposedSettings = {
  host: '127.0.0.1',
  origins: ['http://localhost:5173'],
  cookie: false,
  publicOrigin: null,
  demoUsers: false,
  faults: false,
  limits: true,
};
const open = { host: '0.0.0.0' };

describe('settings', () => {
  it.each<[string, Partial<ExposedSettings>, RegExp]>([
    ['demo users for everybody', { ...open, demoUsers: true }, /demo users on 0\.0\.0\.0.*Leave --host out/],
    ['faults for everybody', { ...open, faults: true }, /--faults/],
    ['no limits for everybody', { ...open, limits: false }, /--no-limits/],
    [
      'cookies over plain http',
      { ...open, cookie: true, origins: ['https://app.example.com'] },
      /plain http.*--public-origin https/,
    ],
    [
      'cookies over plain http by name',
      { ...open, cookie: true, origins: [], publicOrigin: 'http://a.example.com' },
      /plain http/,
    ],
    [
      'cookies for a plain http app',
      { cookie: true, origins: ['http://app.example.com'] },
      /http:\/\/app\.example\.com/,
    ],
    ['a network address', { host: '192.168.1.5', demoUsers: true }, /192\.168\.1\.5/],
    ['a look-alike of loopback', { host: '127.0.0.1.example.com', demoUsers: true }, /demo users/],
  ])('are refused with the reason and the fix: %s', (_name, settings, says) => {
    expect(() => refuseUnsafe({ ...safe, ...settings })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(says) }),
    );
  });

  it('are fine on this machine, or behind TLS', () => {
    const fine: ExposedSettings[] = [
      { ...safe, demoUsers: true, faults: true, limits: false, cookie: true },
      { ...safe, host: '::1', demoUsers: true },
      { ...safe, ...open },
      { ...safe, ...open, cookie: true, publicOrigin: 'https://a.example.com', origins: ['https://app.example.com'] },
    ];
    for (const settings of fine) expect(() => refuseUnsafe(settings)).not.toThrow();
  });

  it('know loopback', () => {
    expect(['127.0.0.1', '127.8.9.10', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', 'example.com', '1270.0.0.1'].some(isLoopback)).toBe(false);
  });

  it('are checked by serve() before anything is opened', async () => {
    await expect(serve({ host: '0.0.0.0', demoUsers: true, store: 'sqlite:/nonexistent/x.db' })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});

describe('a store', () => {
  it.each([
    ['redis://localhost', 'invalid_argument', /--secrets <folder>/],
    ['postgres://x', 'invalid_argument', /no store/],
    ['sqlite:', 'invalid_argument', /no store/],
  ])('%s is refused', async (store, code, says) => {
    await expect(serve({ store, port: 0 })).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
  });
});
