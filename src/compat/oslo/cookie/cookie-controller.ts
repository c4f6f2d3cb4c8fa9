import type { TimeSpan } from '../time-span.ts';
import { Cookie } from './cookie.ts';
import { parseCookies } from './parse-cookies.ts';
import type { CookieAttributes } from './serialize-cookie.ts';

/** Makes and reads one cookie of any kind. Adds no attributes of its own. */
export class CookieController {
  cookieName: string;
  readonly #attributes: CookieAttributes;
  readonly #expiresIn: TimeSpan | undefined;

  /** Without `expiresIn` the cookie has no Max-Age: the browser drops it when it is closed. */
  constructor(
    cookieName: string,
    baseCookieAttributes: CookieAttributes,
    cookieOptions?: { expiresIn?: TimeSpan | undefined },
  ) {
    this.cookieName = cookieName;
    this.#attributes = baseCookieAttributes;
    this.#expiresIn = cookieOptions?.expiresIn;
  }

  createCookie(value: string): Cookie {
    return new Cookie(this.cookieName, value, { ...this.#attributes, maxAge: this.#expiresIn?.seconds() });
  }

  /** A cookie that makes the browser forget the one it has. */
  createBlankCookie(): Cookie {
    return new Cookie(this.cookieName, '', { ...this.#attributes, maxAge: 0 });
  }

  /** The cookie's value in a `Cookie` header, or null when it is not there. */
  parse(header: string | null | undefined): string | null {
    return parseCookies(header).get(this.cookieName) ?? null;
  }
}
