import type { Clock } from './ports.ts';

/** When a request left and its answer came, by this machine's clock, and how long that took by the clock that nobody sets. */
export interface Exchange {
  sentAt: number;
  receivedAt: number;
  tookMs: number;
}

/** Starts the watch for an {@link Exchange}; the answer ends it. */
export function beginExchange(clock: Clock): () => Exchange {
  const sentAt = clock.now();
  const startedAt = clock.monotonic();
  return () => ({ sentAt, receivedAt: clock.now(), tookMs: clock.monotonic() - startedAt });
}

const stepMs = 2000;

/**
 * Server clock minus this machine's clock, the round trip halved. Null when the server did not tell its time, or the machine
 * slept or its clock was set in between: then nobody knows when the server said it.
 */
export function learntOffsetMs(serverTime: number | null, { sentAt, receivedAt, tookMs }: Exchange): number | null {
  const isWhole = Math.abs(receivedAt - sentAt - tookMs) < stepMs;
  return serverTime === null || !isWhole ? null : serverTime - (sentAt + receivedAt) / 2;
}
