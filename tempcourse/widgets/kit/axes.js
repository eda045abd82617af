// The temperature axis: a logarithmic grid between the stops 0 and ∞, each set off by a break.

import { move, svg } from "./elements.js";
import { tickText } from "./marks.js";

/** Places on the axis: `at` takes a temperature to its x, and `temperature` an x between the breaks back. */
export function temperatureAxis(stops, left, right) {
  const gap = Math.min(38, (right - left) / 9);
  const first = stops[1];
  const last = stops[stops.length - 2];
  const [from, to] = [left + gap, right - gap];
  const at = (temperature) => {
    if (temperature === 0) return left;
    if (temperature === Infinity) return right;
    return from + ((to - from) * Math.log(temperature / first)) / Math.log(last / first);
  };
  const temperature = (x) => first * (last / first) ** Math.min(1, Math.max(0, (x - from) / (to - from)));
  return { at, temperature, left, right, from, to, gap };
}

/** Draw the axis' line with its two breaks, and its ticks. Returns what lays it out. */
export function temperatureAxisMarks(parent, ticks, symbol) {
  const line = svg("path", { class: "tc-axis" });
  const texts = ticks.map((tick) => tickText({ "text-anchor": "middle" }, tick === Infinity ? "∞" : String(tick)));
  const title = tickText({ "text-anchor": "middle" }, `temperature ${symbol}, log scale`);
  parent.append(line, ...texts, title);
  return (axis, y) => {
    const [a, b] = [axis.left + axis.gap / 2, axis.right - axis.gap / 2];
    const pieces = `M${axis.left - 4} ${y}H${a - 4}M${a + 3} ${y}H${b - 4}M${b + 3} ${y}H${axis.right + 4}`;
    move(line, { d: pieces + axisBreak(a, y) + axisBreak(b, y) });
    ticks.forEach((tick, i) => move(texts[i], { x: axis.at(tick), y: y + 19 }));
    move(title, { x: (axis.left + axis.right) / 2, y: y + 37 });
  };
}

/** Two strokes across an axis where a piece of it is left out. */
export function axisBreak(x, y) {
  return `M${x - 6} ${y + 5}l5 -10m3 0l-5 10`;
}
