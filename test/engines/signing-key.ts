import { inPage, type Tab } from './engine.ts';

/** What can be found out in the page about the key that signs. */
export interface KeyFacts {
  /** Its public half. */
  publicKey: JsonWebKey;
  extractable: boolean;
  /** The error that exporting it ends with; or that there was none. */
  export: string;
}

export function keyFacts(tab: Tab): Promise<KeyFacts> {
  return inPage(tab, async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(window.harness.place);
      opening.onerror = () => reject(opening.error as Error);
      opening.onsuccess = () => resolve(opening.result);
    });
    const contents = await new Promise<{ record: { key: CryptoKeyPair } }>((resolve, reject) => {
      const asked = database.transaction('vault').objectStore('vault').get('contents');
      asked.onerror = () => reject(asked.error as Error);
      asked.onsuccess = () => resolve(asked.result as { record: { key: CryptoKeyPair } });
    });
    database.close();
    const { privateKey, publicKey } = contents.record.key;
    const exported = (['jwk', 'pkcs8'] as const).map((format) =>
      crypto.subtle.exportKey(format, privateKey).then(
        () => 'exported',
        (error: Error) => error.name,
      ),
    );
    const [jwk, pkcs8] = await Promise.all(exported);
    return {
      publicKey: await crypto.subtle.exportKey('jwk', publicKey),
      extractable: privateKey.extractable,
      export: jwk === pkcs8 ? String(jwk) : `${jwk}, ${pkcs8}`,
    };
  });
}
