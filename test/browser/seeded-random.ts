/** A random source that a test prints the seed of, so that its run can be had again (mulberry32). */
export function seededRandom(seed: number = Number(process.env['SOJOURN_SEED'] ?? Date.now() % 1_000_000)): {
  seed: number;
  random: () => number;
} {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, random };
}
