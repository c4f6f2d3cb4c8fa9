import * as fc from 'fast-check';

/** One of the values. What is written twice comes twice as often. */
export const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
