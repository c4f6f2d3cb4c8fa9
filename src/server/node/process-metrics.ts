import { performance } from 'node:perf_hooks';
import type { Metric } from '../http/metrics/text-format.ts';

/** What Prometheus knows of any process, under the names that it knows them by. */
export function processMetrics(): readonly Metric[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const { utilization } = performance.eventLoopUtilization();
  const startedAt = performance.timeOrigin / 1000;
  return [
    metric('process_start_time_seconds', 'gauge', 'When the process started, in seconds since the epoch.', startedAt),
    metric('process_cpu_seconds_total', 'counter', 'Processor time that the process took.', (user + system) / 1e6),
    metric('process_resident_memory_bytes', 'gauge', 'Memory of the process.', rss),
    metric('nodejs_heap_size_used_bytes', 'gauge', 'Memory that JavaScript uses.', heapUsed),
    metric(
      'nodejs_eventloop_utilization',
      'gauge',
      'Share of the time that the event loop was busy, from 0 to 1.',
      utilization,
    ),
  ];
}

function metric(name: string, type: Metric['type'], help: string, value: number): Metric {
  return { name, help, type, samples: [{ value }] };
}
