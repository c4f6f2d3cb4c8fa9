import { describe, expect, it } from 'vitest';
import { help, readCommand } from '../../../src/server/node/cli-options.ts';

const read = (line: string, env = {}): unknown => readCommand(line.split(' ').filter(Boolean), env);

describe('the command line', () => {
  it('passes on what is given and leaves defaults to serve()', () => {
    expect(read('serve')).toEqual({ name: 'serve', options: {} });
    expect(
      read(
        'serve --port 0 --host ::1 --store memory --origin http://a.test --origin http://b.test --demo-users --cookie --access-ttl 3s --idle 90s --absolute 2h --algorithm EdDSA --public-origin https://x.test --trust-proxy --dpop-nonce --no-limits --faults --issuer https://i --audience https://a',
        { SOJOURN_INTROSPECTION_KEY: 'k' },
      ),
    ).toEqual({
      name: 'serve',
      options: {
        port: 0,
        host: '::1',
        store: 'memory',
        origins: ['http://a.test', 'http://b.test'],
        demoUsers: true,
        cookie: true,
        accessLife: '3s',
        idle: '90s',
        absolute: '2h',
        algorithm: 'EdDSA',
        publicOrigin: 'https://x.test',
        trustProxy: true,
        demandNonce: true,
        limits: false,
        faults: true,
        issuer: 'https://i',
        audience: 'https://a',
        introspectionKey: 'k',
      },
    });
  });

  it('offers help, which names every option', () => {
    expect(read('--help')).toEqual({ name: 'help' });
    expect(read('serve -h')).toEqual({ name: 'help' });
    expect(read('help')).toEqual({ name: 'help' });
    for (const flag of [
      'port',
      'host',
      'store',
      'origin',
      'demo-users',
      'cookie',
      'access-ttl',
      'idle',
      'absolute',
      'faults',
      'no-limits',
      'trust-proxy',
    ])
      expect(help).toContain(`--${flag}`);
  });

  it.each<[string, string, RegExp]>([
    ['', 'invalid_argument', /No command/],
    ['sevre', 'invalid_argument', /no command 'sevre'/],
    ['serve extra', 'invalid_argument', /'extra' is one argument too many/],
    ['serve --prot 1', 'invalid_argument', /--prot/],
    ['serve --port', 'invalid_argument', /--port/],
    ['serve --port eighty', 'invalid_argument', /--port 'eighty'/],
    ['serve --port 70000', 'invalid_argument', /--port '70000'/],
    ['serve --port -1', 'invalid_argument', /--port/],
    ['serve --idle 30', 'invalid_duration', /--idle: .*'30m'/],
    ['serve --access-ttl soon', 'invalid_duration', /--access-ttl/],
    ['serve --algorithm RS256', 'invalid_argument', /ES256, EdDSA or HS256/],
  ])('refuses `%s` and says why', (line, code, says) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) }));
  });
});
