import { asset, Head } from "fresh/runtime";

/**
 * For pages that are of no use without their scripts. Where one of these does not come, because the network changed just then, say,
 * browsers do not try again: so the page is loaded again once the server can be reached, after a longer pause each time. By a
 * script of its own, which is no module: those would not come either. It sees what fails on its way down, for that does not bubble;
 * that it lives (`zvonok:alive`), or that what it imports later does not come (`zvonok:broken`), an island reports.
 */
export function Heal() {
  return (
    <Head>
      <script src={asset("/heal.js")} />
    </Head>
  );
}
