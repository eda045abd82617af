// How old the table is on the day it is opened, and a clear word where that is too old.
for (const line of document.querySelectorAll(".provider-age")) {
  const days = Math.floor((Date.now() - Date.parse(line.querySelector("time").dateTime)) / 86_400_000);
  const ago = days === 0 ? "today" : days === 1 ? "yesterday" : `${days} days ago`;
  if (days >= 0) line.append(` That was ${ago}.`);
  if (days > Number(line.dataset.old)) {
    const warning = document.createElement("strong");
    warning.textContent = `More than ${line.dataset.old} days: look a cell up at its source before you rely on it.`;
    line.append(" ", warning);
  }
}
