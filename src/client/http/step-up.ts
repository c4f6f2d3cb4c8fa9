import { SessionError } from '../../protocol/session-error.ts';

/**
 * Called when the API answers `step_up_required`: lets the person prove themselves again, and resolves when they have.
 * Rejecting means that they would not.
 */
export type StepUp = (request: { url: string; method: string }) => Promise<unknown>;

/**
 * One dialog at a time: requests that are refused meanwhile wait for it too.
 *
 * @returns a StepUp that rejects with SessionError `step_up_required`
 */
export function shareStepUp(stepUp: StepUp): StepUp {
  let running: Promise<unknown> | null = null;
  return async (request) => {
    running ??= (async () => stepUp(request))().finally(() => (running = null));
    try {
      await running;
    } catch (cause) {
      throw new SessionError('step_up_required', 'The API asks for a new proof of who this is, and none was given.', {
        cause,
      });
    }
  };
}
