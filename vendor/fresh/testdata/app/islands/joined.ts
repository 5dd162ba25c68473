export const joined = (...values: unknown[]) => values.join("|");
