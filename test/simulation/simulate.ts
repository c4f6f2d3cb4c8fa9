import { check } from './checks.ts';
import { finale } from './finale.ts';
import { play } from './play/play.ts';
import { tell } from './words.ts';
import type { History } from './steps.ts';
import { createWorld } from './world.ts';
import type { Violation } from './truth.ts';

/** What became of a history. */
export interface Outcome {
  violation: Violation | null;
  log: string[];
}

/** Plays one history to its end, or to the first broken promise. The same history always goes the same way. */
export async function simulate({ setting, steps }: History): Promise<Outcome> {
  const world = createWorld(setting);
  const { truth } = world;
  try {
    for (const [index, step] of steps.entries()) {
      truth.note(`--- ${index + 1}. ${tell(step)}`);
      await play(world, step);
      check(world, index);
      if (truth.violation) return { violation: truth.violation, log: truth.log };
    }
    await finale(world);
  } catch (error) {
    // The clock refuses to run for ever, the product threw where it may not: both are broken promises.
    truth.violate(5, String(error));
  }
  return { violation: truth.violation, log: truth.log };
}
