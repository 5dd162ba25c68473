import { page } from "fresh";
import { Head } from "fresh/runtime";
import { define } from "./(_kit)/define.ts";

export const handler = define.handlers({
  GET: () => page({ greeting: "hello" }, { headers: { "x-page": "1" } }),
});

export default define.page<typeof handler>(({ data }) => (
  <main>
    <Head>
      <title>Home</title>
      <meta name="robots" content="none" />
    </Head>
    <h1>{data.greeting}</h1>
  </main>
));
