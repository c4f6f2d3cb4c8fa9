// The floor of every server row: node:http that answers a JSON document as long as `GET /session`, and does nothing else.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { report } from './control.ts';

const body = JSON.stringify({ session: 'x'.repeat(480) });

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => report((server.address() as AddressInfo).port));
