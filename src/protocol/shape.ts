/** Whether a value is what it should be. */
export type Check = (value: unknown) => boolean;

/**
 * Checks of the few values that a page reads before anything else: its own record and its own messages. zod checks everything
 * that strangers send; it is worth more bytes than a page should wait for to show who is signed in.
 */
export const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);

/** A whole number that counts something. */
export const isCount: Check = (value) => Number.isInteger(value) && (value as number) >= 0;

/** A text with something in it, and not without end. */
export const isText: Check = (value) => typeof value === 'string' && value !== '' && value.length <= 16_384;

export const isObject: Check = (value) => typeof value === 'object' && value !== null;

/** Exactly one of these values. */
export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

/** Null, or what `check` says. */
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** An object whose own members are what they should be. It may have others. */
export const hasShape =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) &&
    Object.entries(members).every(([name, check]) => check(Object.getOwnPropertyDescriptor(value, name)?.value));
