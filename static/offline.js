// The page that is shown without a network (routes/offline.tsx), at the address that was asked for: it comes back by itself.
{
  const EVERY_MS = 3000;
  // Somebody asked for this very page, which is nowhere to come back to.
  const isHere = location.pathname === "/offline";
  const goBack = () => isHere ? location.replace("/") : location.reload();
  const look = async () => {
    const answer = await fetch("/healthz", { signal: AbortSignal.timeout(10_000) }).catch(() => null);
    if (answer?.ok) goBack();
  };
  addEventListener("online", look);
  document.getElementById("again").onclick = goBack;
  setInterval(look, EVERY_MS);
  if (isHere) look();
}
