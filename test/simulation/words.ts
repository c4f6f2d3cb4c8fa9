import type { History, Step } from './steps.ts';

/** A duration as people say it. */
function spell(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1000) return `${ms} ms`;
  if (size < 60_000) return `${round(ms / 1000)} s`;
  if (size < 3_600_000) return `${round(ms / 60_000)} min`;
  return `${round(ms / 3_600_000)} h`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A step as a line that a person can read. */
export function tell(step: Step): string {
  const { do: verb, ...rest } = step;
  const words = Object.entries(rest).map(([name, value]) => {
    if (name === 'at') return `tab ${(value as number) + 1}`;
    if (name === 'ms') return spell(value as number);
    if (name === 'skewMs') return value === 0 ? '' : `its clock ${spell(value as number)} off`;
    if (name === 'user') return ['ada', 'bob'][value as number];
    if (name === 'remember') return value ? 'remembered' : '';
    return String(value);
  });
  return [verb, ...words].filter(Boolean).join(', ').replaceAll('_', ' ');
}

/** A history, line by line. */
export function tellHistory({ setting, steps }: History): string {
  const { mode, vault, accessMs, idleMs, absoluteMs, onIdentityChange, seed } = setting;
  const idle = idleMs === null ? 'never idle' : `idle after ${spell(idleMs)}`;
  const head = `${mode} tokens of ${spell(accessMs)}, ${vault} vault, ${idle}, at most ${spell(absoluteMs)}, identity change: ${onIdentityChange}, seed ${seed}`;
  return [head, ...steps.map((step, index) => `${String(index + 1).padStart(3)}. ${tell(step)}`)].join('\n');
}
