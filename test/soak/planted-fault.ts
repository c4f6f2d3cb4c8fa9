import type { NetworkFault } from './network-fault.ts';

/** A fault for one request, whatever its path. */
export function plantedFault(given: Partial<NetworkFault> & Pick<NetworkFault, 'kind'>): NetworkFault {
  return {
    path: null,
    times: 1,
    forMs: null,
    ms: 0,
    status: 500,
    retryAfter: null,
    isReadable: true,
    ...given,
  };
}
