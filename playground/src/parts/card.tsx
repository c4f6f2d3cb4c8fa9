import { useId, type ReactElement, type ReactNode } from 'react';

interface CardProps {
  title: ReactNode;
  /** One line that says what this is. */
  note?: ReactNode;
  /** Beside the title. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A region of the page with a heading. */
export function Card({ title, note, aside, className = '', children }: CardProps): ReactElement {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {note && <p className="note">{note}</p>}
      {children}
    </section>
  );
}
