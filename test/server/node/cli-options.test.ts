import { describe, expect, it } from 'vitest';
import { help } from '../../../src/server/node/cli-help.ts';
import { readCommand } from '../../../src/server/node/cli-options.ts';

const read = (line: string, env = {}): unknown => readCommand(line.split(' ').filter(Boolean), env);

describe('the command line', () => {
  it('passes on what is given and leaves defaults to serve()', () => {
    expect(read('serve')).toEqual({ name: 'serve', options: {}, log: 'human' });
    expect(
      read(
        'serve --port 0 --host ::1 --store memory --origin http://a.test --origin http://b.test --demo-users --cookie --page-data read --access-ttl 3s --idle 90s --absolute 2h --remember-idle 3d --remember-absolute 7d --max-sessions 5 --algorithm EdDSA --public-origin https://x.test --trust-proxy --dpop-nonce --require-proof --reauthenticate-for 10m --no-limits --faults --issuer https://i --audience https://a --secrets s --log json --metrics',
        { SOJOURN_INTROSPECTION_KEY: 'k,l', SOJOURN_ADMIN_KEYS: 'a,b', SOJOURN_METRICS_KEY: 'm' },
      ),
    ).toEqual({
      name: 'serve',
      log: 'json',
      options: {
        port: 0,
        host: '::1',
        store: 'memory',
        origins: ['http://a.test', 'http://b.test'],
        demoUsers: true,
        cookie: true,
        pageData: 'read',
        accessLife: '3s',
        idle: '90s',
        absolute: '2h',
        rememberIdle: '3d',
        rememberAbsolute: '7d',
        algorithm: 'EdDSA',
        publicOrigin: 'https://x.test',
        trustProxy: true,
        demandNonce: true,
        requireProof: true,
        reauthenticateFor: { endOthers: '10m' },
        limits: false,
        faults: true,
        issuer: 'https://i',
        audience: 'https://a',
        introspectionKey: ['k', 'l'],
        maxPerUser: 5,
        secrets: 's',
        adminKeys: ['a', 'b'],
        metrics: { key: 'm' },
      },
    });
  });

  it('offers help, which names every option', () => {
    expect(read('--help')).toEqual({ name: 'help' });
    expect(read('serve -h')).toEqual({ name: 'help' });
    expect(read('help')).toEqual({ name: 'help' });
    expect(read('serve --version -h')).toEqual({ name: 'help' });
    for (const flag of [
      'port',
      'host',
      'store',
      'origin',
      'demo-users',
      'cookie',
      'page-data',
      'access-ttl',
      'idle',
      'absolute',
      'remember-idle',
      'remember-absolute',
      'faults',
      'no-limits',
      'trust-proxy',
      'require-proof',
      'reauthenticate-for',
      'version',
      'log',
      'metrics',
      'secrets',
      'max-sessions',
      'after',
      'json',
      'url',
      'api-key-env',
    ])
      expect(help).toContain(`--${flag}`);
  });

  it('tells the version, whatever else is asked for', () => {
    for (const line of ['--version', 'serve --version', 'sessions list --version'])
      expect(read(line)).toEqual({ name: 'version' });
  });

  it('takes the name of a key for a name, also one that begins like an option', () => {
    for (const kid of ['-6'.padEnd(43, 'x'), '--'.padEnd(43, 'y')])
      expect(read(`keys retire ${kid} --force --store memory`)).toMatchObject({ target: { store: 'memory' } });
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
    ['serve --remember-idle 7', 'invalid_duration', /--remember-idle: .*'30m'/],
    ['serve --remember-absolute week', 'invalid_duration', /--remember-absolute/],
    ['serve --access-ttl soon', 'invalid_duration', /--access-ttl/],
    ['serve --reauthenticate-for ever', 'invalid_duration', /--reauthenticate-for: .*'30m'/],
    ['serve --log loud', 'invalid_argument', /human, json or none/],
    ['sessions', 'invalid_argument', /sessions list, sessions show, sessions revoke/],
    ['sessions drop x', 'invalid_argument', /Say what to do/],
    ['sessions __proto__', 'invalid_argument', /Say what to do/],
    ['sessions list', 'invalid_argument', /--user <id>/],
    ['sessions list --user u --force', 'invalid_argument', /no --force/],
    ['sessions list --user u x', 'invalid_argument', /'x' is one argument too many/],
    ['sessions list --user u --limit 0', 'invalid_argument', /--limit '0'/],
    ['sessions show', 'invalid_argument', /the id of a session/],
    ['sessions revoke', 'invalid_argument', /--user <id>/],
    ['sessions revoke x --user u', 'invalid_argument', /not both/],
    [
      'sessions show x --url localhost:4577',
      'invalid_argument',
      /--url 'localhost:4577'.*write http:\/\/localhost:4577/,
    ],
    ['sessions show x --url /auth', 'invalid_argument', /--url '\/auth'/],
    ['sessions show x --url ftp://me:hunter2@a', 'invalid_argument', /--url '…@a'/],
    ['sessions show x --url http://a', 'invalid_argument', /SOJOURN_API_KEY/],
    ['sessions show x --url http://a --api-key-env NONE', 'invalid_argument', /variable NONE/],
    ['sessions show x --url http://a --store memory', 'invalid_argument', /not both/],
    ['types define', 'invalid_argument', /a JSON file/],
    ['keys rotate --algorithm RS256', 'invalid_argument', /ES256, EdDSA or HS256/],
    ['keys list --url http://a', 'invalid_argument', /handed out by no server/],
    ['keys list --prot', 'invalid_argument', /--prot/],
    ['secrets', 'invalid_argument', /secrets list, secrets rotate, secrets retire/],
    ['secrets retire', 'invalid_argument', /the id of a secret/],
    ['secrets retire two', 'invalid_argument', /'two' is no id of a secret/],
    ['secrets retire nonce-', 'invalid_argument', /'nonce-' is no id of a secret: write 1, or nonce-1/],
    ['secrets retire 1 --nonces', 'invalid_argument', /has no --nonces/],
    ['secrets rotate --after 10', 'invalid_duration', /'30m'/],
    ['secrets list --url http://a', 'invalid_argument', /handed out by no server/],
    ['serve --page-data all', 'invalid_argument', /--page-data 'all'.*write, read or none/],
    ['serve --max-sessions 0', 'invalid_argument', /--max-sessions '0'/],
    ['serve --max-sessions many', 'invalid_argument', /--max-sessions 'many'/],
    ['serve --algorithm RS256', 'invalid_argument', /ES256, EdDSA or HS256/],
  ])('refuses `%s` and says why', (line, code, says) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) }));
  });
});
