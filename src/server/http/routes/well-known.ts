import { jsonAnswer } from '../answers.ts';
import { keySetMaxAgeMs } from '../../tokens/key-set-age.ts';
import { proofAlgorithms } from '../../tokens/proof-keys.ts';
import type { Route } from '../service.ts';

const cached = { 'Cache-Control': `public, max-age=${keySetMaxAgeMs / 1000}`, Vary: 'Origin' };

/** `GET /.well-known/jwks.json` (RFC 7517). */
export const keySet: Route = (service) => async () =>
  jsonAnswer(await service.tokens.keySet(), 200, { 'Content-Type': 'application/jwk-set+json', ...cached });

/** `GET /.well-known/oauth-authorization-server` (RFC 8414). */
export const metadata: Route = (service) => () => {
  const { publicUrl } = service;
  return jsonAnswer(
    {
      issuer: service.tokens.issuer,
      token_endpoint: `${publicUrl}/token`,
      revocation_endpoint: `${publicUrl}/revoke`,
      ...(service.introspectionKeys === null ? {} : { introspection_endpoint: `${publicUrl}/introspect` }),
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: ['refresh_token'],
      token_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      dpop_signing_alg_values_supported: proofAlgorithms,
    },
    200,
    cached,
  );
};
