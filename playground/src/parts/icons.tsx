import type { ReactElement } from 'react';

const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 2,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

export function CheckIcon(): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" {...stroke}>
      <path d="M3.5 8.5 6.5 11.5 12.5 4.5" />
    </svg>
  );
}

/** The doorway of the house where one stays. */
export function Mark(): ReactElement {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M9 24V14a7 7 0 0 1 14 0v10" />
      <circle cx="16" cy="19" r="2.4" />
    </svg>
  );
}
