import { signal } from "@preact/signals";
import { Counter } from "../islands/Counter.tsx";
import Details from "../islands/Details.tsx";

export default function Counters() {
  const count = signal(3);
  const shared = { name: "</script><!-- ü" };
  return (
    <main>
      <Counter count={count} label="first" />
      <p>between</p>
      <Counter count={count} label="second" />
      <Details
        at={new Date(0)}
        url={new URL("https://example.com/x")}
        map={new Map([[shared, new Set([1n])]])}
        shared={shared}
        bytes={new Uint8Array([1, 2])}
      />
    </main>
  );
}
