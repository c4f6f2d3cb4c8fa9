import fc from 'fast-check';

/** A text as a plan has it: written out, repeated, or something that a server said before. Plans never hold a secret. */
export type Text = string | Repeated | Live;

/** So long that nobody wants to see it printed. */
export interface Repeated {
  repeat: string;
  times: number;
}

/** What a server said before: the newest of its kind, or an older one; spoilt by one character perhaps. */
export interface Live {
  live: LiveKind;
  back: number;
  spoilt: boolean;
}

export const liveKinds = ['access', 'refresh', 'revocation', 'session', 'cursor', 'remember', 'user', 'type'] as const;

/** Kinds of things that a server says and takes back. */
export type LiveKind = (typeof liveKinds)[number];

export function isRepeated(text: unknown): text is Repeated {
  return typeof text === 'object' && text !== null && 'repeat' in text && 'times' in text;
}

export function isLive(text: unknown): text is Live {
  return typeof text === 'object' && text !== null && 'live' in text && 'back' in text;
}

const nasty = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '..',
  '../../etc/passwd',
  '%00',
  '%E0%A4%A',
  '%2F',
  'a\r\nSet-Cookie: a=b',
  'a\nb',
  '\u0000',
  '\u202E',
  '\uFEFF',
  '\uD800',
  'é',
  '日本語',
  '👩‍👩‍👧‍👦',
  "' OR 1=1 --",
  '${7*7}',
  '<script>',
  '{"a":1}',
  '[]',
  '"',
  '\\',
  ';',
  ',',
  '=',
  '*',
  'default',
  'session_',
];

/** Texts that break what was written without thinking of them. */
export const hostileText: fc.Arbitrary<Text> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.record({
      repeat: fc.constantFrom('x', '%', '=', 'é', '[', '{"a":', '\u0000'),
      times: fc.constantFrom(100, 300, 5000, 40_000),
    }),
  },
);

/** Something of a kind that the server said before. */
export function liveText(kind: LiveKind): fc.Arbitrary<Text> {
  return fc.record({
    live: fc.constant(kind),
    back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) }),
    spoilt: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });
}

/** Any kind of live text, also where it does not belong. */
export const anyLiveText: fc.Arbitrary<Text> = fc.constantFrom(...liveKinds).chain(liveText);
