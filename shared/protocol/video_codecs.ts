/** Video codecs that browsers have for calls, by their names in SDP. */
export const VIDEO_CODECS = ["VP8", "VP9", "H264", "AV1"] as const;

/** A video codec that browsers have for calls. */
export type VideoCodec = (typeof VIDEO_CODECS)[number];
