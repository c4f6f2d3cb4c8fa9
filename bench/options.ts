/** What the command line asks of every part. */
export interface BenchOptions {
  /** Measures with a million sessions, too, which takes minutes and gigabytes. */
  full: boolean;
  /** How many rounds the parts `peers` and `races` count; null for their own number. */
  rounds: number | null;
}
