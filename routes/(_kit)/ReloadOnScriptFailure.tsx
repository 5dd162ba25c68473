import { asset, Head } from "fresh/runtime";

/**
 * For pages that are of no use without their scripts. Where a script does not come, because the network changed just then, say,
 * browsers do not ask for it again: so the page is reloaded once the server can be reached, after a longer pause each time. That is done
 * by a classic script of its own, since a module might be what does not come. It hears of scripts that the document names by their
 * `error` events, in the capturing phase, for these do not bubble. That its scripts run (`zvonok:scripts-run`), or that a module which it
 * imports later does not come (`zvonok:script-failed`), an island reports.
 */
export function ReloadOnScriptFailure() {
  return (
    <Head>
      <script src={asset("/reload_on_script_failure.js")} />
    </Head>
  );
}
