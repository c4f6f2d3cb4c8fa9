import { demoPassword, demoUsers } from './demo-users.ts';
import type { RunningServer } from './serve.ts';
import type { ServeOptions } from './serve-options.ts';

/** What the command line prints when the server runs: what it serves, for whom, where data lives, how to stop. */
export function banner(server: RunningServer, options: ServeOptions): string {
  const { origins = ['http://localhost:5173'] } = options;
  const names = demoUsers.map(({ username }) => username).join(', ');
  const users = options.demoUsers
    ? `${names} (password: ${demoPassword}); for demos only`
    : 'none: nobody can sign in here. Add --demo-users, or mount createSessionServer with your own `authenticate`';
  const rows: Array<[string, string]> = [
    ['sojourn', `${server.url} (on ${options.host ?? '127.0.0.1'}:${server.port})`],
    ['apps', origins.join(', ')],
    ['users', users],
    ['data', server.place],
    ['tokens', lives(options)],
    [
      'refresh',
      options.cookie ? 'tokens in an HttpOnly cookie' : 'tokens in answers, bound to the key of the browser (DPoP)',
    ],
    ...limitRows(options),
    ...(options.adminKeys ? [['admin', `${server.url}/admin, with an API key`] as [string, string]] : []),
    ...(options.metrics ? [['metrics', `${server.url}/metrics`] as [string, string]] : []),
    ...(options.faults ? [['faults', `${server.url}/dev/faults and /dev/journal are open`] as [string, string]] : []),
    ['stop', `Ctrl+C, or kill -TERM ${process.pid}`],
  ];
  return rows.map(([name, text]) => `${name.padEnd(8)} ${text}\n`).join('');
}

/** The same for a log in JSON, where every line is an object. */
export function startLine({ url, place }: RunningServer, options: ServeOptions): string {
  const facts = { url, place, pid: process.pid, ...(countsAddresses(options) ? {} : { limits_per_address: false }) };
  return `${JSON.stringify({ time: new Date().toISOString(), level: 'info', event: 'listening', ...facts })}\n`;
}

/** Only what is missing is worth a line. */
function limitRows(options: ServeOptions): Array<[string, string]> {
  if (options.limits === false) return [['limits', 'none at all: for benchmarks']];
  if (countsAddresses(options)) return [];
  const text =
    'sign-ins per account only, none per network address: all come from the proxy. Add --trust-proxy if it writes X-Forwarded-For';
  return [['limits', text]];
}

/** Behind a proxy that is not trusted everybody has the proxy's address. */
function countsAddresses({ limits, publicOrigin, trustProxy }: ServeOptions): boolean {
  return limits !== false && (publicOrigin === undefined || trustProxy === true);
}

/** The command line gives times as it was given them: as text. */
function lives(options: ServeOptions): string {
  const { accessLife, idle, absolute, rememberIdle, rememberAbsolute, maxPerUser } = options;
  const said = (time: unknown, otherwise: string): string => (typeof time === 'string' ? time : otherwise);
  const most = maxPerUser == null ? '' : `; at most ${maxPerUser} of one user`;
  const remembered = `remembered ${said(rememberIdle, '14d')}, ${said(rememberAbsolute, '30d')}`;
  return `access ${said(accessLife, '5m')}; sessions end after ${said(idle, '30m')} idle, ${said(absolute, '12h')} in all (${remembered})${most}`;
}
