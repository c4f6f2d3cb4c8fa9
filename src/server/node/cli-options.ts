import { parseArgs } from 'node:util';
import { durationMs } from '../../protocol/duration.ts';
import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import type { SigningAlgorithm } from '../tokens/signing-key.ts';
import type { ServeOptions } from './serve.ts';

/** What a command line asks for. */
export type Command = { name: 'help' } | { name: 'serve'; options: ServeOptions };

const flags = {
  help: { type: 'boolean', short: 'h' },
  port: { type: 'string' },
  host: { type: 'string' },
  store: { type: 'string' },
  origin: { type: 'string', multiple: true },
  'demo-users': { type: 'boolean' },
  cookie: { type: 'boolean' },
  'access-ttl': { type: 'string' },
  idle: { type: 'string' },
  absolute: { type: 'string' },
  algorithm: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  'public-origin': { type: 'string' },
  'trust-proxy': { type: 'boolean' },
  'dpop-nonce': { type: 'boolean' },
  'no-limits': { type: 'boolean' },
  faults: { type: 'boolean' },
} as const;

/** What `--help` prints. */
export const help = `Usage: sojourn serve [options]

Runs the session server.

  --port <number>         port to listen on; 0 takes a free one      4000
  --host <address>        address to listen on                       127.0.0.1
  --store <store>         memory, or sqlite:<file>                   sqlite:./sojourn.db
  --origin <origin>       origin of an app; may be given often       http://localhost:5173
  --demo-users            lets ada, grace and alan in (password: demo)
  --cookie                keeps refresh tokens in an HttpOnly cookie
  --access-ttl <time>     life of access tokens                      5m
  --idle <time>           ends when nobody is active for so long     30m
  --absolute <time>       ends so long after sign-in                 12h
  --algorithm <name>      ES256, EdDSA or HS256                      ES256
  --issuer <url>          iss of tokens                              the URL it listens on
  --audience <url>        aud of tokens                              the issuer
  --public-origin <url>   origin that clients call, behind a proxy
  --trust-proxy           takes client addresses from X-Forwarded-For
  --dpop-nonce            demands a nonce in every DPoP proof
  --no-limits             no limits on sign-in and refresh (benchmarks)
  --faults                adds /dev/faults and /dev/journal (development)
  -h, --help              this text

Times are numbers with a unit: 90s, 5m, 12h, 14d. The introspection API key is read from SOJOURN_INTROSPECTION_KEY.
`;

/**
 * Reads a command line.
 *
 * @throws SessionError `invalid_argument` or `invalid_duration` that names the option and the fix
 */
export function readCommand(args: string[], env: Readonly<Record<string, string | undefined>>): Command {
  const { values, positionals } = parsed(args);
  if (values.help || positionals[0] === 'help') return { name: 'help' };
  const [command, ...rest] = positionals;
  if (command !== 'serve')
    throw invalid(command === undefined ? 'No command given.' : `There is no command '${command.slice(0, 40)}'.`);
  if (rest[0] !== undefined) throw invalid(`'${rest[0].slice(0, 40)}' is one argument too many.`);
  const introspectionKey = env['SOJOURN_INTROSPECTION_KEY'];
  const options: ServeOptions = {
    ...given('port', values.port === undefined ? undefined : portOf(values.port)),
    ...given('host', values.host),
    ...given('store', values.store),
    ...given('origins', values.origin),
    ...given('demoUsers', values['demo-users']),
    ...given('cookie', values.cookie),
    ...given('accessLife', timeOf('access-ttl', values['access-ttl'])),
    ...given('idle', timeOf('idle', values.idle)),
    ...given('absolute', timeOf('absolute', values.absolute)),
    ...given('algorithm', algorithmOf(values.algorithm)),
    ...given('issuer', values.issuer),
    ...given('audience', values.audience),
    ...given('publicOrigin', values['public-origin']),
    ...given('trustProxy', values['trust-proxy']),
    ...given('demandNonce', values['dpop-nonce']),
    ...given('limits', values['no-limits'] ? (false as const) : undefined),
    ...given('faults', values.faults),
    ...given('introspectionKey', introspectionKey === '' ? undefined : introspectionKey),
  };
  return { name: 'serve', options };
}

function parsed(args: string[]): ReturnType<typeof parseArgs<{ options: typeof flags; allowPositionals: true }>> {
  try {
    return parseArgs({ args, options: flags, allowPositionals: true });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message.split('. ', 1)[0] + '.' : 'The options cannot be read.');
  }
}

function given<Name extends keyof ServeOptions>(
  name: Name,
  value: ServeOptions[Name] | undefined,
): Partial<Pick<ServeOptions, Name>> {
  return value === undefined ? {} : ({ [name]: value } as Pick<ServeOptions, Name>);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw invalid(`--port '${text.slice(0, 20)}' is no port; take a number from 0 to 65535.`);
}

function timeOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    durationMs(text);
    return text;
  } catch (cause) {
    throw new SessionError('invalid_duration', `--${flag}: ${isSessionError(cause) ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function algorithmOf(text: string | undefined): SigningAlgorithm | undefined {
  if (text === undefined || text === 'ES256' || text === 'EdDSA' || text === 'HS256') return text;
  throw invalid(`--algorithm '${text.slice(0, 20)}' is not offered; take ES256, EdDSA or HS256.`);
}

function invalid(message: string): SessionError {
  return new SessionError('invalid_argument', `${message} See: sojourn --help`);
}
