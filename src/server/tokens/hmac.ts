/** HMAC-SHA-256 (RFC 2104) of bytes, or of a text in UTF-8, under one secret; at once or later, as the runtime can. */
export type Hmac = (message: Uint8Array | string) => Uint8Array | Promise<Uint8Array>;
