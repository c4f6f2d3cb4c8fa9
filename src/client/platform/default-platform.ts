import type { Clock, Platform } from '../core/ports.ts';
import { personActivity } from './activity.ts';
import { tabChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { storageHint } from './hint.ts';
import { pageLifecycle } from './lifecycle.ts';
import { loadedMutex } from './loaded-mutex.ts';
import type { LeaseStore, Locks } from './lock-manager.ts';
import { webRandom } from './random.ts';
import { report } from './report.ts';
import { loadedWire, nativeWire } from './wires.ts';

/** Options of {@link defaultPlatform}. */
export interface PlatformOptions {
  /** Messages reach the other processes of this machine (Node), not only this one. @default false */
  betweenProcesses?: boolean;
  /** Where locks rest when there are no Web Locks: somewhere all tabs see. @default this process's memory */
  leases?: (clock: Clock) => LeaseStore | undefined;
}

/** The runtime we are in, whatever it is: each feature is looked for on its own and done without where it is missing. */
export function defaultPlatform({
  betweenProcesses = false,
  leases = () => undefined,
}: PlatformOptions = {}): Platform {
  const clock = systemClock();
  const lifecycle = pageLifecycle();
  const random = webRandom();
  // One for all names: in a runtime without Web Locks the leases of its managers are in here.
  let locks: Locks | undefined;
  const openWire = betweenProcesses || !globalThis.BroadcastChannel ? loadedWire(betweenProcesses) : nativeWire;
  return {
    clock,
    abort: () => new AbortController(),
    lifecycle,
    activity: personActivity(clock, lifecycle),
    random,
    channel: (name) => tabChannel(name, openWire, lifecycle),
    mutex: (name) =>
      loadedMutex(async () => {
        const { lockMutex, webLocks } = await import('./mutex.ts');
        locks ??= webLocks(clock, leases);
        return lockMutex(name, { locks, clock, lifecycle, random });
      }),
    hint: storageHint,
    report,
  };
}
