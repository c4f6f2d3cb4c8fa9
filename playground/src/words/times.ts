const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const clockShort = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

/** `14:05:09` */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** `14:05` today, `Fri, 21 Nov, 14:05` on other days. */
export function moment(at: number, now: number): string {
  const isToday = day.format(at) === day.format(now);
  return isToday ? clockShort.format(at) : `${day.format(at)}, ${clockShort.format(at)}`;
}

/** `24 s`, `3 min`, `12 h`, `14 days`: the one number that matters. */
export function seconds(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** `2:41`, `1:02:41`: a countdown. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** `just now`, `a minute ago`, `3 min ago` */
export function ago(at: number, now: number): string {
  const s = (now - at) / 1000;
  if (s < 20) return 'just now';
  return s < 90 ? 'a minute ago' : `${seconds(Math.max(s, 120) * 1000)} ago`;
}
