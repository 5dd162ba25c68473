/** What two sides tell each other of what they see and hear (docs/protocol.md, "Quality reports"). */

/** In the page: whether a report of the other side's came over the data channel. */
export async function heardReport(): Promise<boolean> {
  const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
  const reports = [...(await keptConnections.at(-1)!.getStats()).values()];
  return reports.some(({ type, label, messagesReceived }) =>
    type === "data-channel" && label === "quality" && messagesReceived > 0
  );
}
