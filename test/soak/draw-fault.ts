import type { NetworkFault } from './network-fault.ts';

/** What the network does, drawn. What is named twice comes twice as often. */
const kinds: readonly NetworkFault['kind'][] = [
  'lost_request',
  'lost_answer',
  'lost_answer',
  'late_request',
  'late_answer',
  'duplicated',
  'duplicated',
  'cut_answer',
  'status',
  'status',
  'html',
  'redirect',
];

/** Draws a fault for one request or a few, or for some seconds; mostly at the door where it hurts. */
export function drawFault(random: () => number): NetworkFault {
  const kind = drawOne(kinds, random);
  const longestMs = kind === 'duplicated' ? 25_000 : random() < 0.2 ? 13_000 : 1500;
  const isFew = random() < 0.55;
  return {
    kind,
    path: random() < 0.7 ? '/token' : random() < 0.4 ? '/revoke' : null,
    status: drawOne(kind === 'html' ? [200, 403, 502] : [500, 502, 503, 429], random),
    retryAfter: random() < 0.5 ? Math.ceil(random() * 4) : null,
    isReadable: random() < 0.5,
    ms: Math.round(50 + random() * longestMs),
    times: isFew ? 1 + Math.floor(random() * 4) : null,
    forMs: isFew ? null : Math.round(500 + random() * 8000),
  };
}

/** One of a list that is not empty. */
export function drawOne<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** One name of a table, each as often as its weight says. */
export function drawWeighted<Name extends string>(table: Readonly<Record<Name, number>>, random: () => number): Name {
  const names = Object.keys(table) as Name[];
  let left = random() * names.reduce((sum, name) => sum + table[name], 0);
  for (const name of names) if ((left -= table[name]) < 0) return name;
  return names[0] as Name;
}
