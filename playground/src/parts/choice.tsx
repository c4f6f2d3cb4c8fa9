import { useId, type ReactElement } from 'react';

interface ChoiceProps<T extends string> {
  legend: string;
  /** Whether the legend is for screen readers only. */
  quiet?: boolean;
  options: ReadonlyArray<readonly [value: T, label: string]>;
  value: T;
  onChange: (value: T) => void;
  disabled?: boolean;
}

/** A few options, one of them chosen: radio buttons side by side. */
export function Choice<T extends string>(props: ChoiceProps<T>): ReactElement {
  const { legend, quiet = false, options, value, onChange, disabled = false } = props;
  const name = useId();
  return (
    <fieldset className="choice" disabled={disabled}>
      <legend className={quiet ? 'visually-hidden' : ''}>{legend}</legend>
      <div className="choice-options">
        {options.map(([each, label]) => (
          <label key={each}>
            <input type="radio" name={name} checked={each === value} onChange={() => onChange(each)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
