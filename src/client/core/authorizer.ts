import type { Signal, SigningKey } from './ports.ts';

/** What a request needs to speak for the person who is signed in. Valid for use at once, not for keeping. */
export interface Authorization {
  readonly accessToken: string;
  readonly tokenType: 'Bearer' | 'DPoP';
  /** Key the token is bound to; a proof by it goes along when `tokenType` is `DPoP`. */
  readonly key: SigningKey | null;
  readonly userId: string;
  /** Aborts when this person is no longer the one signed in here (sign-out, another user). */
  readonly signal: Signal;
  /** Server clock minus this machine's clock, in milliseconds. */
  readonly offsetMs: number;
}

/** Gives requests their authorization. The manager is one. */
export interface Authorizer {
  /**
   * Speaks for `as`, the user for whom the request was made; not given, for whoever is signed in at the time of the call.
   * @throws SessionError when nobody is signed in, or no good token can be had now; `identity_changed` when it is another user
   */
  authorize(as?: string): Promise<Authorization>;
  /**
   * After the API answered 401 to `rejected`: a newer token if there is one, else one refresh.
   * @throws SessionError as `authorize`, and `identity_changed` when another person is signed in by now
   */
  reauthorize(rejected: Authorization): Promise<Authorization>;
  /** Whether this person still is the one signed in, by what this tab knows right now. Asked right before sending. */
  isCurrent(authorization: Authorization): boolean;
  /** The API refused a token that had just been refreshed. */
  reportRejected(url: string): void;
}
