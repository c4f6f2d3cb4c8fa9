/** The URL of a call: relative ones start at the API base, taken as a folder, and nowhere else. @throws TypeError as `fetch` does */
export function absoluteUrl(input: string | URL, baseUrl: string | null): URL {
  return new URL(input, baseUrl?.replace(/\/*$/, '/'));
}

/** Whether a body can be read only once. `Symbol.asyncIterator` is how Node takes its own streams. */
export function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
}

/** A URL that may be shown: what is behind the path can be a secret. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}
