/** An HTTP answer before it travels. */
export interface WireAnswer {
  status: number;
  json: unknown;
  headers?: Record<string, string>;
  /** What it puts into the cookie jar. */
  cookie?: { sessionId: string; refreshToken: string };
}

/** Who sends a request, as the simulation knows and the server does not. */
export interface Sender {
  browser: string;
  thief: boolean;
}

/** What a proof of possession claims: it is not signed here, a thief just has another key. */
export type Claims = Record<string, unknown>;

/** A refresh as it crosses the wire. */
export interface RefreshCall {
  refreshToken: string | null;
  attemptKey: string;
  attempts: ReadonlyArray<{ generation: number; key: string }> | null;
  proof: Claims | null;
}

/** An answer that grants nothing. */
export function refuse(status: number, json: object, headers: Record<string, string> = {}): WireAnswer {
  return { status, json, headers };
}
