/** Composes the signaling server from its configuration: tokens, hub, socket. The web application stands on top of it. */

import { createHash, timingSafeEqual } from "node:crypto";
import { AddressRates } from "./address_rates.ts";
import { type Credential, credentialOf, explain, Tokens } from "./identity/auth.ts";
import type { Config } from "./config.ts";
import { Guests } from "./identity/guests.ts";
import { randomId } from "./random_id.ts";
import type { Renewed, Session } from "./identity/session.ts";
import { httpError, tooMany, unavailable } from "./http/responses.ts";
import { MemoryEngine } from "./engine/memory.ts";
import { RedisEngine } from "./engine/redis/redis.ts";
import { Hub } from "./hub.ts";
import { OUTLIVED_MS } from "./identity/lifetime.ts";
import { grantFor, type IceGrant } from "./ops/ice.ts";
import { consoleLog, type Log, type LogEvents } from "./ops/log.ts";
import { LoopDelay } from "./ops/loop_delay.ts";
import { metricsText } from "./ops/metrics.ts";
import { asWord, Notices } from "./ops/notices.ts";
import { mayAct, mayConnect, type Proof, sourceOf, whyRefused } from "./http/origin.ts";
import { Passes } from "./identity/passes.ts";
import type { CallLog } from "./log/call_log.ts";
import { CallRecords } from "./log/call_records.ts";
import { openCallLog } from "./log/open_log.ts";
import { cookieTokenOf, sessionCookies } from "./identity/session_cookie.ts";
import { upgrade } from "./http/socket.ts";
import { openSubscriptions } from "./push/open_subscriptions.ts";
import { PushDesk } from "./push/push_desk.ts";
import { turnCheck } from "./ops/turn_check.ts";
import { addressOf, originsOf } from "./http/visit.ts";
import { Webhook } from "./log/webhook.ts";

const PROMETHEUS = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };

/** When this process started, in ms since 1970. */
const STARTED_AT = performance.timeOrigin;

/** How often clients should say `ping`, in ms. */
export const PING_MS = 15_000;

/** More than this of cookies may not get through proxies that nobody told to take it: nginx and Apache take lines of 8 kB. */
const TIGHT_HEAD_BYTES = 7_500;

/** R19: how long a server that leaves goes on trying to tell of the calls that ended, in ms. */
const LAST_WORDS_MS = 4_000;

/** One signaling server: state and doors, no socket of its own to listen on. */
export class SignalingServer {
  readonly hub: Hub;
  readonly #config: Config;
  readonly #webhook: Webhook | null;
  readonly #records: CallRecords;
  readonly #tell: Log;
  /** `null`: nobody is told of a call by push. */
  readonly push: PushDesk | null;
  #log: CallLog | null = null;
  readonly #tokens: Tokens;
  readonly #passes: Passes;
  readonly #rates: AddressRates;
  readonly #notices: Notices;
  readonly #loopDelay = new LoopDelay();
  readonly #turnCheck: (() => Promise<string | null>) | null;

  /** `clock`: wall clock in ms since 1970, for what tokens say. `log`: who is told what happens. */
  constructor(config: Config, clock: () => number = Date.now, log = consoleLog(config.log)) {
    this.#config = config;
    this.#tell = log;
    this.#notices = new Notices(() => performance.now(), log);
    const { sessionSecrets, hostSecrets, jwksUrl, issuer, audience } = config;
    const session = sessionSecrets.length > 0 ? sessionSecrets : [randomId() + randomId()];
    this.#passes = new Passes(session);
    this.#tokens = new Tokens({ session, host: hostSecrets, jwksUrl, issuer, audience }, clock);
    this.#turnCheck = config.readyCheckTurn ? turnCheck(config.ice) : null;
    const ticks = () => performance.now();
    this.#rates = new AddressRates({
      socketsPerMinute: config.socketsPerMinute,
      secret: config.redisUrl === null ? null : session[0]!,
      now: ticks,
    });
    const onLost = (lost: LogEvents["report-lost"]) => this.#notices.say("report", "report-lost", lost);
    const webhook = config.receiptWebhook && new Webhook(config.receiptWebhook, undefined, onLost);
    this.#webhook = webhook;
    this.#records = new CallRecords({
      log: () => this.log,
      isSpokesman: () => this.hub.isSpokesman(),
      chatsOf: (userId) => this.hub.chatsOf({ userId, chats: [] }),
      report: webhook &&
        ((report) => webhook.send("call.ended", `${report.chatId}\n${report.callId}`, report.endedAt, report)),
    });
    this.push = config.vapid && new PushDesk({
      ...config,
      vapid: config.vapid,
      subscriptions: () => openSubscriptions(config, log),
      onFailed: (failed) => this.#notices.say(`push ${failed.why}`, "push-failed", failed),
      chatsOf: (userId) => this.hub.chatsOf({ userId, chats: [] }),
      unreached: (chatId, callId) => this.hub.unreached(chatId, callId),
    });
    this.hub = new Hub({
      ringTimeoutMs: config.ringTimeoutMs,
      graceMs: config.graceMs,
      chatCapacity: config.chatCapacity,
      push: config.vapid !== null,
      pingMs: PING_MS,
      ice: (userId) => {
        const { iceServers, ttl } = this.ice(userId);
        return {
          iceServers,
          ...(ttl === null ? {} : { iceTtl: ttl }),
          ...(config.ice.policy === "relay" ? { iceTransportPolicy: "relay" as const } : {}),
        };
      },
      videoCodecs: config.videoCodecs,
      engine: (options, receive) =>
        config.redisUrl === null ? new MemoryEngine(options, receive) : new RedisEngine(options, receive, {
          url: config.redisUrl,
          log,
          rates: this.#rates,
        }),
      // Wall time that nobody can set back.
      now: () => STARTED_AT + performance.now(),
      ticks,
      clock,
      newId: randomId,
      records: this.#records,
      desk: this.push,
      log,
      debugLog: config.debugLog,
    });
  }

  /** The call log; opened now, if it was not. The build, which makes a server too, opens none. */
  get log(): CallLog {
    return this.#log ??= openCallLog(this.#config, this.#tell);
  }

  /** Answers `GET /signal`. */
  upgrade(req: Request, info?: Deno.ServeHandlerInfo): Promise<Response> {
    return upgrade(req, {
      hub: this.hub,
      mayConnect: (proof) => this.#isFromHere(req, proof, mayConnect),
      check: ({ token, from }) => this.#check(token, from),
      verifyExpired: (token) => this.#verifyExpired(token),
      admit: () => this.#rates.take("sockets", addressOf(req, info, this.#config)),
      now: () => performance.now(),
    });
  }

  /** Who sends a request, by its bearer token or session cookie: `null` without one, and why it is refused where it is no good. */
  async session(req: Request): Promise<Session | string | null> {
    const credential = credentialOf(req.headers);
    const checked = credential === null ? null : await this.#check(credential.token, credential.from);
    if (checked === null || typeof checked === "string") return checked;
    this.hub.admit(checked);
    const chats = await this.hub.chatsOf(checked);
    if (chats.join() === checked.chats.join()) return checked;
    return { ...checked, chats, ...checked.isGuest ? { isOld: true } : {} };
  }

  /**
   * R20: who sends a request, where their token expired in a call that goes on. Such a session speaks for the chat of that call, and for
   * looking only; `null` for everybody else.
   */
  async outlived(req: Request): Promise<Session | null> {
    const credential = credentialOf(req.headers);
    const session = credential && await this.#verifyExpired(credential.token);
    const chatId = session && await this.hub.talksIn(session.userId);
    return session && chatId ? { ...session, chats: [chatId] } : null;
  }

  /**
   * R20: lets a session last longer, and the sockets that it has open. A guest's is signed anew; a host application's lasts as long as
   * the token that the request brings. Or why it does not, in words for developers.
   */
  async renew(req: Request, session: Session, secure: boolean): Promise<Renewed | string> {
    const kept = cookieTokenOf(req.headers);
    const before = kept && (await this.#tokens.verify(kept) ?? await this.#verifyExpired(kept));
    if (before && before.userId !== session.userId) return "the token is another user's than the cookie's";
    if (!session.isGuest) {
      const { from, token } = credentialOf(req.headers)!;
      return from === "bearer"
        ? await this.enter(token, secure)
        : "the host application's new token is expected, as a bearer";
    }
    return await this.guests(session, secure)?.prolong(session) ?? "there are no guests here";
  }

  #verifyExpired(token: string): Promise<Session | null> {
    return this.#tokens.verifyExpired(token, OUTLIVED_MS);
  }

  /** Why a request that changes something is refused for where it comes from; `null` where it may go on. `known`: what `session` said of it. */
  originRefusal(req: Request, known: Session | string | null): Response | null {
    const from = credentialOf(req.headers)?.from;
    const isGood = known !== null && typeof known !== "string";
    const proof = from === "bearer" && isGood ? "token" : from === "cookie" ? "cookie" : "nothing";
    if (this.#isFromHere(req, proof, mayAct)) return null;
    return httpError(403, "ACCESS_DENIED", "This origin may not act here");
  }

  /** Why a request that needs to know of chats is refused now; `null` where it may go on. */
  unavailableRefusal(): Response | null {
    return this.hub.unavailability() === null ? null : unavailable();
  }

  /** Why a request that changes something is refused for the rate of its address; `null` where it may go on. */
  rateRefusal(req: Request, info: Deno.ServeHandlerInfo | undefined): Response | null {
    const wait = this.#rates.take("writes", addressOf(req, info, this.#config));
    return wait > 0 ? tooMany("Too many requests from this address", wait) : null;
  }

  /** Whether a request comes from where it may; where not, the log says what differs. */
  #isFromHere(req: Request, proof: Proof, may: typeof mayAct): boolean {
    const source = sourceOf(req.headers);
    const own = () => originsOf(req, this.#config);
    const isFromHere = may(source, proof, () => [...own().ours, ...this.#config.allowedOrigins]);
    if (!isFromHere) this.#notices.say("origin", "origin-refused", { why: whyRefused(source, own().origin, asWord) });
    return isFromHere;
  }

  /** Guest sessions; `null` where only the host application lets people in, and for its users. `secure`: over https. */
  guests(session: Session | null, secure: boolean): Guests | null {
    const isOurs = session === null || session.isGuest;
    return this.#config.guests && isOurs ? new Guests(this.#tokens, this.#passes, this.hub, secure) : null;
  }

  /**
   * The session that a host application's token speaks for, and the cookie that carries it; or why it is not to be believed, in words
   * for developers.
   */
  async enter(token: string, secure: boolean): Promise<Renewed | string> {
    const session = await this.#check(token, "form");
    if (typeof session === "string") return session;
    // Any page may post here: with a guest's token somebody else's page could put its visitor into another session than their own.
    if (session.isGuest) return "the token is a guest's, not a host application's";
    this.hub.renew(session);
    const cookie = sessionCookies(token, secure, true);
    const size = cookie.reduce((sum, value) => sum + value.indexOf(";"), 0);
    if (size > TIGHT_HEAD_BYTES) {
      this.#notices.say("size", "cookies-large", { bytes: size });
    }
    return { session: { ...session, chats: await this.hub.chatsOf(session) }, token, cookie };
  }

  /**
   * The session a token speaks for, or why it is refused. Where a host application signs tokens, what is wrong with one is logged: one
   * that it sent, by a form or as a bearer, with lines for each of these ways. Cookies expire every day, and nobody can mend that.
   */
  async #check(token: string, from: "form" | Credential["from"]): Promise<Session | string> {
    const checked = await this.#tokens.check(token);
    const { hostSecrets, jwksUrl } = this.#config;
    const hasHost = hostSecrets.length > 0 || jwksUrl !== null;
    if ("problem" in checked) {
      const why = explain(checked);
      if (hasHost && from !== "cookie") this.#notices.say(`${from} ${checked.problem}`, "token-refused", { from, why });
      return why;
    }
    const { session, badChats } = checked;
    if (badChats > 0) this.#notices.say("chats", "chat-ids-refused", { count: badChats });
    return session;
  }

  /** STUN and TURN servers for one user. */
  ice(userId: string): IceGrant {
    return grantFor(this.#config.ice, userId, Date.now());
  }

  /** Why this server should be sent nobody, in one line; `null`: it is ready. */
  async unreadiness(): Promise<string | null> {
    if (this.hub.isLeaving) return "leaving";
    const trouble = this.hub.unavailability();
    if (trouble !== null) return `REDIS_URL: ${trouble}`;
    return await this.#turnCheck?.() ?? null;
  }

  /** Answers `GET /metrics`: to everybody, or to who brings the token for it. */
  metrics(req: Request): Response {
    if (!this.#mayMeasure(req)) {
      const refused = httpError(401, "ACCESS_DENIED", "Expected the metrics token as a bearer");
      refused.headers.set("www-authenticate", "Bearer");
      return refused;
    }
    const pushes = this.push?.figures() ?? null;
    const process = { webhook: this.#webhook?.figures() ?? null, pushes, loopDelay: this.#loopDelay.delays };
    return new Response(metricsText(this.hub.figures(), process), { headers: PROMETHEUS });
  }

  #mayMeasure(req: Request): boolean {
    const expected = this.#config.metricsToken;
    if (expected === null) return true;
    const digest = (text: string) => createHash("sha256").update(text).digest();
    return timingSafeEqual(digest(req.headers.get("authorization") ?? ""), digest(`Bearer ${expected}`));
  }

  /**
   * Ends ringing calls, closes every socket with 1012 and stops all timers, at once. Resolves, within the time of R19, to how
   * many reports of calls could not be delivered.
   */
  async close(): Promise<number> {
    this.#loopDelay.close();
    await this.hub.close();
    await this.push?.close();
    this.#records.close();
    const [lost = 0] = await Promise.all([this.#webhook?.close(LAST_WORDS_MS), this.#log?.close()]);
    return lost;
  }
}
