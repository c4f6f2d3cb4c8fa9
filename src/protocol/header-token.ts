/**
 * Whether a header can carry it as a token: visible ASCII (RFC 6749 appendix A.12, RFC 6750 section 2.1). Any other one is refused
 * by `Headers` with an error that holds the token.
 */
export function isHeaderToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text);
}
