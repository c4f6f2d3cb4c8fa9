export { CookieController } from './cookie-controller.ts';
export { Cookie } from './cookie.ts';
export { parseCookies } from './parse-cookies.ts';
export { serializeCookie, type CookieAttributes } from './serialize-cookie.ts';
