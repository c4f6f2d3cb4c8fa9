import { isSessionError } from '../../protocol/session-error.ts';

const attempts = 20;
const longestPauseMs = 50;

/** Does a read, change and compare-and-set again when somebody else was quicker; gives up after twenty times. */
export async function repeatOnConflict<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!isSessionError(error) || error.code !== 'version_conflict' || attempt === attempts) throw error;
      // Those that collided do not collide again at once.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * longestPauseMs));
    }
  }
}
