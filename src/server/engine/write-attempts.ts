/**
 * Attempts of a write that named no version, before it gives up to faster writers. Each time that it loses somebody else has
 * won, so as many writers as this all have their turn; one that others never let through ends with an error.
 */
export const writeAttempts = 1000;
