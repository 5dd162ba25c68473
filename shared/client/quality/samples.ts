/** From a connection's statistics to what one second of a call was like (W3C WebRTC Statistics). */

/** One look at a call: rates since the look before. What a browser does not tell is `null` (Firefox lacks several). */
export interface Sample {
  /** Share of this side's packets that the other did not get, by its reports (RFC 3550, section 6.4.1); from 0 to 1. */
  readonly lossSent: number | null;
  /** Share of the other side's packets that did not come; from 0 to 1. */
  readonly lossReceived: number | null;
  /** The round trip, in ms. */
  readonly rttMs: number | null;
  /** What the network takes from this side, as far as the browser knows, in kbit/s. */
  readonly availableKbps: number | null;
  readonly sending: Flow;
  readonly receiving: Flow;
  readonly playout: Playout;
  /** Time that one picture takes to encode, in ms. */
  readonly encodeMs: number | null;
  /** Pictures a second that come from the camera, to be encoded. */
  readonly cameraFps: number | null;
  /** What keeps the picture from being better, by the browser's word. */
  readonly limitedBy: "none" | "cpu" | "bandwidth" | "other" | null;
  /** How media goes; `null` before it does. */
  readonly path: "direct" | "relayed" | null;
  /** To the other side, or to this side's TURN server. */
  readonly transport: "udp" | "tcp" | "tls" | null;
}

/** What goes in one direction. */
export interface Flow {
  /** Everything, in kbit/s. */
  readonly kbps: number;
  /** Of the camera. */
  readonly width: number | null;
  readonly height: number | null;
  readonly fps: number | null;
  /** Names such as `opus` and `VP8`. */
  readonly audioCodec: string | null;
  readonly videoCodec: string | null;
  /** Since the connection began. */
  readonly bytes: number;
  readonly packetsLost: number;
  readonly packets: number;
  readonly frames: number;
}

/** What was shown of the other side's camera, and played of its voice. */
export interface Playout {
  /** Pictures that were decoded. */
  readonly pictures: number | null;
  /** Of freezes that ended in this second, all the time that they took, in s (`totalFreezesDuration`). */
  readonly frozenS: number | null;
  /** Packets of the voice that came; with discontinuous transmission at least two a second, in silence. */
  readonly packets: number | null;
  /** Share of the voice that was made up for want of packets (concealed), silence left out; from 0 to 1. */
  readonly concealed: number | null;
  /** How long the jitter buffer kept the voice, in ms. */
  readonly bufferMs: number | null;
}

// deno-lint-ignore no-explicit-any
type Report = any;

/** What is in one `getStats()`, sorted; kept to compare the next one with. */
export interface Look {
  readonly at: number;
  readonly all: ReadonlyMap<string, Report>;
}

/** Takes a report as it comes; `at` in ms. */
export function lookAt(report: RTCStatsReport, at: number): Look {
  return { at, all: new Map(report as unknown as Iterable<[string, Report]>) };
}

/** What happened between two looks. The ids of the two cameras' tracks are not given where there is no screen beside them. */
export function sampleOf(before: Look, now: Look, cameraTrack?: string | null, peerCameraTrack?: string): Sample {
  const seconds = Math.max((now.at - before.at) / 1000, 0.001);
  const ofType = (type: string): Report[] => [...now.all.values()].filter((report) => report.type === type);
  const since = (report: Report, member: string): number =>
    (report[member] ?? 0) - (before.all.get(report.id)?.[member] ?? 0);
  const sum = (reports: Report[], member: string): number => reports.reduce((all, one) => all + (one[member] ?? 0), 0);
  const grown = (reports: Report[], member: string): number =>
    reports.reduce((all, one) => all + since(one, member), 0);

  const out = ofType("outbound-rtp");
  const inbound = ofType("inbound-rtp");
  const heard = ofType("remote-inbound-rtp");
  const transport = ofType("transport").find((one) => one.selectedCandidatePairId);
  const pair = transport && now.all.get(transport.selectedCandidatePairId);
  const [local, remote] = pair ? [now.all.get(pair.localCandidateId), now.all.get(pair.remoteCandidateId)] : [];
  // Reports are older than the look: only new ones say something about this second.
  const fresh = heard.filter((one) =>
    since(one, "roundTripTimeMeasurements") > 0 || before.all.get(one.id)?.timestamp !== one.timestamp
  );
  const losses = fresh.map(({ fractionLost }) => fractionLost).filter((loss) => loss !== undefined);
  const rtts = fresh.map(({ roundTripTime }) => roundTripTime).filter((rtt) => rtt !== undefined);
  const sourceOf = (stream: Report): Report => now.all.get(stream?.mediaSourceId);
  const isCamera = (stream: Report) =>
    cameraTrack === undefined || (sourceOf(stream)?.trackIdentifier ?? cameraTrack) === cameraTrack;
  const camera = out.find((one) => one.kind === "video" && isCamera(one));
  const source = sourceOf(camera);
  const frames = camera ? since(camera, "framesEncoded") : 0;
  const picture = inbound.find(({ kind, trackIdentifier = peerCameraTrack }) =>
    kind === "video" && trackIdentifier === (peerCameraTrack ?? trackIdentifier)
  );
  const ofKind = (streams: Report[], kind: string): Report => streams.find((one) => one.kind === kind);
  const voice = ofKind(inbound, "audio");
  const sinceOf = (stream: Report, member: string): number | null =>
    stream?.[member] === undefined ? null : since(stream, member);
  const played = sinceOf(voice, "totalSamplesReceived");
  const emitted = sinceOf(voice, "jitterBufferEmittedCount");
  const got = grown(inbound, "packetsReceived");
  const missed = Math.max(grown(inbound, "packetsLost"), 0);

  const flow = (streams: Report[], bytes: string, packets: string, coded: string): Flow => {
    const video = streams === out && camera || ofKind(streams, "video");
    const codec = (kind: string) => now.all.get(ofKind(streams, kind)?.codecId)?.mimeType?.split("/")[1] ?? null;
    return {
      kbps: Math.round(grown(streams, bytes) * 8 / 1000 / seconds),
      width: video?.frameWidth ?? null,
      height: video?.frameHeight ?? null,
      fps: video ? Math.round(since(video, coded) / seconds) : null,
      audioCodec: codec("audio"),
      videoCodec: codec("video"),
      bytes: sum(streams, bytes),
      packets: sum(streams, packets),
      packetsLost: sum(streams === out ? heard : inbound, "packetsLost"),
      frames: sum(streams, coded),
    };
  };

  return {
    lossSent: losses.length > 0 ? losses.reduce((all, one) => all + one, 0) / losses.length : null,
    lossReceived: got + missed > 0 ? missed / (got + missed) : null,
    rttMs: rtts.length > 0 ? Math.round(Math.max(...rtts) * 1000) : pairRtt(pair),
    availableKbps: pair?.availableOutgoingBitrate === undefined
      ? null
      : Math.round(pair.availableOutgoingBitrate / 1000),
    sending: flow(out, "bytesSent", "packetsSent", "framesEncoded"),
    receiving: flow(inbound, "bytesReceived", "packetsReceived", "framesDecoded"),
    playout: {
      pictures: sinceOf(picture, "framesDecoded"),
      frozenS: sinceOf(picture, "totalFreezesDuration"),
      packets: sinceOf(voice, "packetsReceived"),
      concealed: played &&
        Math.max(since(voice, "concealedSamples") - since(voice, "silentConcealedSamples"), 0) / played,
      bufferMs: emitted && since(voice, "jitterBufferDelay") * 1000 / emitted,
    },
    encodeMs: frames > 0 ? since(camera, "totalEncodeTime") * 1000 / frames : null,
    cameraFps: source ? since(source, "frames") / seconds : null,
    limitedBy: camera?.qualityLimitationReason ?? null,
    path: pair ? (local?.candidateType === "relay" || remote?.candidateType === "relay" ? "relayed" : "direct") : null,
    transport: local?.relayProtocol ?? local?.protocol ?? null,
  };
}

function pairRtt(pair: Report): number | null {
  return pair?.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000);
}
