import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { DoctorStrings } from "../shared/i18n/doctor_strings.ts";
import { fill } from "../shared/i18n/fill.ts";
import { examine } from "../components/doctor/examine.ts";
import { CHECKS, type Findings } from "../components/doctor/finding.ts";
import { StatusIcon } from "../components/doctor/StatusIcon.tsx";
import { reportOf, sentence } from "../components/doctor/report.ts";
import { browserPorts } from "../components/doctor/ports.ts";
import { gradeOf, type Verdict, verdictOn } from "../components/doctor/verdict.ts";

/** Tries everything that a call needs, and says in plain words what works and what to do about what does not. */
export default function Doctor({ t, hosted }: { t: DoctorStrings; hosted: boolean }) {
  const state = useSignal<"idle" | "running" | Verdict>("idle");
  const findings = useSignal<Findings>({});
  const isRunning = state.value === "running";
  const verdict = state.value === "idle" || state.value === "running" ? null : state.value;
  const done = Object.keys(findings.value).length;

  useEffect(() => void dispatchEvent(new Event("zvonok:scripts-run")), []);

  // Begun by a click: before one, browsers suspend the audio by which the microphone is measured, and a permission prompt would surprise.
  async function start() {
    state.value = "running";
    findings.value = {};
    await examine(browserPorts(hosted), (id, finding) => findings.value = { ...findings.value, [id]: finding });
    state.value = verdictOn(findings.value);
  }

  return (
    <section class="card doctor" aria-label={t.heading}>
      <div role="status">
        {isRunning && <p>{fill(t.progress, { done, all: CHECKS.length })}</p>}
        {verdict && (
          <div class="verdict">
            <StatusIcon grade={gradeOf(verdict)} />
            <div>
              <h2>{t.verdicts[verdict].title}</h2>
              <p>{t.verdicts[verdict].text}</p>
            </div>
          </div>
        )}
      </div>
      {verdict === "cookieless" && <a class="button" href="/doctor" target="_blank" rel="noopener">{t.newTab}</a>}
      {verdict === "unnamed" && <a class="button" href="/">{t.toName}</a>}
      {state.value !== "idle" && <List t={t} findings={findings.value} />}
      <div class="row">
        <button class={verdict ? "button" : "button accent"} type="button" disabled={isRunning} onClick={start}>
          {state.value === "idle" ? t.start : t.again}
        </button>
        {verdict && <Copy key={done} t={t} verdict={verdict} findings={findings.value} />}
      </div>
    </section>
  );
}

function List({ t, findings }: { t: DoctorStrings; findings: Findings }) {
  return (
    <ul>
      {CHECKS.map((id) => {
        const finding = findings[id];
        return (
          <li key={id}>
            <StatusIcon grade={finding?.grade ?? "running"} />
            <div>
              <h3>
                {t.checks[id]}: <span class="grade">{finding ? t.grades[finding.grade] : t.running}</span>
              </h3>
              {finding && <p>{sentence(t, finding)}</p>}
              {!finding && id === "microphone" && <p>{t.speak}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Copy({ t, verdict, findings }: { t: DoctorStrings; verdict: Verdict; findings: Findings }) {
  const copied = useSignal(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const byHand = useSignal(false);
  const report = reportOf(t, verdict, findings, [navigator.userAgent, new Date().toISOString()]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(report);
      copied.value = true;
    } catch {
      // The clipboard needs https and permission: without, the report is shown, to be selected and copied by hand.
      byHand.value = true;
    }
  }

  return (
    <>
      <button class="button" type="button" onClick={copy}>{copied.value ? t.copied : t.copy}</button>
      <span class="visually-hidden" aria-live="polite">{copied.value && t.copied}</span>
      {byHand.value && (
        <textarea
          ref={field}
          readOnly
          rows={8}
          aria-label={t.report}
          onFocus={() => field.current?.select()}
        >
          {report}
        </textarea>
      )}
    </>
  );
}
