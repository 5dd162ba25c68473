/**
 * SDP munging. The other side's description is given hints for this side's sender before it is applied: a sender takes its parameters
 * from the remote description (RFC 8829, section 5.11) and ignores those that it does not know, so nothing of it goes over the wire.
 * This side's own description may ask for a lower bandwidth.
 */

/** Opus, RFC 7587: nothing is sent in silence, and every packet repeats a little of the one before, for when that is lost. */
const OPUS = { useinbandfec: "1", usedtx: "1" };

/** Chromium begins at 300 kbit/s otherwise, and takes seconds to find out that there is room for a picture worth seeing. In kbit/s. */
const VIDEO = { "x-google-start-bitrate": "2500" };

/** Payload formats for repair, redundancy or events, which take no hints. */
const HELPERS = /^(rtx|red|ulpfec|flexfec-03|telephone-event|CN)$/i;

/** Adds the hints for this side's sender to the description of the other side. */
export function withSenderHints(sdp: string): string {
  return sdp.split(/(?=^m=)/m).map(withHintsInSection).join("");
}

/** What a side that saves data takes of each video section, in kbit/s. */
const SAVING_KBPS = 500;

/** Asks the other side to send less video, by a bandwidth line in this side's description (RFC 8866, section 5.8). */
export function withBandwidthLimit(sdp: string): string {
  // The line comes after `c=`, which browsers always write.
  return sdp.replace(/^(m=video [^]*?^c=.*\r\n)/gm, `$1b=AS:${SAVING_KBPS}\r\n`);
}

function withHintsInSection(section: string): string {
  const isVideo = section.startsWith("m=video");
  const codecs = isVideo || section.startsWith("m=audio")
    ? section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)\/.*\r\n/gm)
    : [];
  for (const [line, type, name] of codecs) {
    if (isVideo && !HELPERS.test(name!)) section = withParameters(section, line, type!, VIDEO);
    if (/^opus$/i.test(name!)) section = withParameters(section, line, type!, OPUS);
  }
  return section.replace(REDUNDANT_VOICE, "$1 $3$2");
}

/**
 * Redundant audio (RFC 2198), where the other side takes it: each packet brings the one before once more, so of voice only that is lost of
 * which two packets in a row are. A sender takes the first format of the other side's list that it knows; `encodings[].codec` does not
 * switch it (Chromium 156). The list, what stands before the format in it, and the format.
 */
const REDUNDANT_VOICE = /^(m=audio \d+ \S+)((?: \d+)*?) (\d+)(?=[ \r][^]*^a=rtpmap:\3 red\/)/im;

function withParameters(section: string, rtpmap: string, type: string, hints: Record<string, string>): string {
  const format = section.match(new RegExp(`^a=fmtp:${type} (.*)\r\n`, "m"));
  const given = (format?.[1] ?? "").split(";").map((one) => one.trim()).filter((one) => one !== "");
  const kept = given.filter((one) => !Object.hasOwn(hints, one.split("=")[0]!));
  const all = [...kept, ...Object.entries(hints).map((entry) => entry.join("="))].join(";");
  const line = `a=fmtp:${type} ${all}\r\n`;
  return format ? section.replace(format[0], line) : section.replace(rtpmap, rtpmap + line);
}
