import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from './until.ts';

/** A folder that a browser keeps its things in. */
export interface Profile {
  folder: string;
  /** After the browser has ended. Its children write a little longer than it lives. */
  remove(): Promise<void>;
}

export function makeProfile(): Profile {
  const folder = mkdtempSync(path.join(tmpdir(), 'sojourn-browser-'));
  return {
    folder,
    remove: async () => void (await until('the profile is removed', () => isRemoved(folder))),
  };
}

function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}
