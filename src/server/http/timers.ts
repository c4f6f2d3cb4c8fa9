/** Calls `act` again and again, until the answer is called. Keeps no process alive where the runtime can tell. */
export function every(ms: number, act: () => void): () => void {
  const timer: unknown = setInterval(act, ms);
  unref(timer);
  return () => clearInterval(timer as ReturnType<typeof setInterval>);
}

/** Calls `act` once, unless the answer is called before. */
export function after(ms: number, act: () => void): () => void {
  const timer: unknown = setTimeout(act, ms);
  unref(timer);
  return () => clearTimeout(timer as ReturnType<typeof setTimeout>);
}

function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref();
}
