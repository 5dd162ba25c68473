// Why: routes/(_kit)/Heal.tsx
{
  const KEY = "zvonok.heals";
  let isHealing = false;
  const heal = () => {
    if (isHealing) return;
    isHealing = true;
    const times = Number(sessionStorage[KEY] ?? 0);
    sessionStorage[KEY] = times + 1;
    const soon = () => setTimeout(again, Math.min(500 * 2 ** times, 60_000));
    const again = async () => {
      const page = await fetch("", { method: "HEAD", signal: AbortSignal.timeout(10_000) }).catch(() => null);
      page?.ok ? location.reload() : soon();
    };
    soon();
  };
  addEventListener("error", ({ target }) => target.localName === "script" && heal(), true);
  addEventListener("zvonok:broken", heal);
  addEventListener("zvonok:alive", () => delete sessionStorage[KEY]);
}
