// What scrolls sideways can be reached, and so scrolled, by keyboard; what does not scroll is no stop on the way.
{
  const WIDE =
    "div.math, span.math, .highlight pre, .cell_output pre, .pst-scrollable-table-container, .static-widget-html";
  const changed = new Set();
  const look = () => {
    for (const node of changed) {
      if (getComputedStyle(node).overflowX === "auto" && node.scrollWidth > node.clientWidth) node.tabIndex = 0;
      else node.removeAttribute("tabindex");
    }
    changed.clear();
  };
  const watch = new ResizeObserver((changes) => {
    if (!changed.size) requestAnimationFrame(look); // to measure in the same round may lay out more
    for (const { target } of changes) changed.add(target.closest(WIDE));
  });
  for (const node of document.querySelectorAll(`article :is(${WIDE})`)) {
    watch.observe(node);
    for (const child of node.querySelectorAll(":scope > math")) watch.observe(child); // grows when its font comes
  }
}
