// What is made of many rounds.

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  if (upper === undefined) throw new Error('Nothing was measured.');
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper;
}

/**
 * Runs every case once a round, in an order that turns with the rounds so that no case always runs behind the same other one.
 * The first `warmUp` rounds are not counted. Answers what each case measured, round by round.
 */
export async function interleaved<Name extends string, Value = number>(
  cases: Record<Name, (round: number) => Promise<Value>>,
  { rounds, warmUp }: { rounds: number; warmUp: number },
): Promise<Record<Name, Value[]>> {
  const names = Object.keys(cases) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Value[]])) as Record<Name, Value[]>;
  for (let round = 0; round < warmUp + rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + round) % names.length] as Name;
      const value = await cases[name](round);
      if (round >= warmUp) measured[name].push(value);
    }
  }
  return measured;
}
