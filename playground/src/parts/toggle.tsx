import type { ReactElement, ReactNode } from 'react';

interface ToggleProps {
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}

/** A switch with its label. */
export function Toggle({ on, onChange, children, hint, disabled = false }: ToggleProps): ReactElement {
  return (
    <label className="toggle">
      <span className="toggle-text">
        {children}
        {hint && <span className="hint">{hint}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}
