export { createDate, isWithinExpirationDate } from './expiration-date.ts';
export { TimeSpan, type TimeSpanUnit } from './time-span.ts';
