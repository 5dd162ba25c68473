/**
 * A signaling server that is not honest. It stands between the browsers and the product and gives each side certificates of
 * its own: there are two encrypted connections where the two people think there is one, and all they say is in the clear here.
 */

import { BEARER_PREFIX, SIGNAL_PATH, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { ClientMessage, ClientMessages } from "../../shared/protocol/client_messages.ts";
import { werift } from "./packages.ts";

type Connection = werift.RTCPeerConnection;

/** werift does not take the timer of a DTLS flight back, see `werift.ts`. */
const FLIGHT_MS = 600;

/** Listens on a free port in front of the product at `origin`; `await using` stops it. */
export class ManInTheMiddle implements AsyncDisposable {
  readonly #origin: string;
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  readonly #sockets = new Set<WebSocket>();
  readonly #connections: Connection[] = [];
  /** The half of the call towards its callee, and what the caller offered. */
  #call: { readonly toCallee: Connection; readonly offer: ClientMessages["call:initiate"]["offer"] } | null = null;

  constructor(origin: string) {
    this.#origin = origin;
    this.#http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (req) => this.#serve(req));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#http.addr.port}`;
  }

  /** Both halves' states: it really is in the call. */
  get states(): string[] {
    return this.#connections.map(({ connectionState }) => connectionState);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await this.#http.shutdown();
    await new Promise((resolve) => setTimeout(resolve, FLIGHT_MS));
  }

  async #serve(req: Request): Promise<Response> {
    const { pathname, search } = new URL(req.url);
    if (pathname === SIGNAL_PATH) return this.#relay(req, search);
    const headers = new Headers(req.headers);
    headers.delete("host");
    headers.set("accept-encoding", "identity");
    if (headers.has("origin")) headers.set("origin", this.#origin);
    const { method, body } = req;
    const answer = await fetch(this.#origin + pathname + search, { method, headers, body, redirect: "manual" });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  }

  #relay(req: Request, search: string): Response {
    const token = /zvonok_session=([^;]+)/.exec(req.headers.get("cookie") ?? "")?.[1] ?? "";
    const { socket: browser, response } = Deno.upgradeWebSocket(req, { protocol: SUBPROTOCOL });
    const upstream = this.#origin.replace("http", "ws") + SIGNAL_PATH + search;
    const product = new WebSocket(upstream, [SUBPROTOCOL, BEARER_PREFIX + token]);
    const opened = new Promise((resolve) => product.onopen = resolve);
    // One message after the other, as they came.
    let turn: Promise<unknown> = opened;
    browser.onmessage = ({ data }) =>
      turn = turn.then(async () => {
        const message = await this.#tamper(JSON.parse(data));
        if (message !== null && product.readyState === WebSocket.OPEN) product.send(JSON.stringify(message));
      });
    product.onmessage = ({ data }) => browser.readyState === WebSocket.OPEN && browser.send(data);
    browser.onclose = () => product.close();
    product.onclose = () => browser.readyState === WebSocket.OPEN && browser.close();
    this.#sockets.add(browser).add(product);
    return response;
  }

  /** What goes on in place of what a browser said; `null`: nothing. */
  async #tamper(message: ClientMessage): Promise<ClientMessage | null> {
    switch (message.type) {
      case "call:initiate": {
        const toCallee = this.#connect();
        for (const kind of ["audio", "video"] as const) toCallee.addTransceiver(kind, { direction: "sendrecv" });
        await toCallee.setLocalDescription(await toCallee.createOffer());
        this.#call = { toCallee, offer: message.offer };
        return { ...message, offer: { type: "offer", sdp: toCallee.localDescription!.sdp } };
      }
      case "call:answer": {
        const { toCallee, offer } = this.#call!;
        const toCaller = this.#connect();
        passOn(toCaller, toCallee);
        await toCaller.setRemoteDescription(offer);
        for (const transceiver of toCaller.getTransceivers()) transceiver.setDirection("sendrecv");
        passOn(toCallee, toCaller);
        await toCallee.setRemoteDescription(message.answer);
        await toCaller.setLocalDescription(await toCaller.createAnswer());
        return { ...message, answer: { type: "answer", sdp: toCaller.localDescription!.sdp } };
      }
      case "call:ice-candidate":
      case "call:negotiate":
        return null; // both sides' candidates are in the descriptions they are given, or found by their checks
      default:
        return message;
    }
  }

  #connect(): Connection {
    const connection = new werift.RTCPeerConnection({ iceServers: [], iceUseTcp: false, bundlePolicy: "max-bundle" });
    this.#connections.push(connection);
    return connection;
  }
}

/** Gives one side's media, which is in the clear here, to the other side, whose browser may ask for a whole picture. */
function passOn(from: Connection, to: Connection): void {
  from.onTrack.subscribe((track) => {
    const { sender } = to.getTransceivers().find(({ kind }) => kind === track.kind)!;
    const { receiver } = from.getTransceivers().find(({ kind }) => kind === track.kind)!;
    sender.replaceTrack(track);
    sender.onPictureLossIndication.subscribe(() => track.ssrc && receiver.sendRtcpPLI(track.ssrc));
  });
}
