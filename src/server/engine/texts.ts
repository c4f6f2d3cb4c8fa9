/** Half of a surrogate pair. UTF-8 has no form for it: two texts that differ in such halves only would become one. */
const half = /\p{Surrogate}/u;

/** Whether it is a text of 1 to `longest` characters that reads the same after it was stored. */
export function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest && !half.test(value);
}

/** The beginning of a text of strangers, as it can be stored: what has no form is replaced. */
export function shortened(text: string, longest: number): string {
  return text.slice(0, longest).replace(new RegExp(half, 'gu'), '\u{FFFD}');
}
