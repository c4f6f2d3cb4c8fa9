/** A tab of an {@link Engine}. */
export interface Tab {
  /** Runs an expression in the page, and answers what it answers. */
  run(expression: string): Promise<unknown>;
  goTo(url: string): Promise<void>;
  reload(): Promise<void>;
  /** The back button. The page may not be there yet when this resolves. */
  back(): Promise<void>;
  close(): Promise<void>;
}

/** A real browser with a window, and how it is driven. */
export interface Engine {
  version: string;
  /** Opens `url` in a new tab. */
  open(url: string): Promise<Tab>;
  /** Cuts every tab off the network, or reconnects them. */
  setOffline(offline: boolean): Promise<void>;
  /** Ends the browser and starts it again with the same profile. Null: it keeps nothing. */
  restart: (() => Promise<void>) | null;
  /** Null: a page that somebody goes back to is restored as it was. Else why it is not. */
  noPageCache: string | null;
  /** Console errors, warnings and uncaught errors of all pages so far. */
  noise: string[];
  close(): Promise<void>;
}

/** Runs `script` in the page, with an argument that is JSON. It sees nothing else of the file it is written in. */
export async function inPage<T>(tab: Tab, script: () => T | Promise<T>): Promise<T>;
export async function inPage<T, A>(tab: Tab, script: (given: A) => T | Promise<T>, given: A): Promise<T>;
export async function inPage<T>(tab: Tab, script: (given?: unknown) => T | Promise<T>, given?: unknown): Promise<T> {
  return (await tab.run(`(${String(script)})(${JSON.stringify(given) ?? ''})`)) as T;
}
