const longestLifeMs = 10 * 31_536_000_000;

/** A token life that can be calculated with: an unknown one counts as long, and the API's 401 will tell. */
export function knownLifeMs(lifeMs: number | null): number {
  return lifeMs !== null && lifeMs > 0 ? Math.min(lifeMs, longestLifeMs) : longestLifeMs;
}
