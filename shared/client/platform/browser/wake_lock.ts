/**
 * Keeps the screen on until the returned function is called: with the screen, phones send the page to sleep and its microphone with it
 * (W3C Screen Wake Lock). The system lets go of it whenever the page is hidden, so it is taken again when the page is seen. Where it
 * is refused, to save power or by a frame's policy, or is not to be had, nothing happens.
 */
export function keepScreenOn(): () => void {
  let lock: Promise<WakeLockSentinel | undefined> = Promise.resolve(undefined);
  const take = () => {
    lock = lock.then((held) => held?.released === false ? held : navigator.wakeLock.request("screen"))
      .catch(() => undefined);
  };
  take();
  document.addEventListener("visibilitychange", take);
  return () => {
    document.removeEventListener("visibilitychange", take);
    lock.then((held) => held?.release());
  };
}
