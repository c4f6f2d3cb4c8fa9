/** How long caches may keep the published key set (`Cache-Control` of `/.well-known/jwks.json`). */
export const keySetMaxAgeMs = 300_000;
