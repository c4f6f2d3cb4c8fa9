import { SessionError } from '../../protocol/session-error.ts';

/**
 * `use_dpop_nonce`: the same request with a proof that carries the nonce would do (RFC 9449 section 9). Answer it with `status`
 * and `headers`; clients then repeat the request by themselves.
 */
export class DpopNonceRequired extends SessionError {
  /** `DPoP-Nonce` and `WWW-Authenticate`. Pages of other origins see the former when `Access-Control-Expose-Headers` names it. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(message: string, nonce: string) {
    super('use_dpop_nonce', message, { status: 401 });
    this.headers = {
      'DPoP-Nonce': nonce,
      'WWW-Authenticate': 'DPoP error="use_dpop_nonce", algs="ES256 Ed25519 EdDSA"',
    };
  }
}
