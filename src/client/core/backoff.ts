const firstMs = 1000;
const capMs = 60_000;
const retryAfterCapMs = 300_000;

/**
 * How long to wait after the `failures`th failure in a row: 1 s doubling to 60 s, of which the second half is random.
 * A server's `Retry-After` is honoured up to five minutes, and never undercut.
 */
export function backoffMs(failures: number, fraction: number, retryAfterMs = 0): number {
  const step = Math.min(capMs, firstMs * 2 ** Math.min(failures - 1, 10));
  const asked = Math.min(retryAfterMs, retryAfterCapMs);
  return Math.max(step * (0.5 + fraction / 2), asked * (1 + fraction / 10));
}
