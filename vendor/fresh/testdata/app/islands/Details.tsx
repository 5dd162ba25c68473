import { asset, IS_BROWSER } from "fresh/runtime";
import { joined } from "./joined.ts";
import { Counter } from "./Counter.tsx";
import { useSignal } from "@preact/signals";

interface DetailsProps {
  at: Date;
  url: URL;
  map: Map<unknown, Set<bigint>>;
  shared: unknown;
  bytes: Uint8Array;
}

export default function Details(props: DetailsProps) {
  const nested = useSignal(0);
  const [key, set] = [...props.map][0]!;
  return (
    <section>
      <output>
        {joined(props.at.getTime(), props.url.hostname, key === props.shared)}
        {joined(set.has(1n), props.bytes.length, IS_BROWSER)}
      </output>
      <a href={asset("/hello.txt")}>asset</a>
      <Counter count={nested} label="nested" />
    </section>
  );
}
