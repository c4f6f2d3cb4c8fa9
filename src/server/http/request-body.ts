import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isSessionError } from '../../protocol/session-error.ts';
import { badRequest } from './refusal.ts';

/** Refuses bodies of more than `maxSize` bytes with 413, whether or not their length is announced. */
export function limitBody(maxSize: number): MiddlewareHandler {
  const refuse = (): never => {
    throw badRequest(`The body is too large: at most ${maxSize} bytes are taken.`, 413);
  };
  const counted = bodyLimit({ maxSize, onError: refuse });
  return (c, next) => {
    const announced = c.req.header('content-length');
    // The HTTP parser holds a body to its announced length; touching the stream would make every request slower.
    if (announced === undefined || c.req.header('transfer-encoding') !== undefined) {
      c.req.raw = plainRequest(c.req.raw);
      // What routes throw does not come this way: each is answered where it is thrown.
      return counted(c, next).catch(brokenOff);
    }
    return Number(announced) <= maxSize ? next() : refuse();
  };
}

/** Counting copies the request, and the one that Node's adapter makes up cannot be copied by the runtime's own constructor. */
function plainRequest({ url, method, headers, body, signal }: Request): Request {
  return new Request(url, { method, headers, body, signal, duplex: 'half' } as RequestInit);
}

/** The body of a request that must be JSON. */
export async function readJson(c: Context): Promise<unknown> {
  demandType(c, 'application/json');
  const text = await readText(c);
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('The body is not valid JSON.');
  }
}

/** The fields of a request that must be a form; none may come twice (RFC 6749 section 3.2). */
export async function readForm(c: Context): Promise<Map<string, string>> {
  demandType(c, 'application/x-www-form-urlencoded');
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await readText(c))) {
    if (fields.has(name)) throw badRequest('A form field comes twice.');
    fields.set(name, value);
  }
  return fields;
}

async function readText(c: Context): Promise<string> {
  return c.req.text().catch(brokenOff);
}

/** A body that breaks off is the client's doing, and nothing that an operator has to be told of. */
function brokenOff(cause: unknown): never {
  throw isSessionError(cause) ? cause : badRequest('The body broke off.');
}

function demandType(c: Context, type: string): void {
  const given = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (given !== type) throw badRequest(`The body must be sent as ${type}.`, 415);
}
