/** Each member of a union without some of its fields; `Omit` would keep only what all of them have. */
export type OmitEach<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never;
