/** A clock that all tabs of a machine share, in milliseconds with fractions. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves at a moment of {@link sharedNow}, as near as timers come. */
export function until(moment: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - sharedNow())));
}
