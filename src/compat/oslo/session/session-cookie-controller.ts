import { Cookie } from '../cookie/cookie.ts';
import { parseCookies } from '../cookie/parse-cookies.ts';
import type { CookieAttributes } from '../cookie/serialize-cookie.ts';
import { TimeSpan } from '../time-span.ts';

/** How the cookie of a session is set. It is always `HttpOnly`. */
export interface SessionCookieOptions {
  /**
   * `false` for who cannot set cookies with every answer: the cookie then stays two years (104 weeks), and the stored session
   * alone decides. Default: it lives as long as the session.
   */
  expires?: boolean | undefined;
  /** `false` for development without TLS. Default true. */
  secure?: boolean | undefined;
  /** Default `'/'`. */
  path?: string | undefined;
  /** Default none: the host itself, and not its subdomains. */
  domain?: string | undefined;
  /** Default `'lax'`. */
  sameSite?: 'lax' | 'strict' | undefined;
}

/** A cookie that carries a session id. */
export class SessionCookie extends Cookie {}

/** Makes and reads the cookie of a session. */
export class SessionCookieController {
  cookieName: string;
  /** How long a cookie lives in the browser. */
  expiresIn: TimeSpan;
  readonly #attributes: CookieAttributes;

  constructor(cookieName: string, sessionExpiresIn: TimeSpan, options: SessionCookieOptions = {}) {
    this.cookieName = cookieName;
    this.expiresIn = options.expires === false ? new TimeSpan(104, 'w') : sessionExpiresIn;
    this.#attributes = {
      secure: options.secure ?? true,
      sameSite: options.sameSite ?? 'lax',
      httpOnly: true,
      path: options.path ?? '/',
      domain: options.domain,
    };
  }

  createSessionCookie(sessionId: string): SessionCookie {
    return new SessionCookie(this.cookieName, sessionId, { ...this.#attributes, maxAge: this.expiresIn.seconds() });
  }

  /** A cookie that makes the browser forget the one it has. */
  createBlankSessionCookie(): SessionCookie {
    return new SessionCookie(this.cookieName, '', { ...this.#attributes, maxAge: 0 });
  }

  /** The session id in a `Cookie` header; null when the cookie is not there, `''` when it is blank. */
  parseCookies(header: string | null | undefined): string | null {
    return parseCookies(header).get(this.cookieName) ?? null;
  }
}
