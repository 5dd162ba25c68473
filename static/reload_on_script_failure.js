// Why: routes/(_kit)/ReloadOnScriptFailure.tsx
{
  const KEY = "zvonok.reloads";
  // Where session storage is refused, or full, reloads cannot be counted: the pause is that of the fifth one.
  const UNCOUNTED = 4;
  let isUnderWay = false;
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
  const reload = () => {
    if (isUnderWay) return;
    isUnderWay = true;
    const times = count();
    const soon = () => setTimeout(again, Math.min(500 * 2 ** times, 60_000));
    const again = async () => {
      const page = await fetch("", { method: "HEAD", signal: AbortSignal.timeout(10_000) }).catch(() => null);
      page?.ok ? location.reload() : soon();
    };
    soon();
  };
  addEventListener("error", ({ target }) => target.localName === "script" && reload(), true);
  addEventListener("zvonok:script-failed", reload);
  addEventListener("zvonok:scripts-run", forget);
}
