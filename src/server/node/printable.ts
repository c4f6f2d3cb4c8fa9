/** A text as a terminal may show it: what strangers wrote must not move its cursor or change its colours. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}
