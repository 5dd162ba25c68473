/** What senders are told of encodings. libwebrtc in Node takes none once there is a description, so they are taken as a phone takes them. */

/** `RTCRtpSendParameters` in the form of `SerializeUtils.java`. */
interface Parameters {
  readonly transactionId: string;
  readonly codecs: unknown[];
  readonly headerExtensions: unknown[];
  readonly rtcp: { cname: string; reducedSize: boolean };
  readonly encodings: { active: boolean }[];
}

export class CodedParameters {
  readonly empty: Parameters = {
    transactionId: "",
    codecs: [],
    headerExtensions: [],
    rtcp: { cname: "", reducedSize: false },
    encodings: [{ active: true }],
  };
  readonly #set = new WeakMap<RTCRtpSender, Parameters>();

  of(sender: RTCRtpSender): Parameters {
    return this.#set.get(sender) ?? this.empty;
  }

  set(sender: RTCRtpSender, wanted: unknown): Parameters {
    const taken = { ...this.empty, encodings: (wanted as Parameters).encodings };
    this.#set.set(sender, taken);
    return taken;
  }
}
