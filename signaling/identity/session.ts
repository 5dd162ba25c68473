/** Who is calling: a session, and what carries it. */

/** Who is calling, as a verified token says. */
export interface Session {
  readonly userId: string;
  readonly name: string;
  /** Ids of the chats this user is a member of, oldest first. */
  readonly chats: readonly string[];
  /** The chats that this user made: there they may free seats. */
  readonly own?: readonly string[];
  /** Its token names other chats than the user has by now: they left one, or joined one elsewhere. It is to be signed anew. */
  readonly isOld?: boolean;
  /** Signed by this server, for somebody without a host application; only such a session is renewed here. */
  readonly isGuest: boolean;
  /** When its token was issued (0: it does not say), in ms since 1970. */
  readonly issuedAt: number;
  /** When its token stops being believed, in ms since 1970: from then on it speaks for no more than a call that goes on (R20). */
  readonly expiresAt: number;
}

/** A renewed session, its token, and the `Set-Cookie` values that carry that to a browser. */
export interface Renewed {
  readonly session: Session;
  readonly token: string;
  readonly cookie: readonly string[];
}
