import type { IdleState } from './session-state.ts';

/** The limits that idleness is measured by, in milliseconds. */
export interface IdleLimits {
  timeoutMs: number;
  /** How long before the end the warning begins. */
  warningMs: number;
}

/** Without a limit nobody is ever idle. */
export const neverIdle: IdleState = /* @__PURE__ */ Object.freeze({ phase: 'active', deadline: null, warnsAt: null });

/** The phase at `now`, from the clock alone: a timer that fired late, or not at all, changes nothing. */
export function idleState(now: number, lastActivityAt: number, { timeoutMs, warningMs }: IdleLimits): IdleState {
  const deadline = lastActivityAt + timeoutMs;
  const warnsAt = deadline - Math.min(warningMs, timeoutMs / 2);
  return Object.freeze({ phase: now >= deadline ? 'idle' : now >= warnsAt ? 'warning' : 'active', deadline, warnsAt });
}

/** How often activity is told to the other tabs, written to the vault, and reported to the server, at most. */
export function activityThrottles(timeoutMs: number): { tellMs: number; writeMs: number; touchMs: number } {
  return {
    tellMs: Math.min(5000, timeoutMs / 20),
    writeMs: Math.min(15_000, timeoutMs / 20),
    touchMs: Math.min(60_000, timeoutMs / 4),
  };
}
