import type { ReactElement, ReactNode } from 'react';

export type Tone = 'good' | 'warn' | 'bad' | 'off';

/** A state in words, with a mark whose shape says the same as its colour. */
export function StateDot({ tone, children }: { tone: Tone; children: ReactNode }): ReactElement {
  return (
    <span className={`state ${tone}`}>
      <span className="dot" aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}
