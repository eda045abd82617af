// Keep the place that a link leads to at the top of the screen until the page has settled: above it sections are still
// laid out, pictures come and widgets take their stills' places. A reader who scrolls or types has the page at once.
{
  const QUIET = 1000; // milliseconds without a move after which a page has settled
  const LONGEST = 8000;
  const OWN = ["wheel", "touchstart", "pointerdown", "keydown"]; // what a reader does
  let held = 0;

  const target = () => {
    const [name] = decodeURIComponent(location.hash.slice(1)).split("?");
    return name && document.getElementById(name);
  };

  const letGo = () => cancelAnimationFrame(held);

  const hold = () => {
    const place = target();
    letGo();
    if (!place) return;
    const begun = performance.now();
    let moved = begun;
    let last = NaN;
    const look = (now) => {
      if (document.readyState !== "complete") moved = now;
      place.scrollIntoView({ behavior: "instant" });
      const { top } = place.getBoundingClientRect();
      if (Math.abs(top - last) > 1 || place.offsetParent === null) moved = now;
      last = top;
      if (now - moved < QUIET && now - begun < LONGEST) held = requestAnimationFrame(look);
    };
    held = requestAnimationFrame(look);
  };

  for (const event of OWN) addEventListener(event, letGo, { passive: true });
  addEventListener("hashchange", hold);
  addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[href]");
    if (!link?.hash || link.href.split("#")[0] !== location.href.split("#")[0]) return;
    // A phone's drawers lie over the page that the link leads to.
    for (const drawer of document.querySelectorAll("input.sidebar-toggle")) drawer.checked = false;
    if (link.hash === location.hash) hold(); // no hash changes
  });
  // Where a reader was is the browser's to find again.
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") hold();
}
