import { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';
import type { Observer } from './observer.ts';
import { createRequestLog, type LogEntry, type RequestLogOptions } from './request-log.ts';

/** What a server tells its operators. */
export interface ObserverOptions {
  /** `GET /metrics` for Prometheus; `true` lets anybody who reaches the server read it. Default: none, and no such route. */
  metrics?: true | MetricsOptions;
  /** Is told of every request, and of what a guard should see. Nothing in an entry is secret. Default: none. */
  log?: (entry: LogEntry) => void;
  /** Salt of the hashes in the log, 32 random bytes; servers behind one address share it. Default: new with every start. */
  logSalt?: Uint8Array;
}

/** Observers of one server, as its options ask for them. */
export function createObservers(
  { metrics: wanted, log, logSalt }: ObserverOptions,
  ports: Pick<RequestLogOptions, 'now' | 'addressOf' | 'report'>,
): { metrics: Metrics | null; observers: Observer[] } {
  const metrics = wanted === undefined ? null : createMetrics(wanted === true ? {} : wanted);
  const salt = logSalt ?? crypto.getRandomValues(new Uint8Array(32));
  const lines = log === undefined ? [] : [createRequestLog({ log, salt, ...ports })];
  return { metrics, observers: [...(metrics === null ? [] : [metrics.observer]), ...lines] };
}
