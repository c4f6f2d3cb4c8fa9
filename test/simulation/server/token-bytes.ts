/** Whether a token is one of the session. Refresh and revocation tokens carry its id: version 1 | key id 1 | user tag 12 | sid 16. */
export function sameSession(id: string, token: string): boolean {
  const bytes = Buffer.from(token, 'base64url').subarray(2, 30);
  return Buffer.from(id.slice('session_'.length), 'base64url').equals(bytes);
}

/** The generation of a refresh token. It stands after the session's id. */
export function generationIn(token: string): number {
  return Buffer.from(token, 'base64url').subarray(30, 34).readUInt32BE();
}

/** The id of the secret that a refresh token is signed with. */
export function keyIdIn(token: string): number | undefined {
  return Buffer.from(token, 'base64url')[1];
}
