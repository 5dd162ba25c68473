// The lobby, routes/index.tsx: says times in the reader's zone, which the server does not know; islands/Rings.tsx tells of a new list.
const style = { dateStyle: "medium", timeStyle: "short" };
function sayTimes() {
  for (const time of document.querySelectorAll("time")) {
    time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(time.dateTime));
  }
}
sayTimes();
addEventListener("zvonok:listed", sayTimes);
