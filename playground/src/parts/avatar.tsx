import type { ReactElement } from 'react';
import { initialsOf } from '../world/people.ts';

export function Avatar({ name, large = false }: { name: string; large?: boolean }): ReactElement {
  return (
    <span className={large ? 'avatar large' : 'avatar'} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
