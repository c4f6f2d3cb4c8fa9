// What a service at the edge does: a runtime with the fetch API and no page, no Node.
import * as verifier from 'sojourn/server/verify';
import { expectedOf, makeVerifyCases, tryVerifyCases } from './verify-cases.ts';

const cases = await makeVerifyCases();
globalThis.fetch = async () => Response.json(cases.jwks);
postMessage({
  outcomes: await tryVerifyCases(cases, verifier),
  expected: expectedOf(cases),
  runtime: ['document', 'process', 'Buffer'].filter((name) => name in globalThis),
});
