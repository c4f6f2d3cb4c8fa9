/** Tells of an error that nobody caught, where the runtime collects those. Node has only the console: an unhandled one ends it. */
export function report(error: unknown): void {
  // oxlint-disable-next-line no-console -- it is the app's own error, and must not vanish
  (globalThis.reportError ?? console.error)(error);
}
