/**
 * The cookies of a `Cookie` header by name, both percent-decoded. The last of two with one name wins; a name alone has the
 * value `''`; text that cannot be decoded stays as it is. No header: no cookies.
 */
export function parseCookies(header: string | null | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const item of header?.split(';') ?? []) {
    const equals = item.indexOf('=');
    const name = (equals === -1 ? item : item.slice(0, equals)).trim();
    const value = equals === -1 ? '' : item.slice(equals + 1).trim();
    if (name !== '') cookies.set(decoded(name), decoded(value));
  }
  return cookies;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
