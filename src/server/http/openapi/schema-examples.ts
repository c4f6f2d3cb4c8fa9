/** The moment at which the examples happen. */
export const now = '2026-01-05T12:00:00.000Z';
const later = '2026-01-05T12:30:00.000Z';
const evening = '2026-01-06T00:00:00.000Z';
const id = 'session_q8ej3BfJT9ueFYhpAeLrGfVGG0yZz6bPZw1uVg';

export function user(): object {
  return { id: 'user_ada', name: 'Ada Lovelace', roles: ['admin'] };
}

export function session(): object {
  return {
    id,
    user_id: 'user_ada',
    type: 'default',
    created_at: now,
    last_activity_at: now,
    expires_at: later,
    absolute_expires_at: evening,
    idle_timeout: 1800,
    remembered: false,
    current: true,
    device: { label: 'Laptop', user_agent: 'Mozilla/5.0' },
  };
}

/** Nothing in it is a token that anybody made. */
export function tokens(): object {
  return {
    access_token: 'eyJhbGciOiJFUzI1NiIs…',
    token_type: 'DPoP',
    expires_in: 300,
    refresh_token: 'AQEx…',
    generation: 0,
    session_id: id,
    session_expires_at: evening,
    idle_expires_at: later,
    idle_timeout: 1800,
    server_time: now,
    revocation_token: 'AQIx…',
    user: user(),
    session: session(),
  };
}

export function signIn(): object {
  return { credentials: { username: 'ada', password: 'demo' }, remember: true, device: { label: 'Laptop' } };
}

export function reauthenticate(): object {
  return { credentials: { username: 'ada', password: 'demo' } };
}

export function refresh(): object {
  return { grant_type: 'refresh_token', refresh_token: 'AQEx…' };
}

export function revoke(): object {
  return { token: 'AQIx…' };
}

export function oauthError(): object {
  return {
    error: 'invalid_grant',
    error_description: 'The session is over; sign in again.',
    code: 'session_ended',
    reason: 'idle',
  };
}

export function attempts(): object[] {
  return [{ generation: 3, key: 'q3ZgJ0m1S5eVx8kXr7pN2w' }];
}

export function serverEvent(): object {
  return { type: 'session.ended', session_id: id, reason: 'signed_out_elsewhere', at: now };
}
