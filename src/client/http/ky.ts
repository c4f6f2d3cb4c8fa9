import { SessionError } from '../../protocol/session-error.ts';
import ky, { isHTTPError, type KyInstance, type Options } from 'ky';

/** The part of a `SessionManager` that is needed. */
export interface SessionFetch {
  fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  getState: () => { readonly status: string; readonly user?: { readonly id: string } };
}

/**
 * Options for `ky.extend` that send every request through the manager: token and proof for the API origins, one refresh
 * and one retry after a 401. ky keeps its own retries (network errors, 408, 429, 5xx), timeouts, abort signals and errors;
 * a 401 that it sees has been through a refresh, so it is never retried. What the manager refuses rejects as SessionError,
 * with `identity_changed` when a retry would be made after another person signed in.
 *
 * ky resolves relative URLs by itself: give it the API base as `baseUrl`.
 *
 * @example
 * ```ts
 * const api = ky.extend({ ...kyExtension(manager), baseUrl: 'https://api.example.com/' });
 * const todos = await api.get('todos').json();
 * ```
 */
export function kyExtension(manager: SessionFetch): Options {
  return {
    hooks: {
      init: [
        (options) => {
          const as = manager.getState().user?.id;
          options.fetch = async (input, init) => {
            const now = manager.getState().user?.id;
            if (as !== undefined && now !== undefined && now !== as)
              throw new SessionError(
                'identity_changed',
                'Another person is signed in now; the request was not repeated.',
              );
            return manager.fetch(input, init);
          };
        },
      ],
    },
    retry: { shouldRetry: ({ error }) => (isHTTPError(error) && error.response.status === 401 ? false : undefined) },
  };
}

/** A ky of its own on {@link kyExtension}. `options` are ky's. */
export function sessionKy(manager: SessionFetch, options: Options = {}): KyInstance {
  return ky.create(kyExtension(manager)).extend(options);
}
