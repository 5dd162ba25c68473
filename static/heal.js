// Why, and where: routes/(_kit)/Heal.tsx.
{
  const KEY = "zvonok.heals";
  let isHealing = false;
  const heal = () => {
    if (isHealing) return;
    isHealing = true;
    const times = Number(sessionStorage.getItem(KEY));
    sessionStorage.setItem(KEY, times + 1);
    const soon = () => setTimeout(again, Math.min(500 * 2 ** times, 60_000));
    const again = () =>
      fetch(location.href, { method: "HEAD" }).then(({ ok }) => ok ? location.reload() : soon()).catch(soon);
    soon();
  };
  addEventListener("error", ({ target }) => target instanceof HTMLScriptElement && heal(), true);
  addEventListener("zvonok:broken", heal);
  addEventListener("zvonok:alive", () => sessionStorage.removeItem(KEY));
}
