import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { promisify } from 'node:util';

/** A request of a program that is no browser. */
export interface RawRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  /** A form. */
  body?: string;
}

/** What came back. */
export interface RawAnswer {
  status: number;
  body: string;
}

/** Sends requests as a thief at a command line does. */
export interface RawClient {
  name: 'curl' | 'node:http';
  send(request: RawRequest): Promise<RawAnswer>;
}

const run = promisify(execFile);

/** curl where the machine has it, else Node's own client, which is as far from a browser. */
export async function rawClient(): Promise<RawClient> {
  const hasCurl = await run('curl', ['--version']).then(
    () => true,
    () => false,
  );
  return hasCurl ? { name: 'curl', send: byCurl } : { name: 'node:http', send: byNode };
}

async function byCurl({ method, url, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const given = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
  const data = body === undefined ? [] : ['--data-raw', body];
  const args = [
    '--silent',
    '--show-error',
    '--request',
    method,
    '--write-out',
    '\n%{http_code}',
    ...given,
    ...data,
    url,
  ];
  const { stdout } = await run('curl', args);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

function byNode({ method, url, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const type = body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...type, ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
