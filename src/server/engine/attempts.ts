/** Characters of one attempt tag: 60 bits in base64url. */
export const tagLength = 10;
const slots = 5;
/** The tag of no key that anybody can find: tags are made under a secret. In the alphabet, so that a store can pack the ring. */
const blank = '----------';

/** The ring after a rotation with `tag`, `forgotten` generations ahead of what the store knew. Those get blanks. */
export function pushAttempt(ring: string, tag: string, forgotten: number): string {
  return (tag + blank.repeat(Math.min(forgotten, slots - 1)) + ring).slice(0, slots * tagLength);
}

/** What the ring holds for the attempt `back` generations ago (0 is the newest): its tag, a blank, or nothing any more. */
export function attemptAt(ring: string, back: number): string | 'blank' | null {
  if (back >= slots || (back + 1) * tagLength > ring.length) return null;
  const tag = ring.slice(back * tagLength, (back + 1) * tagLength);
  return tag === blank ? 'blank' : tag;
}
