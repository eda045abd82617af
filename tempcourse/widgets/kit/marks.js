// Small pieces of charts, and where they go. One SVG unit is one CSS pixel: charts are laid out by the width that they
// are given, so text keeps its size on a phone.

import { svg } from "./elements.js";

/** An empty chart; `layout` gives it its width. */
export function chartNode(label, height, kind = "") {
  return svg("svg", { class: `tc-chart ${kind}`.trim(), height, role: "img", "aria-label": label });
}

/** A line of small print. */
export function tickText(attributes, text = "") {
  return svg("text", { class: "tc-tick", ...attributes }, text);
}

export function diamond(r) {
  return `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
}

/** The commands of a line through points, [x, y] each; "" where there are none. */
export function lineThrough(points) {
  return points.length ? `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}` : "";
}

/** The length of a bar: a sliver for what is small but not nothing. */
export function sliver(share, span) {
  return share > 0 ? Math.max(1, share * span) : 0;
}

/** Push heights apart so that labels of `room` pixels do not overlap, in order, within [low, high]. */
export function spread(heights, room, low, high) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
  const placed = [...heights];
  let floor = low;
  for (const i of order) floor = (placed[i] = Math.max(placed[i], floor)) + room;
  let ceiling = high;
  for (const i of order.reverse()) ceiling = (placed[i] = Math.min(placed[i], ceiling)) - room;
  return placed;
}

/** The index of the place that is nearest to x. */
export function nearest(places, x) {
  return places.reduce((best, place, i) => (Math.abs(place - x) < Math.abs(places[best] - x) ? i : best), 0);
}

/** Let a pointer on a chart choose the place under it. Up and down still scroll the page on a touch screen. */
export function pickWithPointer(node, places, pick) {
  const choose = ({ clientX }) => {
    const { left, width } = node.getBoundingClientRect(); // on a full screen everything is larger
    pick(nearest(places(), ((clientX - left) * node.viewBox.baseVal.width) / width));
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    node.setPointerCapture(event.pointerId);
    choose(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) choose(event);
  });
}
