/** The media sections of a call (media descriptions, RFC 8829): what each one carries follows from its kind and its place. */

/** A voice, the camera, or a screen beside it. */
export type Section = "audio" | "video" | "screen";

/** What is sent, by section. */
export type Tracks = Partial<Record<Section, MediaStreamTrack>>;

const KIND = { audio: "audio", video: "video", screen: "video" } as const;

/** Half the size: the first picture is there in half the time. What is right for the network is found out after it. */
const FIRST = { scaleResolutionDownBy: 2 } satisfies RTCRtpEncodingParameters;

/** Starts at half the size also in the camera's section of an offer that came, before anything is sent in it. */
export async function startSmall(pc: RTCPeerConnection): Promise<void> {
  const camera = transceiverOf(pc, "video");
  if (!camera || camera.currentDirection) return;
  try {
    const parameters = camera.sender.getParameters();
    Object.assign(parameters.encodings[0]!, FIRST);
    await camera.sender.setParameters(parameters);
  } catch {
    // Browsers whose senders take no parameters before there is an answer start at full size.
  }
}

/** The transceiver of a section: the first picture is the camera, the second one the screen. */
export function transceiverOf(pc: RTCPeerConnection, section: Section): RTCRtpTransceiver | undefined {
  const ofKind = transceivers(pc).filter(({ receiver }) => receiver.track.kind === KIND[section]);
  return ofKind[section === "screen" ? 1 : 0];
}

/** What a transceiver carries; `undefined` for one more than a call of this protocol has. */
export function sectionOf(pc: RTCPeerConnection, transceiver: RTCRtpTransceiver): Section | undefined {
  return (["audio", "video", "screen"] as const).find((section) => transceiverOf(pc, section) === transceiver);
}

/** Adds a section where there is none; the other side has it after the next negotiation. The screen's place is behind the camera's. */
export function addSection(pc: RTCPeerConnection, section: Section, track: MediaStreamTrack | null): void {
  if (transceiverOf(pc, section)) return;
  if (section === "screen") addSection(pc, "video", null);
  const sendEncodings = section === "video" ? [FIRST] : [];
  pc.addTransceiver(track ?? KIND[section], { direction: "sendrecv", sendEncodings });
}

/** Whether there is a media section that no description to the other side has had yet (W3C WebRTC, negotiation-needed flag). */
export function isNegotiationNeeded(pc: RTCPeerConnection): boolean {
  return transceivers(pc).some(({ mid }) => mid == null);
}

/**
 * Applies an offer, which may collide with what this side has offered or is about to. Where both added a section, the other side's
 * stands, and this side's own goes; what only this side added waits for the next offer.
 */
export async function giveWay(pc: RTCPeerConnection, applyOffer: () => Promise<void>): Promise<void> {
  const own = transceivers(pc).filter(({ currentDirection }) => currentDirection === null)
    .map((transceiver) => ({ transceiver, section: sectionOf(pc, transceiver) }));
  await applyOffer();
  for (const { transceiver, section } of own) {
    if (section && transceiver.mid == null && transceiverOf(pc, section) !== transceiver) transceiver.stop();
  }
}

/** All that were not stopped; those which were agreed on come first. */
export function transceivers(pc: RTCPeerConnection): RTCRtpTransceiver[] {
  return pc.getTransceivers().filter(({ direction }) => direction !== "stopped")
    .sort((a, b) => Number(a.mid == null) - Number(b.mid == null));
}

/** Whether a description has a group of sections over one transport (RFC 9143). */
export const isBundled = (sdp: string): boolean => /^a=group:BUNDLE /m.test(sdp);

/** The policy under which a browser takes this offer: with a group, one transport for all; without, one for each section. */
export const bundlePolicyFor = (sdp: string): RTCBundlePolicy => isBundled(sdp) ? "max-bundle" : "balanced";
