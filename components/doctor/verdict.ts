/** What all findings together mean for calls. */

import type { DoctorStrings } from "../../shared/i18n/doctor_strings.ts";
import type { Findings } from "./finding.ts";

/** The name of a verdict. */
export type Verdict = keyof DoctorStrings["verdicts"];

const RELAYS = ["udp", "tcp", "tls"] as const;

/** The verdict on findings that are complete: what stands in the way of every call first, then what only may. */
export function verdictOn(findings: Findings): Verdict {
  const is = (id: keyof Findings, grade: string) => findings[id]?.grade === grade;
  const { socket } = findings;
  if (socket && "says" in socket && socket.says === "cookieless") return "cookieless";
  if (is("socket", "bad")) return "noSocket";
  const hasRelay = RELAYS.some((id) => is(id, "good"));
  if (!hasRelay && is("stun", "bad")) return "noWay";
  if (is("microphone", "bad")) return "noMicrophone";
  if (is("socket", "none")) return "unnamed";
  if (!hasRelay && is("stun", "none")) return "sameNetwork";
  if (!hasRelay) return "noRelay";
  if (RELAYS.some((id) => is(id, "bad"))) return "brokenRelay";
  if (!is("tcp", "good") && !is("tls", "good")) return "onlyUdp";
  if (is("microphone", "poor")) return "silent";
  return is("camera", "bad") ? "noCamera" : "good";
}

/** How good or bad that is. */
export function gradeOf(verdict: Verdict): "good" | "poor" | "bad" {
  if (verdict === "good") return "good";
  return ["noMicrophone", "noSocket", "noWay", "cookieless"].includes(verdict) ? "bad" : "poor";
}
