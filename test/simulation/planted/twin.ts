/** A broken copy of the product: some of its lines are other lines. */
export interface Twin {
  name: string;
  edits: readonly Edit[];
}

/** What stands in a file, and what stands there in the twin. */
export interface Edit {
  /** From the root of the repository. */
  file: string;
  /** Found exactly once, unless `all`. */
  find: string;
  put: string;
  all?: boolean;
}

/** The text with the edits in it. @throws Error when the product has moved on and there is nothing to edit any more */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((now, { file, find, put, all = false }) => {
    const places = now.split(find).length - 1;
    if (places === 0 || (places > 1 && !all)) throw new Error(`${file}: found ${places} times: ${find}`);
    return now.replaceAll(find, () => put);
  }, text);
}
