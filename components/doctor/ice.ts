/** STUN and TURN (RFC 8489, RFC 8656), tried with peer connections of this page to itself. */

import type { DoctorStrings } from "../../shared/i18n/doctor_strings.ts";
import type { IceServer } from "../../shared/protocol/server_messages.ts";
import type { Finding } from "./finding.ts";
import { withTimeout } from "./with_timeout.ts";
import type { Access, Ports } from "./ports.ts";

/** How a client talks to a TURN server. */
export type Transport = "udp" | "tcp" | "tls";

/** Browsers ask a silent STUN server for about ten seconds; one that answers does so long before this, in ms. */
const STUN_MS = 5_000;
const TURN_MS = 8_000;
/** What is sent through a TURN server and back. */
const BYTES = 1_000;
/** A TURN server that has no room for more (RFC 8656, section 18): Allocation Quota Reached, Insufficient Capacity. */
const FULL = [486, 508];
/** No TURN server answered (W3C WebRTC, `RTCPeerConnectionIceErrorEvent.errorCode`). */
const NO_ANSWER = 701;

const NOT_TRIED = { unnamed: "unnamed", cookieless: "cookieless", unreachable: "notTried" } as const;
const NOT_CONFIGURED = { udp: "turnNoUdp", tcp: "turnNoTcp", tls: "turnNoTls" } as const;

/** Whether UDP gets out of this network and back: whether a STUN server's answer comes. */
export async function checkStun({ rtc, clock }: Pick<Ports, "rtc" | "clock">, access: Access): Promise<Finding> {
  if (typeof access === "string") return { grade: "none", says: NOT_TRIED[access] };
  const urls = urlsOf(access).map(({ url }) => url).filter((url) => /^stuns?:/.test(url));
  if (urls.length === 0) return { grade: "none", says: "stunNone" };
  const connection = rtc.createPeerConnection({ iceServers: [{ urls }] });
  try {
    const isHeard = await withTimeout<boolean>(clock, STUN_MS, false, (resolve) => {
      let failed = false;
      // A socket on an IPv6 address cannot reach a STUN server that has IPv4 only; that says nothing of the network.
      connection.onicecandidateerror = ({ errorText }) => failed ||= !/incompatible/.test(errorText);
      connection.onicecandidate = ({ candidate }) => candidate?.type === "srflx" && resolve(true);
      // Where this device's own address is public, the reflexive candidate equals the host one and is dropped: neither candidate nor error.
      connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && resolve(!failed);
      connection.createDataChannel("");
      connection.setLocalDescription();
    });
    return isHeard ? { grade: "good", says: "stunGood" } : { grade: "bad", says: "stunBlocked" };
  } finally {
    connection.close();
  }
}

/** Whether data goes through a TURN server and back, by a transport; where there are several, by any of them. */
export async function checkTurn(
  { rtc, clock }: Pick<Ports, "rtc" | "clock">,
  access: Access,
  transport: Transport,
): Promise<Finding> {
  if (typeof access === "string") return { grade: "none", says: NOT_TRIED[access] };
  const servers = urlsOf(access).filter(({ url }) => transportOf(url) === transport)
    .map(({ url, server }) => ({ ...server, urls: url }));
  if (servers.length === 0) return { grade: "none", says: NOT_CONFIGURED[transport] };
  const findings = await Promise.all(servers.map((server) => loopback({ rtc, clock }, server)));
  return findings.find(({ grade }) => grade === "good") ?? findings[0]!;
}

function urlsOf(servers: readonly IceServer[]): { url: string; server: IceServer }[] {
  return servers.flatMap((server) => [server.urls].flat().map((url) => ({ url, server })));
}

/** By RFC 7065: `turn:` is UDP unless it says otherwise, `turns:` is TLS. */
function transportOf(url: string): Transport | null {
  if (url.startsWith("turns:")) return "tls";
  if (!url.startsWith("turn:")) return null;
  return /[?&]transport=tcp\b/i.test(url) ? "tcp" : "udp";
}

/**
 * Sends bytes from one peer connection to another and back. Both may only use the relay: a network that lets nothing else out
 * must not make it look broken.
 */
async function loopback({ rtc, clock }: Pick<Ports, "rtc" | "clock">, server: RTCIceServer): Promise<Finding> {
  const config: RTCConfiguration = { iceServers: [server], iceTransportPolicy: "relay" };
  const [near, far] = [rtc.createPeerConnection(config), rtc.createPeerConnection(config)];
  try {
    let isAdmitted = false;
    let refusal: number | null = null;
    near.onicecandidateerror = ({ errorCode }) => {
      if (refusal === null || refusal === NO_ANSWER) refusal = errorCode;
    };
    const ms = await withTimeout<number | null>(clock, TURN_MS, null, (resolve) => {
      near.onicecandidate = ({ candidate }) => {
        isAdmitted ||= Boolean(candidate?.candidate);
        add(far, candidate);
      };
      near.onicegatheringstatechange = () => {
        if (near.iceGatheringState === "complete" && !isAdmitted) resolve(null);
      };
      far.onicecandidate = ({ candidate }) => add(near, candidate);
      far.ondatachannel = ({ channel }) => channel.onmessage = ({ data }) => channel.send(data);
      const channel = near.createDataChannel("");
      channel.binaryType = "arraybuffer";
      let sent = 0;
      channel.onopen = () => {
        sent = clock.now();
        channel.send(new Uint8Array(BYTES));
      };
      channel.onmessage = ({ data }) => data.byteLength === BYTES && resolve(clock.now() - sent);
      negotiate(near, far).catch(() => resolve(null));
    });
    if (ms !== null) return { grade: "good", says: "turnGood", values: { ms: Math.max(1, Math.round(ms)) } };
    if (isAdmitted) return { grade: "bad", says: "turnStuck" };
    return { grade: "bad", says: whyRefused(refusal) };
  } finally {
    near.close();
    far.close();
  }
}

function whyRefused(code: number | null): keyof DoctorStrings["findings"] {
  if (code === null || code === NO_ANSWER) return "turnUnreachable";
  return FULL.includes(code) ? "turnFull" : "turnRefused";
}

/** Candidates may come after the connection was closed: these are dropped. */
function add(connection: RTCPeerConnection, candidate: RTCIceCandidate | null): void {
  if (candidate !== null && connection.signalingState !== "closed") {
    connection.addIceCandidate(candidate).catch(() => {});
  }
}

async function negotiate(near: RTCPeerConnection, far: RTCPeerConnection): Promise<void> {
  // Gathering begins with the local description, and a candidate needs the remote one at the other side: so that is set first.
  const offer = await near.createOffer();
  await far.setRemoteDescription(offer);
  const answer = await far.createAnswer();
  await near.setLocalDescription(offer);
  await near.setRemoteDescription(answer);
  await far.setLocalDescription(answer);
}
