import { SessionError } from '../../protocol/session-error.ts';

/** The settings that can be unsafe together. */
export interface ExposedSettings {
  host: string;
  origins: readonly string[];
  cookie: boolean;
  publicOrigin: string | null;
  demoUsers: boolean;
  faults: boolean;
  limits: boolean;
}

/**
 * Refuses to start with settings that would hand sessions to strangers.
 *
 * @throws SessionError `invalid_argument` that says why, and what to do instead
 */
export function refuseUnsafe(settings: ExposedSettings): void {
  const { host, origins, cookie, publicOrigin, demoUsers, faults, limits } = settings;
  if (cookie) for (const origin of origins) refuseCookieOver(origin);
  if (isLoopback(host)) return;
  const fix = 'Leave --host out (127.0.0.1), or leave that setting out.';
  if (demoUsers) throw refused(`demo users on ${host}: their password is public, anybody could sign in`, fix);
  if (faults) throw refused(`--faults on ${host}: anybody could break the server`, fix);
  if (!limits) throw refused(`--no-limits on ${host}: passwords could be guessed without end`, fix);
  if (cookie && !publicOrigin?.startsWith('https:'))
    throw refused(
      `cookies on ${host} over plain http: anybody on the network could read them`,
      'Put a TLS proxy in front and name it: --public-origin https://…',
    );
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function refuseCookieOver(origin: string): void {
  // What is no origin is told where origins are read.
  if (!URL.canParse(origin)) return;
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:' || isLoopback(hostname)) return;
  throw refused(`a cookie for ${origin}: pages over plain http do not get it`, 'Serve the app over https.');
}

function refused(what: string, fix: string): SessionError {
  return new SessionError('invalid_argument', `Refused: ${what}. ${fix}`);
}
