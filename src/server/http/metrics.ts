import type { RefreshOutcome } from '../engine/sessions.ts';
import { createApiKeys, type AdminKey } from './admin/api-keys.ts';
import { createCounter, createHistogram } from './metrics/counter.ts';
import type { Metric } from './metrics/text-format.ts';
import type { Observer } from './observer.ts';
import type { OpenStreams } from './open-streams.ts';

/** Who may read `GET /metrics`, and what it tells besides. */
export interface MetricsOptions {
  /** The key that Prometheus sends (`authorization: { credentials }`). Default: none; anybody who reaches the server may read. */
  key?: AdminKey;
  /** Further metrics, asked for at every reading: those of the process, or of the app. */
  more?: () => readonly Metric[];
}

/** What a server counts of itself. Numbers of one process, from its start. */
export interface Metrics {
  observer: Observer;
  read(streams: OpenStreams): readonly Metric[];
  /** Says whether a request may read. */
  mayRead(authorization: string | undefined): Promise<boolean>;
  isOpen: boolean;
}

/** Counters at zero. */
export function createMetrics({ key, more = () => [] }: MetricsOptions): Metrics {
  const requests = createCounter('sojourn_http_requests_total', 'Requests by route, method and status.');
  const durations = createHistogram(
    'sojourn_http_request_duration_seconds',
    'Time to the answer, by route and method.',
  );
  const refreshes = createCounter(
    'sojourn_refreshes_total',
    'Refreshes of genuine and forged tokens, by what became of them.',
  );
  const signIns = createCounter('sojourn_sign_ins_total', 'Sign-ins by result.');
  const revocations = createCounter(
    'sojourn_revocations_total',
    'Times that sessions were ended on purpose, by how many at once.',
  );
  const storeErrors = createCounter(
    'sojourn_store_errors_total',
    'Requests that failed because the store did not answer.',
  );
  const keys = key === undefined ? null : createApiKeys([key], 'Metrics');

  return {
    isOpen: keys === null,
    mayRead: async (authorization) => keys === null || (await keys.nameOf(authorization)) !== null,
    observer: {
      answered: ({ method, route, status, durationMs, facts }) => {
        // What strangers make up must not become a time series each.
        const labels = { route: route ?? 'none', method: knownMethods.has(method) ? method : 'other' };
        requests.add({ ...labels, status: String(status) });
        durations.observe(labels, durationMs / 1000);
        if (route === '/sessions' && method === 'POST') signIns.add({ result: signInResult(status) });
        if (facts.code === 'store_unavailable') storeErrors.add({});
      },
      refreshed: (outcome) => refreshes.add(refreshLabels(outcome)),
      revoked: () => revocations.add({ scope: 'one' }),
      revokedMany: ({ scope }) => revocations.add({ scope }),
    },
    read: (streams) => [
      requests.read(),
      durations.read(),
      refreshes.read(),
      signIns.read(),
      revocations.read(),
      storeErrors.read(),
      gauge('sojourn_open_streams', 'Event streams that are open now.', streams.count),
      ...more(),
    ],
  };
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function gauge(name: string, help: string, value: number): Metric {
  return { name, help, type: 'gauge', samples: [{ value }] };
}

function signInResult(status: number): string {
  if (status === 201) return 'signed_in';
  if (status === 401) return 'wrong_credentials';
  if (status === 429) return 'limited';
  return status < 500 ? 'bad_request' : 'failed';
}

function refreshLabels(outcome: RefreshOutcome): Record<string, string> {
  return { outcome: outcome.outcome, reason: outcome.outcome === 'ended' ? outcome.reason : '' };
}
