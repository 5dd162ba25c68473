/**
 * Passes: short-lived signed tokens for a way into a session, none of which is kept here. Each kind is signed with a key of its own, so
 * that no pass can stand for another kind, or for a session.
 */

import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { chatId, displayName, userId } from "../../shared/protocol/formats.ts";
import { randomId } from "../random_id.ts";
import { cookiesOf, SESSION_SECONDS } from "./session_cookie.ts";

/** How long the join form that came with a visitor's pass is good, in seconds. */
const VISIT_SECONDS = 24 * 3600;

/** How long a link for a second device is good, in seconds. */
export const DEVICE_SECONDS = 10 * 60;

/** The cookie that whoever sees a join form brings back: it proves that the browser keeps cookies, and makes a repeat the same join. */
const VISIT_COOKIE = "zvonok_visit";

const visit = z.object({ sub: userId });
const device = z.object({ sub: userId, name: displayName, chat: chatId, jti: z.string(), exp: z.number() });

/** Whom a second device will speak for, and the chat to open there. */
export interface DevicePass {
  readonly userId: string;
  readonly name: string;
  readonly chatId: string;
}

/** Of a pass that is good once: its id, and when it is out of date, in ms since 1970. */
export interface Once {
  readonly id: string;
  readonly expiresAt: number;
}

/** Signs and reads passes. `secrets`: those of sessions; the first signs, all verify. */
export class Passes {
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** For whoever sees a join form: the id that the user will have who joins with it. A repeat of the same join is the same user. */
  visit(): Promise<string> {
    return this.#sign("visit", new SignJWT().setSubject(randomId()), VISIT_SECONDS);
  }

  /** The user id in a visitor's pass; `null` where it is not ours, or out of date. */
  async visitor(pass: string): Promise<string | null> {
    const parsed = visit.safeParse(await this.#payload("visit", pass));
    return parsed.success ? parsed.data.sub : null;
  }

  /** For a link that opens the same user on another device, once. */
  device({ userId, name, chatId }: DevicePass): Promise<string> {
    return this.#sign(
      "device",
      new SignJWT({ name, chat: chatId }).setSubject(userId).setJti(randomId()),
      DEVICE_SECONDS,
    );
  }

  /** Whom a device's pass speaks for, if nobody has used it; `null` where it is not ours, or out of date. */
  async readDevice(pass: string): Promise<DevicePass & Once | null> {
    const parsed = device.safeParse(await this.#payload("device", pass));
    if (!parsed.success) return null;
    const { sub, name, chat, jti, exp } = parsed.data;
    return { userId: sub, name, chatId: chat, id: jti, expiresAt: exp * 1000 };
  }

  #sign(kind: string, token: SignJWT, seconds: number): Promise<string> {
    const key = keyOf(kind, this.#secrets[0]!);
    return token.setProtectedHeader({ alg: "HS256" }).setExpirationTime(`${seconds}s`).sign(key);
  }

  async #payload(kind: string, pass: string): Promise<unknown> {
    for (const secret of this.#secrets) {
      try {
        return (await jwtVerify(pass, keyOf(kind, secret), { algorithms: ["HS256"], requiredClaims: ["exp"] })).payload;
      } catch {
        // Signed with another one of the secrets, or not to be believed at all.
      }
    }
    return null;
  }
}

function keyOf(kind: string, secret: string): Uint8Array {
  return new TextEncoder().encode(`zvonok ${kind} pass\n${secret}`);
}

/** The visitor's pass that a request brings; `null` without one. */
export function visitPassOf(headers: Headers): string | null {
  return cookiesOf(headers).get(VISIT_COOKIE) ?? null;
}

/**
 * The `Set-Cookie` value for a visitor's pass, or, `null`, for its end. It outlives the pass: one that is out of date is told from one
 * that never came back.
 */
export function visitCookie(pass: string | null, secure: boolean): string {
  const life = pass === null ? 0 : SESSION_SECONDS;
  return `${VISIT_COOKIE}=${pass ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${life}${secure ? "; Secure" : ""}`;
}
