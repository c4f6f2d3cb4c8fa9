import { randomBytes } from 'node:crypto';

/** A back end's view of the session server: signs in and refreshes as fast as it is answered, and remembers what was acknowledged. */
export interface HttpClient {
  /** Refreshes with the last token that was acknowledged; once more the attempt that got no answer, if there is one. */
  refresh(): Promise<number>;
  /** Rotations that were acknowledged. */
  acknowledged(): number;
}

interface Tokens {
  refresh_token: string;
  session_generation?: number;
}

/** Signs in. Resolves once the server has acknowledged the session. */
export async function signInOverHttp(server: string): Promise<HttpClient> {
  const response = await fetch(`${server}/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ credentials: { username: 'alan', password: 'demo' } }),
  });
  if (response.status !== 201) throw new Error(`Signing in answered ${response.status}: ${await response.text()}`);
  let { refresh_token: token } = (await response.json()) as Tokens;
  let attempt: string | null = null;
  let acknowledged = 0;

  return {
    acknowledged: () => acknowledged,
    async refresh() {
      attempt ??= randomBytes(16).toString('base64url');
      const answer = await fetch(`${server}/token`, {
        method: 'POST',
        headers: { 'Idempotency-Key': `"${attempt}"` },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
      });
      const body = (await answer.json()) as Tokens;
      if (answer.status !== 200) return answer.status;
      token = body.refresh_token;
      attempt = null;
      acknowledged += 1;
      return 200;
    },
  };
}
