/**
 * What a description of the other side is given before it is applied, so that this side sends well. Nothing of it goes over the
 * wire: a sender reads its orders from the remote description (RFC 8829, section 5.11), and what it does not know it leaves alone.
 */

/** Opus, RFC 7587: nothing is sent in silence, and every packet repeats a little of the one before, for when that is lost. */
const OPUS = { useinbandfec: "1", usedtx: "1" };

/** Chromium begins at 300 kbit/s otherwise, and takes seconds to find out that there is room for a picture worth seeing. In kbit/s. */
const VIDEO = { "x-google-start-bitrate": "2500" };

/** Codecs that mend or wrap others, and have no orders to take. */
const HELPERS = /^(rtx|red|ulpfec|flexfec-03|telephone-event|CN)$/i;

/** Adds the orders to a session description. */
export function tuned(sdp: string): string {
  return sdp.split(/(?=^m=)/m).map(tunedSection).join("");
}

/** What a side that saves data takes of every picture, in kbit/s. */
const SAVING_KBPS = 500;

/** Asks the other side, by a description of this one, to send pictures of little data (RFC 8866, section 5.8). */
export function saving(sdp: string): string {
  // The line comes after `c=`, which browsers always write.
  return sdp.replace(/^(m=video [^]*?^c=.*\r\n)/gm, `$1b=AS:${SAVING_KBPS}\r\n`);
}

function tunedSection(section: string): string {
  const isVideo = section.startsWith("m=video");
  const codecs = isVideo || section.startsWith("m=audio")
    ? section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)\/.*\r\n/gm)
    : [];
  for (const [line, type, name] of codecs) {
    if (isVideo && !HELPERS.test(name!)) section = ordered(section, line, type!, VIDEO);
    if (/^opus$/i.test(name!)) section = ordered(section, line, type!, OPUS);
  }
  return section;
}

function ordered(section: string, rtpmap: string, type: string, orders: Record<string, string>): string {
  const format = section.match(new RegExp(`^a=fmtp:${type} (.*)\r\n`, "m"));
  const given = (format?.[1] ?? "").split(";").map((one) => one.trim()).filter((one) => one !== "");
  const kept = given.filter((one) => !Object.hasOwn(orders, one.split("=")[0]!));
  const all = [...kept, ...Object.entries(orders).map((entry) => entry.join("="))].join(";");
  const line = `a=fmtp:${type} ${all}\r\n`;
  return format ? section.replace(format[0], line) : section.replace(rtpmap, rtpmap + line);
}
