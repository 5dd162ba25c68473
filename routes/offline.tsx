import { asset, Head } from "fresh/runtime";
import { define } from "./(_kit)/define.ts";

/** What the service worker keeps for when there is no network: the same for everybody, so there is nobody's name or chat on it. */
export default define.page(({ state: { t } }) => (
  <main class="page narrow">
    <Head>
      <title>{t.page.offlineTitle}</title>
      <script src={asset("/offline.js")} defer />
    </Head>
    <div class="card">
      <h1>{t.page.offlineTitle}</h1>
      <p class="lead">{t.page.offlineText}</p>
      <button id="again" class="button accent" type="button">{t.page.again}</button>
    </div>
  </main>
));
