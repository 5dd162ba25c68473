// The page that is shown without a network (routes/offline.tsx), at the address that was asked for: it comes back by itself.
{
  const EVERY_MS = 3000;
  const look = async () => {
    const answer = await fetch("/healthz", { signal: AbortSignal.timeout(10_000) }).catch(() => null);
    if (answer?.ok) location.reload();
  };
  addEventListener("online", look);
  document.getElementById("again").onclick = () => location.reload();
  setInterval(look, EVERY_MS);
}
