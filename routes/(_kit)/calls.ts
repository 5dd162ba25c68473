/** Calls of a chat that its pages tell of: the newest. */
export const CALLS_SHOWN = 50;
