// The least that keeps many tabs on one token: a Web Lock, a read, one request with one DPoP signature, a write. No manager.

interface FloorRecord {
  generation: number;
  token: string;
  refreshToken: string;
  key: CryptoKeyPair;
}

/** The floor in one tab. */
export interface FloorRefresh {
  /** A token newer than the one this tab knows. */
  renew(): Promise<string>;
}

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };

/** Opens the floor's database; the first tab puts a record with a key into it. */
export async function openFloor(): Promise<FloorRefresh> {
  const database = await asked(indexedDB.open('floor'), (opening) => opening.result.createObjectStore('floor'));
  const store = (mode: IDBTransactionMode): IDBObjectStore =>
    database.transaction('floor', mode, { durability: 'strict' }).objectStore('floor');
  const read = async (): Promise<FloorRecord> => (await asked(store('readonly').get('record'))) as FloorRecord;
  const write = (record: FloorRecord): Promise<void> =>
    new Promise((resolve, reject) => {
      const { transaction } = store('readwrite').put(record, 'record');
      if (!transaction) return reject(new Error('No transaction.'));
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error as Error);
    });

  await navigator.locks.request('floor', async () => {
    if ((await read()) !== undefined) return;
    const key = await crypto.subtle.generateKey(keyAlgorithm, false, ['sign', 'verify']);
    await write({ generation: 0, token: 'first', refreshToken: 'first', key });
  });
  let known = (await read()).generation;

  return {
    renew: () =>
      navigator.locks.request('floor', async () => {
        let record = await read();
        if (record.generation === known) {
          const url = `${location.origin}/floor/token`;
          const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: record.refreshToken });
          const headers = { DPoP: await prove(record.key, url), 'Idempotency-Key': crypto.randomUUID() };
          const answer = await fetch(url, { method: 'POST', body, headers, cache: 'no-store', credentials: 'omit' });
          const json = (await answer.json()) as { access_token: string; refresh_token: string };
          const next = { generation: known + 1, token: json.access_token, refreshToken: json.refresh_token };
          record = { ...record, ...next };
          await write(record);
        }
        known = record.generation;
        return record.token;
      }),
  };
}

/** One signature over what RFC 9449 section 4.2 asks for. */
async function prove({ publicKey, privateKey }: CryptoKeyPair, url: string): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y } };
  const claims = { jti: crypto.randomUUID(), htm: 'POST', htu: url, iat: Math.floor(Date.now() / 1000) };
  const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  const bytes = new TextEncoder().encode(signed);
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, bytes);
  return `${signed}.${base64url(String.fromCharCode(...new Uint8Array(signature)))}`;
}

function base64url(binary: string): string {
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function asked<T>(request: IDBRequest<T>, upgrade?: (opening: IDBOpenDBRequest) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    if (upgrade)
      (request as unknown as IDBOpenDBRequest).onupgradeneeded = () => upgrade(request as unknown as IDBOpenDBRequest);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as Error);
  });
}
