import { Head } from "fresh/runtime";
import Doctor from "../islands/Doctor.tsx";
import { define } from "./(_kit)/define.ts";
import { ReloadOnScriptFailure } from "./(_kit)/ReloadOnScriptFailure.tsx";

/** Why calls do not work here, or that they do: everything a call needs is tried in the visitor's own browser. */
export default define.page(({ state: { t, guests } }) => (
  <main class="page narrow">
    <Head>
      <title>{t.doctor.title}</title>
    </Head>
    <ReloadOnScriptFailure />
    <h1>{t.doctor.heading}</h1>
    <p class="lead">{t.doctor.intro}</p>
    <noscript>
      <p class="notice">{t.doctor.noScript}</p>
    </noscript>
    <Doctor t={t.doctor} hosted={guests === null} />
  </main>
));
