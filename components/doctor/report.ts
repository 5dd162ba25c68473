/** The findings as plain text, for whoever is asked to help. */

import type { DoctorStrings } from "../../shared/i18n/doctor_strings.ts";
import { fill } from "../../shared/i18n/fill.ts";
import { causeText } from "../../shared/i18n/problem.ts";
import { CHECKS, type Finding, type Findings } from "./finding.ts";
import type { Verdict } from "./verdict.ts";

/** The sentence a finding stands for. */
export function sentence(t: DoctorStrings, finding: Finding): string {
  if ("cause" in finding) return causeText(t.problems, finding.device, finding.cause);
  return fill(t.findings[finding.says], finding.values ?? {});
}

/** The report: no credential and no address in it. `about` says which browser, and when. */
export function reportOf(t: DoctorStrings, verdict: Verdict, findings: Findings, about: string[]): string {
  const { title, text } = t.verdicts[verdict];
  const lines = CHECKS.flatMap((id) => {
    const finding = findings[id];
    return finding ? [`[${t.grades[finding.grade]}] ${t.checks[id]}: ${sentence(t, finding)}`] : [];
  });
  return [`${t.heading}: ${title}. ${text}`, "", ...lines, "", ...about, ""].join("\n");
}
