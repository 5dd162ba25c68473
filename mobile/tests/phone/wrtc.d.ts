/** libwebrtc in Node: W3C WebRTC, and sources of one's own pictures and sounds. Its own types say less. */
declare module "@roamhq/wrtc" {
  const wrtc: {
    RTCPeerConnection: typeof RTCPeerConnection;
    RTCRtpReceiver: typeof RTCRtpReceiver;
    RTCRtpSender: typeof RTCRtpSender;
    nonstandard: {
      RTCVideoSource: new () => {
        createTrack(): unknown;
        onFrame(frame: { width: number; height: number; data: Uint8ClampedArray }): void;
      };
      RTCAudioSource: new () => {
        createTrack(): unknown;
        onData(data: {
          samples: Int16Array;
          sampleRate: number;
          bitsPerSample: number;
          channelCount: number;
          numberOfFrames: number;
        }): void;
      };
    };
  };
  export default wrtc;
}
