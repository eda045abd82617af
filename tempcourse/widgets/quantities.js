import { number } from "./explorable.js";
import {
  move,
  pickWithPointer,
  svg,
  temperatureAxis,
  temperatureAxisMarks,
  temperatureColour,
  temperatureGradient,
  tinted,
} from "./charts.js";

const FINE = 241; // points a curve, between the breaks of the axis

function fineGrid(stops) {
  const span = stops.at(-2) / stops[1];
  return Array.from({ length: FINE }, (_, i) => stops[1] * span ** (i / (FINE - 1)));
}

/**
 * Two quantities over one temperature axis, one above the other, with a cursor. One that goes beyond its range,
 * as one that is infinite at an end, is drawn as far as the range goes, and its end says where it went.
 *
 * quantities  { name, of, low, high } each: a function of the temperature, and the range to show; without
 *             `high`, up to its peak
 * grid        the temperatures at which they are drawn
 * ticks       the temperatures that are written on the axis
 */
export function quantityChart({ stops, quantities, label, pick, grid = fineGrid(stops), ticks, symbol = "τ" }) {
  const [top, tall, between] = [26, 92, 36];
  const floor = top + 2 * tall + between;
  const height = floor + 44;
  const node = svg("svg", { class: "tc-chart tc-pick", height, role: "img", "aria-label": label });
  const gradient = temperatureGradient(node);
  const layAxis = temperatureAxisMarks(node, ticks, symbol);
  const best = svg("line", { class: "tc-limit", y1: top - 6, y2: floor, visibility: "hidden" });
  const ring = svg("circle", { class: "tc-ring", r: 8, visibility: "hidden" });
  node.append(best);
  const marks = tinted();
  const plots = quantities.map(({ name, of, low, high: highest }, i) => {
    const base = top + tall + i * (tall + between);
    const values = grid.map(of);
    const ends = [of(0), of(Infinity)];
    const high = highest ?? Math.max(...values, ...ends);
    const y = (value) => base - ((value - low) / (high - low || 1)) * tall;
    const slack = 1e-9 * (high - low); // for what only rounding takes beyond
    const inside = (value) => value >= low - slack && (highest === undefined || value <= high + slack);
    const title = svg("text", { class: "tc-label", x: 0, y: base - tall - 10 });
    title.textContent = name;
    const levels = [low, high].map((value) => {
      const text = svg("text", { class: "tc-tick", x: 36, y: y(value) + 4, "text-anchor": "end" });
      text.textContent = number(value, 3);
      const line = svg("line", { class: "tc-grid", y1: y(value), y2: y(value) });
      node.append(text, line);
      return line;
    });
    const line = svg("path", { class: "tc-curve", stroke: gradient.paint });
    const bridges = svg("path", { class: "tc-bridge" });
    node.append(title, bridges, line);
    const circles = ends.map((value) => svg("circle", { class: "tc-end", r: 4, cy: inside(value) ? y(value) : base }));
    const away = ends.map((value, end) => {
      const text = svg("text", { class: "tc-tick", "text-anchor": end ? "end" : "start" });
      move(text, { y: value < low ? base - 6 : base - tall + 12 });
      text.textContent = inside(value) ? "" : value < low ? "↓ to −∞" : "↑ to ∞";
      return text;
    });
    node.append(...circles, ...away);
    const cursor = svg("line", { class: "tc-cursor", y1: base - tall - 6, y2: base });
    const dot = svg("circle", { class: "tc-dot", r: 4.5 });
    marks.node.append(cursor, dot);
    return { of, y, inside, values, ends, levels, line, bridges, circles, away, cursor, dot };
  });
  node.append(marks.node, ring);
  let axis = null;
  pickWithPointer(node, () => axis, pick);

  return {
    node,
    layout(width) {
      axis = temperatureAxis(stops, 46, width - 14);
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      gradient.layout(axis);
      layAxis(axis, floor);
      const sides = [axis.left, axis.right];
      plots.forEach(({ y, inside, values, ends, levels, line, bridges, circles, away }) => {
        levels.forEach((each) => move(each, { x1: axis.left, x2: axis.right }));
        const points = grid.flatMap((temperature, k) =>
          inside(values[k]) ? [`${axis.at(temperature).toFixed(1)} ${y(values[k]).toFixed(1)}`] : [],
        );
        const bridge = (value, end) => (inside(value) ? `M${sides[end]} ${y(value)}L${points.at(-end)}` : "");
        move(line, { d: `M${points.join("L")}` });
        move(bridges, { d: ends.map(bridge).join("") });
        circles.forEach((circle, end) => {
          move(circle, { cx: sides[end], visibility: inside(ends[end]) ? "visible" : "hidden" });
          move(away[end], { x: sides[end] + (end ? -8 : 8) });
        });
      });
    },
    /** marked: a temperature at which the first quantity gets a ring. */
    update(temperature, marked) {
      const x = axis.at(temperature);
      marks.tint(temperatureColour(temperature));
      plots.forEach(({ of, y, inside, cursor, dot }) => {
        const value = of(temperature);
        move(cursor, { x1: x, x2: x });
        move(dot, inside(value) ? { cx: x, cy: y(value), visibility: "visible" } : { visibility: "hidden" });
      });
      if (marked === undefined) return [ring, best].forEach((each) => move(each, { visibility: "hidden" }));
      const at = axis.at(marked);
      move(ring, { cx: at, cy: plots[0].y(plots[0].of(marked)), visibility: "visible" });
      move(best, { x1: at, x2: at, visibility: "visible" });
    },
  };
}
