import { useIdle, useSession, useSessionManager } from 'sojourn/react';
import { useEffect, useRef, type ReactElement } from 'react';
import { useNow } from '../parts/use-now.ts';
import { countdown } from '../words/times.ts';
import { signOut } from '../world/farewell.ts';

/** Asks whether somebody is still there. Open in every tab at once; an answer in one closes it in all. */
export function IdleDialog(): ReactElement | null {
  const isSignedIn = useSession((state) => state.status === 'authenticated');
  const { phase, deadline } = useIdle();
  return isSignedIn && phase === 'warning' && deadline !== null ? <Question deadline={deadline} /> : null;
}

function Question({ deadline }: { deadline: number }): ReactElement {
  const { stayActive } = useSessionManager();
  const dialog = useRef<HTMLDialogElement>(null);
  const leftMs = Math.max(0, deadline - useNow());

  useEffect(() => {
    const element = dialog.current;
    const focused = document.activeElement;
    const title = document.title;
    element?.showModal();
    return () => {
      element?.close();
      document.title = title;
      if (focused instanceof HTMLElement) focused.focus();
    };
  }, []);

  const time = countdown(leftMs);
  useEffect(() => {
    document.title = `${time} · still there?`;
  }, [time]);

  return (
    <dialog
      ref={dialog}
      className="question"
      role="alertdialog"
      aria-labelledby="question-title"
      aria-describedby="question-text"
      onCancel={(event) => {
        event.preventDefault();
        stayActive();
      }}
    >
      <h2 id="question-title">Still there?</h2>
      <p id="question-text">Nobody was active for a while, so you will be signed out in</p>
      <p className="question-time" role="timer" aria-live="off">
        {time}
      </p>
      {/* A dialog that opens focuses the first thing in it that can be: the answer that loses nothing. */}
      <div className="row">
        <button type="button" className="button primary" onClick={stayActive}>
          Stay signed in
        </button>
        <button type="button" className="button" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
      <p className="visually-hidden" aria-live="assertive">
        {spoken(leftMs)}
      </p>
    </dialog>
  );
}

/** What is said aloud: at the start of each step, not every second. */
function spoken(leftMs: number): string {
  const left = Math.ceil(leftMs / 1000);
  const step = [10, 20, 30, 60, 120].find((limit) => left <= limit);
  return step === undefined ? 'You will be signed out soon.' : `You will be signed out in ${step} seconds or less.`;
}
