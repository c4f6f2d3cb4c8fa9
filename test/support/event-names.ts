import type { SessionEvents } from '../../src/index.ts';

const all: Record<keyof SessionEvents, true> = {
  signed_in: true,
  refreshed: true,
  ended: true,
  identity_changed: true,
  refresh_failed: true,
  rejected_after_refresh: true,
  connection_changed: true,
  storage_degraded: true,
  binding_unavailable: true,
  lock_stolen: true,
  idle_warning: true,
  absolute_warning: true,
  changed: true,
};

/** Every event of a manager there is. */
export const eventNames = Object.keys(all) as ReadonlyArray<keyof SessionEvents>;
