/** Who takes part in calls: users by their devices, on one side or the other. */

/** A device of a user: what a delivery goes to and a message comes from. */
export interface Endpoint {
  readonly user: string;
  readonly device: string;
}

/** The sender of a message: a device, and its user's name. */
export interface Sender extends Endpoint {
  readonly name: string;
}

/** A side of a call. */
export type Side = "caller" | "callee";
