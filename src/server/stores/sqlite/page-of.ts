/** What a list goes by. */
interface Place {
  at: number;
  id: string;
}

/**
 * A page of rows that come by time downwards. Those of one time come in any order, and leave by id downwards: as texts, which is
 * not the order of the bytes in the file. Reads no row beyond the last time of the page.
 */
export function pageOf<Row, One>(
  rows: Iterable<Row>,
  read: (row: Row) => One,
  placeOf: (one: One) => Place,
  { limit, after }: { limit: number; after: Place | null },
): One[] {
  const found: (Place & { one: One })[] = [];
  for (const row of rows) {
    const one = read(row);
    const { at, id } = placeOf(one);
    if (found.length >= limit && at < found.at(-1)!.at) break;
    if (after === null || at < after.at || id < after.id) found.push({ at, id, one });
  }
  found.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  return found.slice(0, limit).map(({ one }) => one);
}
