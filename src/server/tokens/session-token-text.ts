const longest = 8192;
/** `Bearer ` in any case (RFC 9110 section 11.1), then the tag of a session type and a colon, then the JWT; only the last is a must. */
const pattern = /^(?:bearer +)?(?:([A-Za-z0-9_.-]{1,64}):)?([\w-]+\.[\w-]+\.[\w-]+) *$/i;

/** The parts of a session token as somebody sent it: `jwt`, `tag:jwt`, or either after `Bearer `. Null for anything else. */
export function readTokenText(text: unknown): { jwt: string; tag: string | null } | null {
  if (typeof text !== 'string' || text.length > longest) return null;
  const [, tag = null, jwt] = pattern.exec(text) ?? [];
  return jwt === undefined ? null : { jwt, tag };
}
