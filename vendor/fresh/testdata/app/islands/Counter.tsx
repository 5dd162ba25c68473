import type { Signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

export function Counter(
  { count, label }: { count: Signal<number>; label: string },
) {
  const [clicks, setClicks] = useState(0);
  useEffect(() => {
    document.documentElement.dataset[label] = "mounted";
  }, []);
  const click = () => {
    count.value++;
    setClicks(clicks + 1);
  };
  return (
    <>
      <button type="button" class={label} onClick={click}>
        {label}: {count} after {clicks}
      </button>
      {clicks > 0 && <em>clicked</em>}
    </>
  );
}
