/** A signal that aborts with the first of the two, for the same reason. */
export function linkSignals(a: AbortSignal, b: AbortSignal): AbortSignal {
  if (AbortSignal.any) return AbortSignal.any([a, b]);
  // Browsers before 2024.
  const link = new AbortController();
  for (const signal of [a, b]) {
    const abort = (): void => link.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { signal: link.signal });
  }
  return link.signal;
}

/** Waits for `work`, but no longer than until `signal` aborts; then rejects with its reason. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
