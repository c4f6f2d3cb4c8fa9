import { SessionError } from '../../protocol/session-error.ts';
import { isLoopback } from './unsafe-settings.ts';

/**
 * An issuer is an https URL without query and fragment (RFC 8414 section 2); on this machine http will do. The addresses in the
 * metadata document begin with its origin.
 *
 * @throws SessionError `invalid_argument`
 */
export function demandIssuer(issuer: string): void {
  if (URL.canParse(issuer) && !/[?#]/.test(issuer)) {
    const { protocol, hostname } = new URL(issuer);
    if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return;
  }
  throw new SessionError(
    'invalid_argument',
    `The issuer '${issuer.slice(0, 100)}' is no https URL: write such as 'https://auth.example.com', without query and fragment. http is for localhost only.`,
  );
}
