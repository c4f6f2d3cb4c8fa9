import fc from 'fast-check';

const host = 'Host: api.example.com\r\n';
const form = `POST /revoke HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\n`;
const get = (target: string, headers = host): string => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;

/** A request that nobody made, where two readers may not agree on where the one before it ends. */
export const smuggled: string = `POST /smuggled HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`;

/** A request that is fine, and its answer 200. */
export const honest: string = get('/time');

/** Requests whose length can be read in more than one way. Each is to be refused, and what follows it is not to be read. */
export const ambiguous: ReadonlyArray<readonly [name: string, bytes: string]> = [
  ['a length and chunks', `${form}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['chunks and a length', `${form}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
  ['two lengths', `${form}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n`],
  ['a length twice', `${form}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`],
  ['a list of lengths', `${form}Content-Length: 0, ${smuggled.length}\r\n\r\n`],
  ['a length with a plus', `${form}Content-Length: +0\r\n\r\n`],
  ['a length below zero', `${form}Content-Length: -1\r\n\r\n`],
  ['a length in hexadecimal', `${form}Content-Length: 0x0\r\n\r\n`],
  ['a length that overflows', `${form}Content-Length: 18446744073709551616\r\n\r\n`],
  ['a length with a space before its colon', `${form}Content-Length : 0\r\n\r\n`],
  ['an unknown transfer coding', `${form}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['no transfer coding by name', `${form}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
  ['chunks that are not the last coding', `${form}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ['two transfer codings', `${form}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
  ['a vertical tab before the coding', `${form}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`],
  ['a coding with a space before its colon', `${form}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
  ['a folded coding', `${form}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
  ['chunks in HTTP/1.0', `${form.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a folded header', `${form}X: a\r\n Content-Length: 5\r\nContent-Length: 0\r\n\r\n`],
  ['bare line feeds', `${form}Content-Length: 0\r\n\r\n`.replaceAll('\r', '')],
  ['a bare line feed between headers', `${form}X: a\nContent-Length: 0\r\n\r\n`],
  ['a bare carriage return between headers', `${form}X: a\rContent-Length: 0\r\n\r\n`],
  ['a zero byte in a header', `${form}X: a\0b\r\nContent-Length: 0\r\n\r\n`],
  ['a chunk below zero', `${form}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n0\r\n\r\n`],
  ['a chunk that overflows', `${form}Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n0\r\n\r\n`],
  ['a chunk without a length', `${form}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n0\r\n\r\n`],
  ['chunks that end in bare line feeds', `${form}Transfer-Encoding: chunked\r\n\r\n5\ntoken\n0\n\n`],
  ['a chunk that is longer than it says', `${form}Transfer-Encoding: chunked\r\n\r\n1\r\ntoken\r\n0\r\n\r\n`],
  ['an endless chunk extension', `${form}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(40_000)}\r\na\r\n0\r\n\r\n`],
];

const inChunks = '7\r\ntoken=a\r\n0\r\n\r\n';

/** Chunks under another transfer coding, which is not undone here. */
export const encoded: ReadonlyArray<readonly [name: string, bytes: string]> = [
  ['compressed chunks', `${form}Transfer-Encoding: gzip, chunked\r\n\r\n${inChunks}`],
  ['compressed chunks in capitals', `${form}TRANSFER-ENCODING: GZIP,CHUNKED\r\n\r\n${inChunks}`],
  ['codings in two headers', `${form}Transfer-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n${inChunks}`],
  ['a coding that is none, and chunks', `${form}Transfer-Encoding: identity, chunked\r\n\r\n${inChunks}`],
];

/** Other requests that no client makes, and the status that they get; null where the connection is just closed. */
export const strange: ReadonlyArray<readonly [name: string, bytes: string, status: number | null]> = [
  ['a request line without a version', `GET /time\r\n${host}\r\n`, 400],
  ['a line break in the target', `GET /time\r\nX-Injected: 1 HTTP/1.1\r\n${host}\r\n`, 400],
  ['an encoded line break in the target', get('/time%0d%0aSet-Cookie:%20a=b'), 404],
  ['a zero byte in the target', get('/ti\0me'), 400],
  ['a byte above ASCII in the target', get('/ti\xffme'), 400],
  ['broken percent signs in the target', get('/%zz%E0%A4%A'), 404],
  ['dots in the target', get('/../../etc/passwd'), 404],
  ['a target with two slashes', get('//other.example.com/time'), 404],
  ['a target with a backslash', get('/\\other.example.com/time'), 400],
  ['a target that is a whole URL', get('http://api.example.com/time'), 200],
  ['a target of another scheme', get('ftp://api.example.com/time'), 400],
  ['a target that is an authority', get('other.example.com:443'), 400],
  ['a tunnel', `CONNECT other.example.com:443 HTTP/1.1\r\n${host}\r\n`, null],
  ['a target that is an asterisk', `OPTIONS * HTTP/1.1\r\n${host}\r\n`, 400],
  ['no target', `GET  HTTP/1.1\r\n${host}\r\n`, 400],
  ['a request line of 100 kB', get(`/${'a'.repeat(100_000)}`), 431],
  ['a method of 100 kB', `${'A'.repeat(100_000)} / HTTP/1.1\r\n${host}\r\n`, 400],
  ['an unknown method', `HACK /time HTTP/1.1\r\n${host}\r\n`, 400],
  ['TRACE', `TRACE /time HTTP/1.1\r\n${host}\r\n`, 405],
  ['a header of 100 kB', get('/time', `${host}X: ${'a'.repeat(100_000)}\r\n`), 431],
  ['thousands of headers', get('/time', host + 'a: b\r\n'.repeat(3000)), 431],
  ['many small headers', get('/time', host + 'a:b\r\n'.repeat(500)), 200],
  ['headers that are names of prototypes', get('/time', `${host}__proto__: x\r\nconstructor: y\r\n`), 200],
  ['a header without a name', get('/time', `${host}: x\r\n`), 400],
  ['a header without a colon', get('/time', `${host}nonsense\r\n`), 400],
  ['a header name with brackets', get('/time', `${host}X[]: x\r\n`), 400],
  ['two hosts', get('/time', `${host}Host: other.example.com\r\n`), 400],
  ['no host', get('/time', ''), 400],
  ['an empty host', get('/time', 'Host:\r\n'), 400],
  ['a host with a path', get('/time', 'Host: api.example.com/x\r\n'), 400],
  ['a host with a user', get('/time', 'Host: user@api.example.com\r\n'), 400],
  ['a host that is markup', get('/time', 'Host: <script>\r\n'), 400],
  ['a host with a port that is none', get('/time', 'Host: api.example.com:99999\r\n'), 400],
  ['a version that is none', `GET /time HTTP/9.9\r\n${host}\r\n`, 400],
  ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 400],
  ['the beginning of TLS', `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'\0'.repeat(500)}`, 400],
  ['an upgrade to HTTP/2', get('/time', `${host}Connection: Upgrade\r\nUpgrade: h2c\r\n`), 200],
  ['an expectation that is none', `${form}Expect: nonsense\r\nContent-Length: 7\r\n\r\ntoken=a`, 417],
  ['a body that breaks off', `${form}Content-Length: 100\r\n\r\ntoken=a`, 400],
  ['chunks that break off', `${form}Transfer-Encoding: chunked\r\n\r\n7\r\ntoken=a\r\n`, 400],
  ['a body for a reader', get('/time', `${host}Content-Length: ${smuggled.length}\r\n`) + smuggled, 200],
];

const bases = [
  ...[...ambiguous, ...encoded].map(([, bytes]) => bytes),
  ...strange.map(([, bytes]) => bytes),
  honest,
  smuggled,
]
  .filter((bytes) => bytes.length < 2000)
  .concat(
    `${form}Content-Length: 7\r\n\r\ntoken=a`,
    `${form}Transfer-Encoding: chunked\r\n\r\n7\r\ntoken=a\r\n0\r\n\r\n`,
  );

const scraps = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  '%',
  '\xff',
  '\r\n\r\n',
  '0\r\n\r\n',
  'Content-Length: 1\r\n',
  host,
];

/** One change of the text at a place: a byte in the place of another, something put in, left out, or said twice. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 20 }),
  kind: fc.constantFrom('replace', 'insert', 'leave out', 'repeat', 'cut off'),
  scrap: fc.oneof(
    fc.constantFrom(...scraps),
    fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)),
  ),
});

/** Requests of the tables with some changes, up to three in a row. */
export const mutated: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom(...bases), fc.array(change, { maxLength: 4 })), { minLength: 1, maxLength: 3 })
  .map((requests) =>
    requests.map(([base, changes]) => changes.reduce((text, each) => changed(text, each), base)).join(''),
  );

function changed(
  text: string,
  { at, length, kind, scrap }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): string {
  const from = Math.floor(at * text.length);
  const [before, part, after] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
  if (kind === 'replace') return before + scrap + text.slice(from + 1);
  if (kind === 'insert') return before + scrap + part + after;
  if (kind === 'leave out') return before + after;
  return kind === 'repeat' ? before + part + part + after : before;
}
