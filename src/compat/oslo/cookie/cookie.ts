import { serializeCookie, type CookieAttributes } from './serialize-cookie.ts';

/** A cookie to be set. */
export class Cookie {
  name: string;
  value: string;
  attributes: CookieAttributes;

  constructor(name: string, value: string, attributes: CookieAttributes) {
    this.name = name;
    this.value = value;
    this.attributes = attributes;
  }

  /** The value for a `Set-Cookie` header. */
  serialize(): string {
    return serializeCookie(this.name, this.value, this.attributes);
  }
}
