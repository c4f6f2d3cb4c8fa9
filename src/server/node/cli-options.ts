import { parseArgs } from 'node:util';
import { durationMs } from '../../protocol/duration.ts';
import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import type { SigningAlgorithm } from '../tokens/signing-key.ts';
import { readManageCommand, type ManageCommand } from './commands/read-manage-command.ts';
import type { LogStyle } from './log-lines.ts';
import type { ServeOptions } from './serve-options.ts';

/** What a command line asks for. */
export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | { name: 'serve'; options: ServeOptions; log: LogStyle }
  | ManageCommand;

const flags = {
  help: { type: 'boolean', short: 'h' },
  port: { type: 'string' },
  host: { type: 'string' },
  store: { type: 'string' },
  secrets: { type: 'string' },
  origin: { type: 'string', multiple: true },
  'demo-users': { type: 'boolean' },
  cookie: { type: 'boolean' },
  'page-data': { type: 'string' },
  'access-ttl': { type: 'string' },
  idle: { type: 'string' },
  absolute: { type: 'string' },
  'remember-idle': { type: 'string' },
  'remember-absolute': { type: 'string' },
  'max-sessions': { type: 'string' },
  algorithm: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  'public-origin': { type: 'string' },
  'trust-proxy': { type: 'boolean' },
  'dpop-nonce': { type: 'boolean' },
  'require-proof': { type: 'boolean' },
  'reauthenticate-for': { type: 'string' },
  log: { type: 'string' },
  metrics: { type: 'boolean' },
  'no-limits': { type: 'boolean' },
  faults: { type: 'boolean' },
} as const;

const managed: ReadonlySet<string> = new Set(['sessions', 'types', 'keys', 'secrets']);

/**
 * Reads a command line.
 *
 * @throws SessionError `invalid_argument` or `invalid_duration` that names the option and the fix
 */
export function readCommand(args: string[], env: Readonly<Record<string, string | undefined>>): Command {
  const isHelp = args.some((arg) => arg === '--help' || arg === '-h');
  if (!isHelp && args.includes('--version')) return { name: 'version' };
  if (!isHelp && managed.has(args[0] ?? '')) return readManageCommand(args, env);
  const { values, positionals } = isHelp ? { values: { help: true } as Values, positionals: [] } : parsed(args);
  if (values.help || positionals[0] === 'help') return { name: 'help' };
  const [command, ...rest] = positionals;
  if (command !== 'serve')
    throw invalid(command === undefined ? 'No command given.' : `There is no command '${command.slice(0, 40)}'.`);
  if (rest[0] !== undefined) throw invalid(`'${rest[0].slice(0, 40)}' is one argument too many.`);
  const endOthers = timeOf('reauthenticate-for', values['reauthenticate-for']);
  const adminKeys = keysOf(env['SOJOURN_ADMIN_KEYS']);
  const introspectionKeys = keysOf(env['SOJOURN_INTROSPECTION_KEY']);
  const options: ServeOptions = {
    ...given('port', values.port === undefined ? undefined : portOf(values.port)),
    ...given('host', values.host),
    ...given('store', values.store),
    ...given('secrets', values.secrets),
    ...given('origins', values.origin),
    ...given('demoUsers', values['demo-users']),
    ...given('cookie', values.cookie),
    ...given('pageData', pageDataOf(values['page-data'])),
    ...given('accessLife', timeOf('access-ttl', values['access-ttl'])),
    ...given('idle', timeOf('idle', values.idle)),
    ...given('absolute', timeOf('absolute', values.absolute)),
    ...given('rememberIdle', timeOf('remember-idle', values['remember-idle'])),
    ...given('rememberAbsolute', timeOf('remember-absolute', values['remember-absolute'])),
    ...given('maxPerUser', numberOfSessions(values['max-sessions'])),
    ...given('algorithm', algorithmOf(values.algorithm)),
    ...given('issuer', values.issuer),
    ...given('audience', values.audience),
    ...given('publicOrigin', values['public-origin']),
    ...given('trustProxy', values['trust-proxy']),
    ...given('demandNonce', values['dpop-nonce']),
    ...given('requireProof', values['require-proof']),
    ...given('reauthenticateFor', endOthers === undefined ? undefined : { endOthers }),
    ...given('limits', values['no-limits'] ? (false as const) : undefined),
    ...given('faults', values.faults),
    ...given('introspectionKey', introspectionKeys.length === 0 ? undefined : introspectionKeys),
    ...given('adminKeys', adminKeys.length === 0 ? undefined : adminKeys),
    ...given('metrics', metricsOf(values.metrics ?? false, env['SOJOURN_METRICS_KEY'] || undefined)),
  };
  return { name: 'serve', options, log: logOf(values.log) };
}

type Values = ReturnType<typeof parseArgs<{ options: typeof flags; allowPositionals: true }>>['values'];

function parsed(args: string[]): { values: Values; positionals: string[] } {
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

function keysOf(text: string | undefined): string[] {
  return (text ?? '').split(',').filter((key) => key !== '');
}

function numberOfSessions(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,5}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw invalid(`--max-sessions '${text.slice(0, 20)}' is no number of sessions.`);
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

/** A key says by itself that metrics are wanted. */
function metricsOf(isAsked: boolean, key: string | undefined): ServeOptions['metrics'] | undefined {
  if (key !== undefined) return { key };
  return isAsked ? true : undefined;
}

function logOf(style: string | undefined): LogStyle {
  if (style === undefined) return 'human';
  if (style === 'human' || style === 'json' || style === 'none') return style;
  throw invalid(`--log '${style.slice(0, 20)}' is not offered; take human, json or none.`);
}

function pageDataOf(text: string | undefined): ServeOptions['pageData'] {
  if (text === undefined || text === 'write' || text === 'read' || text === 'none') return text;
  throw invalid(`--page-data '${text.slice(0, 20)}' is not offered; take write, read or none.`);
}

function algorithmOf(text: string | undefined): SigningAlgorithm | undefined {
  if (text === undefined || text === 'ES256' || text === 'EdDSA' || text === 'HS256') return text;
  throw invalid(`--algorithm '${text.slice(0, 20)}' is not offered; take ES256, EdDSA or HS256.`);
}

function invalid(message: string): SessionError {
  return new SessionError('invalid_argument', `${message} See: sojourn --help`);
}
