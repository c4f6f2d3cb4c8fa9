import type { Call } from './recorded.ts';

/** What the runner needs to know about one block, and how its results are looked at. */
export interface Driver {
  /** The heading that the block stands under, so that a document that changed is noticed. */
  heading: string;
  /** TypeScript declarations of what the document leaves free; for the compiler. */
  ambient?: string;
  /** Names that the document leaves free; given to each run. */
  free?: string[];
  /** Names that the block defines and the driver looks at. */
  made?: string[];
  play(stage: Stage): Promise<void>;
}

/** What a driver works with. */
export interface Stage {
  /** Runs the block once, with values for its free names; answers what it made. */
  run(free?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** A module that the block imports, or a facade. */
  load(name: string): Promise<unknown>;
  /** Calls that the block and the driver made of what was imported, oldest first. */
  calls: Call[];
  check: Check;
}

/** Says what is looked at, then looks. The first thing that is not as it should be ends the run. */
export interface Check {
  equal(what: string, actual: unknown, expected: unknown): void;
  ok(what: string, holds: boolean): void;
  /** The error is matched as text: its code, where it has one, its name and its message. */
  fails(what: string, attempt: () => Promise<unknown>, text: RegExp): Promise<void>;
}
