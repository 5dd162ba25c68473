/** What a token says of its user (RFC 7519). It is the server that believes it or not; here it is only shown. */

/** Who a token speaks for. */
export interface Claims {
  readonly userId: string;
  readonly name: string;
  /** Oldest first. */
  readonly chats: readonly string[];
  /** When half of its time is over, in ms since 1970. */
  readonly halfAt: number;
}

/** The claims of a token; `null` where it is none. */
export function claimsOf(token: string): Claims | null {
  try {
    const claims = JSON.parse(textOf(token.split(".")[1]!));
    const { sub, name, chats, iat = 0, exp } = claims as Record<string, unknown>;
    if (!Array.isArray(chats) || sub === undefined) return null;
    const halfAt = (Number(iat) + Number(exp)) * 500;
    return { userId: String(sub), name: String(name ?? sub), chats: chats.map(String), halfAt };
  } catch {
    return null;
  }
}

/** In whose name a pass for a second device is; empty where it does not say. */
export function nameIn(pass: string): string {
  try {
    return String(JSON.parse(textOf(pass.split(".")[1]!)).name ?? "");
  } catch {
    return "";
  }
}

/** UTF-8 in base64url (RFC 4648, section 5). Hermes has no `TextDecoder`. */
function textOf(base64url: string): string {
  const binary = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return decodeURIComponent(
    Array.from(binary, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`).join(""),
  );
}
