/** What was known of the surroundings when the session was made. Kept as it came; no rule looks at it. */
export interface TrustContext {
  ipAddress?: string;
  [key: string]: unknown;
}

/** The record of an authenticated context. Only `status` says that it is over; expiry is derived from the two instants. */
export interface Session {
  id: string;
  identityId: string;
  status: 'active' | 'revoked';
  trustContext: TrustContext;
  createdAt: Date;
  lastRefreshedAt: Date | null;
  revokedAt: Date | null;
  /** The window that a refresh starts anew, in minutes. */
  idleTTLMinutes: number;
  /** End of the window. */
  expiresAt: Date;
  /** No refresh goes beyond it. */
  absoluteExpiresAt: Date;
  /** Raised by every change; a repository compares it. */
  version: number;
}
