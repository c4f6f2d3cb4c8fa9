import { SessionError } from './session-error.ts';

/** What can stand in a challenge as it is (RFC 9470 section 3: values apart by spaces, in quotes). */
const pattern = /^[!#-[\]-~]{1,128}$/;

/**
 * Throws unless it names a way of proving who one is (`acr`, authentication context class reference), or is null.
 *
 * @throws SessionError `invalid_argument`
 */
export function checkAcr(acr: unknown): asserts acr is string | null {
  if (acr === null || (typeof acr === 'string' && pattern.test(acr))) return;
  throw new SessionError(
    'invalid_argument',
    '`acr` is 1 to 128 printable ASCII characters without spaces, quotes and backslashes, or null.',
    { status: 400 },
  );
}
