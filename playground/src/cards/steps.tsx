import type { ReactElement } from 'react';
import { CheckIcon } from '../parts/icons.tsx';
import { isDone, steps, type Step } from '../world/steps.ts';
import { useStore } from '../world/store.ts';

const list: ReadonlyArray<readonly [Step, string, string]> = [
  ['sign_in', 'Sign in', 'Pick a person below.'],
  ['tabs', 'Open two more tabs', 'They are signed in already.'],
  ['refresh', 'Watch one refresh', 'One tab asks for all.'],
  ['offline', 'Pull the plug', 'Still signed in, offline.'],
  ['sign_out', 'Sign out in one tab', 'All of them go, at once.'],
];

/** What to try, ticked off as it happens. */
export function Steps(): ReactElement {
  const done = useStore(steps);
  const next = list.find(([step]) => !isDone(done, step))?.[0];
  return (
    <section className="steps" aria-labelledby="steps-title">
      <div className="steps-head">
        <h2 id="steps-title">Five things to try</h2>
        <button type="button" className="link" onClick={steps.startOver} disabled={done === ''}>
          Start over
        </button>
      </div>
      <ol>
        {list.map(([step, title, text], index) => {
          const isTicked = isDone(done, step);
          return (
            <li key={step} className={isTicked ? 'done' : step === next ? 'next' : ''}>
              <span className="step-mark" aria-hidden="true">
                {isTicked ? <CheckIcon /> : index + 1}
              </span>
              <span>
                <strong>
                  {title}
                  {isTicked && <span className="visually-hidden"> (done)</span>}
                </strong>
                <span className="hint">{text}</span>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
