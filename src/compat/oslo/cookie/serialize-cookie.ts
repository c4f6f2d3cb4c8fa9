/** Attributes of a cookie, RFC 6265 section 4.1.2. What is absent or undefined is left out. */
export interface CookieAttributes {
  secure?: boolean | undefined;
  path?: string | undefined;
  domain?: string | undefined;
  sameSite?: 'lax' | 'strict' | 'none' | undefined;
  httpOnly?: boolean | undefined;
  /** Seconds. A fraction is rounded up: the grammar has whole numbers only. */
  maxAge?: number | undefined;
  expires?: Date | undefined;
}

const sameSites = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;

/**
 * The value of a `Set-Cookie` header: name and value percent-encoded, then the attributes in the order of the alphabet.
 *
 * @throws URIError for text that is not well-formed Unicode.
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  const { domain, expires, httpOnly, maxAge, path, sameSite, secure } = attributes;
  const parts = [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`];
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  if (expires !== undefined) parts.push(`Expires=${expires.toUTCString()}`);
  if (httpOnly) parts.push('HttpOnly');
  if (maxAge !== undefined) parts.push(`Max-Age=${Math.ceil(maxAge)}`);
  if (path !== undefined) parts.push(`Path=${path}`);
  if (sameSite !== undefined) parts.push(`SameSite=${sameSites[sameSite]}`);
  if (secure) parts.push('Secure');
  return parts.join('; ');
}
