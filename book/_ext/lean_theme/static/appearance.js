// Settle light or dark before the first paint. The theme does it after the last, and styles the page twice.
{
  // Storage may be denied or full: what the theme would keep there is then kept for as long as the page is open.
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].setItem("probe", "");
      window[name].removeItem("probe");
    } catch {
      const kept = new Map();
      const getItem = (key) => kept.get(key) ?? null;
      const setItem = (key, value) => kept.set(key, String(value));
      Object.defineProperty(window, name, { value: { getItem, setItem } });
    }
  }
  const { dataset } = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  dataset.mode = localStorage.getItem("mode") ?? dataset.theme;
  dataset.theme = ["light", "dark"].includes(dataset.mode) ? dataset.mode : dark ? "dark" : "light";
}
