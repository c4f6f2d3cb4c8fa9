import { SessionError, translating } from './errors.ts';
import type { Untyped } from './stored-json.ts';

/** What somebody signs in with. */
export interface Credentials {
  email: string;
  password: string;
  [more: string]: unknown;
}

/** Who signed in. */
export interface AuthUser {
  userId: string;
  [more: string]: Untyped;
}

/** Says whose credentials these are; null (or nothing) for nobody's. */
export type Authenticate = (
  credentials: Credentials,
) => AuthUser | null | undefined | Promise<AuthUser | null | undefined>;

/** Signing in. This facade knows no users: the `authenticate` option does. */
export interface AuthApi {
  /** @throws SessionError `INVALID_CREDENTIALS`; `NOT_IMPLEMENTED` while there is no `authenticate`. */
  login(credentials: Credentials): Promise<AuthUser>;
}

/** Signing in by a hook. */
export function createAuth(authenticate: () => Authenticate | undefined): AuthApi {
  return {
    login: translating(async (credentials) => {
      const hook = authenticate();
      if (hook === undefined)
        throw new SessionError('NOT_IMPLEMENTED', 'Nothing says who may sign in.', {
          hint: 'Pass `authenticate` to `configure` or `createSdk`: it gets the credentials and answers `{ userId }` or null.',
        });
      const user = await hook(credentials);
      if (user == null) throw new SessionError('INVALID_CREDENTIALS', 'Invalid credentials');
      return user;
    }),
  };
}
