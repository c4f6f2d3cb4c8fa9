/**
 * Where one of `tokens` is in this page: its storage that is made of text, its address, and everything that a walk from `window`
 * along enumerable members comes to. Runs in the page, so it stands alone.
 */
export function searchPage(tokens: readonly string[]): string[] {
  const deepest = 7;
  const most = 30_000;
  const found = new Set<string>();
  const look = (where: string, text: string): void => {
    if (tokens.some((token) => text.includes(token))) found.add(where);
  };
  const places: Array<[string, () => unknown]> = [
    ['localStorage', () => localStorage],
    ['sessionStorage', () => sessionStorage],
    ['document.cookie', () => document.cookie],
    ['the address', () => location.href],
    ['history.state', () => history.state],
    ['the document', () => document.documentElement.outerHTML],
  ];
  for (const [where, read] of places)
    try {
      look(where, JSON.stringify(read()) ?? '');
    } catch {
      // Blocked storage holds nothing.
    }

  const walked = new Set<unknown>();
  const queue: Array<{ path: string; value: unknown; depth: number }> = [{ path: 'window', value: window, depth: 0 }];
  for (const { path, value, depth } of queue) {
    if (typeof value === 'string') look(path, value);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (walked.has(value) || walked.size > most || depth >= deepest) continue;
    walked.add(value);
    const inner = value instanceof Map || value instanceof Set ? [...value.entries()].flat() : [];
    for (const [at, item] of inner.entries()) queue.push({ path: `${path}(${at})`, value: item, depth: depth + 1 });
    for (const name of Object.keys(value))
      try {
        queue.push({ path: `${path}.${name}`, value: (value as Record<string, unknown>)[name], depth: depth + 1 });
      } catch {
        // A member that must not be read holds nothing either.
      }
  }
  return [...found];
}
