/** Counts per key within a minute. */
export interface RateLimit {
  /** Null when one more is admitted; else milliseconds until it is. */
  retryAfter(key: string, now: number): number | null;
}

const minuteMs = 60_000;

/** Admits `limit` a minute for each key. Minutes are the clock's, so that forgetting is one assignment. */
export function createRateLimit(limit: number): RateLimit {
  let minute = 0;
  let counts = new Map<string, number>();
  return {
    retryAfter: (key, now) => {
      const current = Math.floor(now / minuteMs);
      if (current !== minute) {
        minute = current;
        counts = new Map();
      }
      const count = (counts.get(key) ?? 0) + 1;
      if (count > limit) return (current + 1) * minuteMs - now;
      counts.set(key, count);
      return null;
    },
  };
}
