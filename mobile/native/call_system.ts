/** CallKit and Android's Telecom (self-managed) by react-native-callkeep. */

import { Platform } from "react-native";
import RNCallKeep, { CONSTANTS } from "react-native-callkeep";
import { RTCAudioSession } from "react-native-webrtc";
import { brand } from "../app/brand.ts";
import { crypto } from "../platform/crypto.ts";
import type { CallSystem, EndReason } from "./system_calls.ts";

const { END_CALL_REASONS: CODES } = CONSTANTS;

const CODE_OF: Readonly<Record<Exclude<EndReason, "mine">, number>> = {
  failed: CODES.FAILED,
  remote: CODES.REMOTE_ENDED,
  unanswered: CODES.UNANSWERED,
  "answered-elsewhere": CODES.ANSWERED_ELSEWHERE,
  "declined-elsewhere": CODES.DECLINED_ELSEWHERE,
};

/** The systems want UUIDs (RFC 9562) for calls, which have ids of other forms. */
const uuids = new Map<string, string>();

function uuidOf(callId: string): string {
  const uuid = uuids.get(callId) ?? crypto.newId().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  uuids.set(callId, uuid);
  return uuid;
}

function callOf(uuid: string): string {
  for (const [callId, own] of uuids) if (own === uuid.toLowerCase()) return callId;
  return "";
}

export const callSystem: CallSystem = {
  tell(event) {
    const uuid = uuidOf(event.callId);
    switch (event.type) {
      case "incoming":
        return RNCallKeep.displayIncomingCall(uuid, event.name, event.name, "generic", event.hasVideo);
      case "outgoing":
        return RNCallKeep.startCall(uuid, event.name, event.name, "generic", event.hasVideo);
      case "answered":
        return RNCallKeep.answerIncomingCall(uuid);
      case "connected":
        if (Platform.OS === "android") return RNCallKeep.setCurrentCallActive(uuid);
        return event.isOutgoing ? RNCallKeep.reportConnectedOutgoingCallWithUUID(uuid) : undefined;
      case "muted":
        return RNCallKeep.setMutedCall(uuid, event.isMuted);
      case "ended":
        uuids.delete(event.callId);
        if (event.reason === "mine") return RNCallKeep.endCall(uuid);
        return RNCallKeep.reportEndCallWithUUID(uuid, CODE_OF[event.reason]);
    }
  },

  listen(handlers) {
    RNCallKeep.setup({
      ios: { appName: brand.name, supportsVideo: true, includesCallsInRecents: true },
      android: {
        selfManaged: true,
        // Without it a call loses the microphone soon after the app is left.
        foregroundService: {
          channelId: "calls",
          channelName: brand.name,
          notificationTitle: brand.name,
          // A notification without one ends the app.
          notificationIcon: "ic_launcher",
        },
        additionalPermissions: [],
        alertTitle: brand.name,
        alertDescription: brand.name,
        cancelButton: "×",
        okButton: "✓",
      },
    }).catch(() => {}); // a phone without Telecom: calls are in the app alone
    RNCallKeep.addEventListener("answerCall", ({ callUUID }) => handlers.onAnswer(callOf(callUUID)));
    RNCallKeep.addEventListener("endCall", ({ callUUID }) => handlers.onEnd(callOf(callUUID)));
    RNCallKeep.addEventListener(
      "didPerformSetMutedCallAction",
      ({ callUUID, muted }) => handlers.onMute(callOf(callUUID), muted),
    );
    RNCallKeep.addEventListener(
      "didToggleHoldCallAction",
      ({ callUUID, hold }) => handlers.onHold(callOf(callUUID), hold),
    );
    // CallKit owns the audio session, and hands it over for the time of a call.
    RNCallKeep.addEventListener("didActivateAudioSession", () => RTCAudioSession.audioSessionDidActivate());
    RNCallKeep.addEventListener("didDeactivateAudioSession", () => RTCAudioSession.audioSessionDidDeactivate());
  },
};
