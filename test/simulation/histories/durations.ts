/** Milliseconds of a second. */
export const second = 1000;
/** Milliseconds of a minute. */
export const minute: number = 60 * second;
/** Milliseconds of an hour. */
export const hour: number = 60 * minute;
