/** What the network does to requests. */
export interface NetworkFault {
  kind:
    /** The connection breaks; the server never hears of it. */
    | 'lost_request'
    /** The server does its work; the connection breaks instead of an answer. */
    | 'lost_answer'
    /** It reaches the server `ms` later, also when nobody waits any more. */
    | 'late_request'
    | 'late_answer'
    /** It reaches the server at once and, by another way, once more `ms` later. */
    | 'duplicated'
    /** The connection breaks in the middle of the answer. */
    | 'cut_answer'
    /** Something in between answers `status`, with `retryAfter` seconds if there are any. */
    | 'status'
    /** A captive portal answers a page. */
    | 'html'
    /** Something in between sends the browser elsewhere. */
    | 'redirect';
  /** Null: any. */
  path: string | null;
  /** How many requests it hits, or for how long it hits all. */
  times: number | null;
  forMs: number | null;
  ms: number;
  status: number;
  retryAfter: number | null;
  /** Whether the page may read what comes in the place of an answer (CORS). */
  isReadable: boolean;
}

/** Faults that are waiting for requests. */
export interface NetworkFaults {
  add(fault: NetworkFault): void;
  clear(): void;
  /** The first that is meant for `path`, counted as used. */
  take(path: string): NetworkFault | null;
}

/** Creates {@link NetworkFaults}; one hits a request, the oldest first. */
export function createNetworkFaults(now: () => number): NetworkFaults {
  let waiting: { fault: NetworkFault; left: number; until: number }[] = [];
  return {
    add: (fault) =>
      void waiting.push({
        fault,
        left: fault.times ?? Number.POSITIVE_INFINITY,
        until: fault.forMs === null ? Number.POSITIVE_INFINITY : now() + fault.forMs,
      }),
    clear: () => void (waiting = []),
    take(path) {
      waiting = waiting.filter(({ left, until }) => left > 0 && now() < until);
      const hit = waiting.find(({ fault }) => fault.path === null || fault.path === path);
      if (!hit) return null;
      hit.left -= 1;
      return hit.fault;
    },
  };
}
