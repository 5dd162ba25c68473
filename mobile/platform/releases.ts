/**
 * Frees native tracks and streams. `stop` of a react-native-webrtc track only disables it: the camera goes on and the native track lives
 * until `release`, which must not come before the last sender has let go of it. Streams made of tracks are native too.
 */

import type { MediaStream, MediaStreamTrack, RTCPeerConnection } from "./webrtc";

/** Connections that were not closed. */
const connections = new Set<RTCPeerConnection>();
/** Stopped, and not released yet. */
const stopped = new Set<MediaStreamTrack>();
const released = new WeakSet<MediaStreamTrack>();
/** Streams of this app that were not released. */
const streams = new Set<MediaStream>();

/** Whether tracks are sent by a connection counts from now on, until it is closed. */
export function watchSenders(connection: RTCPeerConnection): void {
  connections.add(connection);
}

/** Has `stop` end a track of this phone for good, as it does in browsers. */
export function endByStop(track: MediaStreamTrack): void {
  const stop = track.stop.bind(track);
  track.stop = () => {
    if (stopped.has(track) || released.has(track)) return;
    stop();
    stopped.add(track);
    noLongerSent();
  };
}

/** A stream made of tracks is freed with the last of them. */
export function freeWithTracks(stream: MediaStream): MediaStream {
  streams.add(stream);
  return stream;
}

/** Something is sent no longer: frees what nobody needs any more. */
export function noLongerSent(): void {
  for (const connection of connections) {
    if (connection.signalingState === "closed") connections.delete(connection);
  }
  const all = [...connections];
  const sent = new Set(all.flatMap((connection) => connection.getSenders().map(({ track }) => track)));
  const received = new Set(all.flatMap((connection) => connection.getReceivers().map(({ track }) => track)));
  for (const track of stopped) {
    if (sent.has(track)) continue;
    stopped.delete(track);
    track.release();
    released.add(track);
  }
  for (const stream of streams) {
    const isUsed = (track: MediaStreamTrack) => track.remote ? received.has(track) : !released.has(track);
    if (stream.getTracks().some(isUsed)) continue;
    streams.delete(stream);
    stream.release(false);
  }
}
