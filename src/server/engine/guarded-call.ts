/** Calls what is somebody else's: listeners and the like. One that throws, or whose promise fails, disturbs nobody. */
export interface GuardedCall {
  call(act: () => unknown): void;
  /** Tells of a failure; one that telling causes stops nothing. */
  report(error: unknown): void;
}

/** Failures are told to `onError`. */
export function createGuardedCall(onError: (error: unknown) => void): GuardedCall {
  function report(error: unknown): void {
    try {
      onError(error);
    } catch {
      // Whoever reports errors may not stop what it reports on.
    }
  }

  return {
    report,
    call: (act) => {
      try {
        const result = act();
        if (result instanceof Promise) result.catch(report);
      } catch (error) {
        report(error);
      }
    },
  };
}
