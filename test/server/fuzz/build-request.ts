import type { ProvingClient } from '../tokens/proving-client.ts';
import type { LiveValues } from './live-values.ts';
import { apiKey, theApiKey, type Plan, type PlannedBody } from './planned-request.ts';

/** A plan, written out. */
export interface BuiltRequest {
  method: string;
  /** Path and query, as they go over the wire. */
  target: string;
  headers: Array<[string, string]>;
  body: string | null;
}

/** What requests are built with. */
export interface Builder {
  live: LiveValues;
  client: ProvingClient;
  origin: string;
  baseUrl: string;
}

/** Writes a plan out. What no HTTP client could send (a line break in a header) is left out of it. */
export async function buildRequest(plan: Plan, { live, client, origin, baseUrl }: Builder): Promise<BuiltRequest> {
  const path = plan.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
    encoded(live.text(plan.segments[name] ?? '')),
  );
  const query = plan.query.map(([name, text]) => `${encoded(name)}=${encoded(live.text(text))}`).join('&');
  const target = path + (query === '' ? '' : `?${query}`);
  const headers: Array<[string, string]> = plan.headers.map(([name, text]) => [name, live.text(text)]);
  if (plan.who)
    headers.push(['authorization', `${plan.who.scheme} ${live.text(plan.who.token).replace(theApiKey, apiKey)}`]);
  const cookies = live.cookies();
  if (plan.cookies && cookies !== '') headers.push(['cookie', cookies]);
  if (plan.origin !== 'none') headers.push(['origin', plan.origin === 'listed' ? origin : 'https://evil.example']);
  if (plan.proof !== 'none') {
    const method = plan.proof === 'good' ? plan.method : 'TRACE';
    headers.push(['dpop', await client.prove(method, new URL(path, baseUrl).href)]);
  }
  const body = plan.body === null || plan.method === 'GET' || plan.method === 'HEAD' ? null : bodyText(plan.body, live);
  if (plan.body?.type !== null && plan.body?.type !== undefined && body !== null)
    headers.push(['content-type', plan.body.type]);
  return { method: plan.method, target, headers: headers.filter(isSendable), body };
}

function bodyText({ content }: PlannedBody, live: LiveValues): string {
  if ('raw' in content) return live.text(content.raw);
  if ('json' in content) return JSON.stringify(live.value(content.json)) ?? '';
  const fields = content.form.map(([name, value]): [string, string] => {
    const written = live.value(value);
    return [name, typeof written === 'string' ? written : JSON.stringify(written)];
  });
  return new URLSearchParams(fields).toString();
}

/** Half a character has no encoding, and a client would not send it. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

function isSendable([name, value]: [string, string]): boolean {
  // Printable Latin-1 (RFC 9110 section 5.5); a header over 8 KiB no server takes.
  return /^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(value) && value.length < 8000 && name !== 'transfer-encoding';
}
