import { isSessionError, SessionError } from '../../protocol/session-error.ts';
import type { Authorization, Authorizer } from '../core/authorizer.ts';
import { linkSignals, untilAborted } from './link-signals.ts';

/**
 * Called when the API answers `step_up_required`: lets the person prove themselves again, and resolves when they have.
 * Rejecting means that they would not.
 */
export type StepUp = (request: { url: string; method: string }) => Promise<unknown>;

/** Parks a request until its person has proven themselves. */
export type Park = (request: Request, auth: Authorization, signal: AbortSignal) => Promise<void>;

/**
 * One dialog at a time: requests that are refused meanwhile wait for it too. They wait for as long as their person is the one
 * who is signed in; a new session of the same person does not matter, it may be what the dialog was for.
 *
 * @returns a Park that rejects with SessionError `step_up_required`, or with why the person is not signed in any more
 */
export function shareStepUp(stepUp: StepUp, authorizer: Pick<Authorizer, 'authorize'>): Park {
  let running: Promise<unknown> | null = null;

  function open(request: Request): Promise<unknown> {
    const dialog = (async () => stepUp(request))().finally(() => close(dialog));
    return dialog;
  }

  function close(dialog: Promise<unknown>): void {
    if (running === dialog) running = null;
  }

  return async (request, given, signal) => {
    const dialog = (running ??= open(request));
    for (let auth = given; ;) {
      try {
        await untilAborted(dialog, linkSignals(signal, auth.signal as AbortSignal));
        return;
      } catch (cause) {
        if (signal.aborted) throw cause;
        if (!auth.signal.aborted)
          throw new SessionError(
            'step_up_required',
            'The API asks for a new proof of who this is, and none was given.',
            { cause },
          );
        auth = await authorizer.authorize(given.userId).catch((error: unknown) => {
          // Nobody is left to answer. The next person gets a dialog of their own.
          close(dialog);
          throw isSessionError(cause) ? cause : error;
        });
      }
    }
  };
}
