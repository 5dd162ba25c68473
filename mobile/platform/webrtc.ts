/** react-native-webrtc, as far as the app uses it. */

export {
  mediaDevices,
  MediaStream,
  MediaStreamTrack,
  permissions,
  RTCPeerConnection,
  RTCRtpReceiver,
  type RTCRtpSender,
  type RTCRtpTransceiver,
} from "react-native-webrtc";
