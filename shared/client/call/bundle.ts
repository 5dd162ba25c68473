/**
 * Answers of stacks that do not bundle (RFC 9143). Ours does: one transport for the whole call. Chromium takes nothing else with
 * `max-bundle`, where Firefox does not mind.
 */

/**
 * An answer to a bundled offer. Where it has one section in use and no group (FreeSWITCH), that one is a bundle of its own: the
 * transport is the same, and Chromium asks for the group. A section for data, which would need a transport of its own, counts as refused:
 * a call can do without. `offered`: what was offered, which names the sections.
 */
export function bundledAnswer(sdp: string, offered: string): string {
  if (/^a=group:BUNDLE /m.test(sdp)) return sdp;
  const [session, ...sections] = sectionsOf(sdp).map((part) => part.replace(/^m=application \d+/, "m=application 0"));
  const inUse = sections.filter((section) => !/^m=\S+ 0 /.test(section));
  const mid = midOf(sectionsOf(offered)[1 + sections.indexOf(inUse[0]!)]);
  if (inUse.length !== 1 || mid === undefined) return sdp;
  const named = sections.map((section) =>
    section !== inUse[0] || midOf(section) !== undefined ? section : `${section}a=mid:${mid}\r\n`
  );
  return [session, `a=group:BUNDLE ${mid}\r\n`, ...named].join("");
}

const sectionsOf = (sdp: string) => sdp.split(/(?=^m=)/m);
const midOf = (section: string | undefined) => section?.match(/^a=mid:(\S+)/m)?.[1];
