import type { Metric, Sample } from './text-format.ts';

type Labels = Readonly<Record<string, string>>;

/** Counts by labels. Every label has few values, all of them ours: nothing that a client sends becomes one. */
export interface Counter {
  add(labels: Labels): void;
  read(): Metric;
}

/** A counter at zero. */
export function createCounter(name: string, help: string): Counter {
  const byLabels = new Map<string, { labels: Labels; value: number }>();
  return {
    add: (labels) => void (entry(byLabels, labels, () => ({ labels, value: 0 })).value += 1),
    read: () => ({ name, help, type: 'counter', samples: [...byLabels.values()] }),
  };
}

/** How long things take, by labels. */
export interface Histogram {
  observe(labels: Labels, seconds: number): void;
  read(): Metric;
}

interface Series {
  labels: Labels;
  /** How many fell into each bucket; the last one has no upper end. */
  counts: number[];
  sum: number;
}

/** Upper ends of the buckets, in seconds: from a cached answer to one that somebody gave up on. */
const ends = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

/** A histogram without entries. */
export function createHistogram(name: string, help: string): Histogram {
  const byLabels = new Map<string, Series>();
  const empty = (labels: Labels) => (): Series => ({
    labels,
    counts: Array.from({ length: ends.length + 1 }, () => 0),
    sum: 0,
  });
  return {
    observe: (labels, seconds) => {
      const series = entry(byLabels, labels, empty(labels));
      const bucket = ends.findIndex((end) => seconds <= end);
      const index = bucket === -1 ? ends.length : bucket;
      series.counts[index] = (series.counts[index] ?? 0) + 1;
      series.sum += seconds;
    },
    read: () => ({ name, help, type: 'histogram', samples: [...byLabels.values()].flatMap(samplesOf) }),
  };
}

/** Buckets of the format hold all that came before them, too. */
function samplesOf({ labels, counts, sum }: Series): Sample[] {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    const le = ends[index] === undefined ? '+Inf' : String(ends[index]);
    return { suffix: '_bucket', labels: { ...labels, le }, value: total };
  });
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total }];
}

function entry<Value>(map: Map<string, Value>, labels: Labels, create: () => Value): Value {
  const key = Object.values(labels).join('\n');
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
}
