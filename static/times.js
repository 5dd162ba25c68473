// The lobby, routes/index.tsx: says times in the reader's zone, which the server does not know.
for (const time of document.querySelectorAll("time")) {
  const style = { dateStyle: "medium", timeStyle: "short" };
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(time.dateTime));
}
