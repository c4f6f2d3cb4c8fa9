/** As long as a server's word is waited for. Longer ones are cut, or one wrong header would keep a client away for days. */
const longestMs = 300_000;

/**
 * `Retry-After` in milliseconds from now: seconds or an HTTP date (RFC 9110 section 10.2.3), the date by the server's own
 * `Date` where that can be seen. Undefined when there is none or it cannot be read.
 */
export function retryAfterMs(value: string | null, date: string | null, now: number): number | undefined {
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - (Date.parse(date ?? '') || now);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestMs);
}
