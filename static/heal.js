// Why: routes/(_kit)/Heal.tsx
{
  const KEY = "zvonok.heals";
  // Where storage is refused, or full, nothing counts from one load to the next: the pause is that of the fifth time.
  const UNCOUNTED = 4;
  let isHealing = false;
  const count = () => {
    try {
      const times = Number(sessionStorage[KEY] ?? 0);
      sessionStorage[KEY] = times + 1;
      return times;
    } catch {
      return UNCOUNTED;
    }
  };
  const forget = () => {
    try {
      delete sessionStorage[KEY];
    } catch {
      // Nothing was kept.
    }
  };
  const heal = () => {
    if (isHealing) return;
    isHealing = true;
    const times = count();
    const soon = () => setTimeout(again, Math.min(500 * 2 ** times, 60_000));
    const again = async () => {
      const page = await fetch("", { method: "HEAD", signal: AbortSignal.timeout(10_000) }).catch(() => null);
      page?.ok ? location.reload() : soon();
    };
    soon();
  };
  addEventListener("error", ({ target }) => target.localName === "script" && heal(), true);
  addEventListener("zvonok:broken", heal);
  addEventListener("zvonok:alive", forget);
}
