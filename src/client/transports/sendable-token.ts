/**
 * Whether a header can carry an access token: visible ASCII (RFC 6749 appendix A.12, RFC 6750 section 2.1). A browser refuses any
 * other header with an error that holds the token.
 */
export function isSendable(accessToken: string): boolean {
  return /^[\x21-\x7e]+$/.test(accessToken);
}
