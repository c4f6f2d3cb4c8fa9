/**
 * Whether this runtime takes the `Authorization` header off a request that is redirected to another origin, as the Fetch
 * standard demands since November 2022. It cannot be asked for, so a younger feature that nobody polyfills stands for it:
 * `Response.bytes()` (Chrome 132, Firefox 128, Safari 18, Node 22.3) came after the header was taken off (119, 111, 16.1, 18).
 */
export function dropsTokenOnRedirect(): boolean {
  return 'bytes' in Response.prototype;
}
