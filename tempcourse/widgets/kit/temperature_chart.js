// Curves over one temperature axis, in plots one above the other, with a cursor that a pointer moves.

import { temperatureAxis, temperatureAxisMarks } from "./axes.js";
import { temperatureGradient, tinted } from "./colours.js";
import { move, svg } from "./elements.js";
import { chartFrame } from "./frame.js";
import { lineThrough, pickWithPointer, spread, tickText } from "./marks.js";
import { number } from "./words.js";

const FINE = 241; // points a curve, between the breaks of the axis
// A curve is told from the next by its dashes and by its label at the cursor, not by its colour: that is the
// temperature's.
const DASHES = [
  ...["none", "9 4", "3 3", "12 3 3 3", "6 6", "1 4"],
  ...["9 3 1 3", "14 5", "4 2", "12 3 1 3 1 3", "2 6", "7 2"],
];

/**
 * plots   { of, low, high, name, labels, area, ... } each, the rest as for `chartFrame`: `of` is a function from the
 *         temperature to the values of the plot's curves. What goes beyond `low` or `high`, as what is infinite at an
 *         end, is drawn as far as they go, and the end says where it went; without `high`, up to the peak. `labels`
 *         name the curves at the cursor; with `area`, what is below the first is filled
 * grid    the temperatures at which curves are drawn
 * ticks   the temperatures that are written on the axis
 * limits  [temperature, text, anchor] each: upright lines through all plots
 * rings   of how many of the first plot's curves a place can be marked
 */
export function temperatureChart({ model, label, plots, ticks, symbol = "τ", grid, limits = [], rings = 1 }) {
  const stops = model.get("temperatures");
  const temperatures = grid ?? fineGrid(stops);
  const curves = plots.map((plot) => curvesOf(plot, temperatures));
  const frame = chartFrame({
    ...{ label, kind: "tc-pick", aside: 10, top: 26 },
    plots: plots.map((plot, i) => ({ parts: [0, 1], text: shortNumber, ...plot, high: curves[i].high })),
  });
  const { node, floor } = frame;
  const gradient = temperatureGradient(node);
  const layLimits = limitMarks(frame, limits);
  const layAxis = temperatureAxisMarks(node, ticks, symbol);
  const best = Array.from({ length: rings }, () => ringMarks(frame.plots[0].top - 6, floor));
  const lines = svg("g");
  const marks = tinted();
  const drawn = curves.map((each, i) => plotMarks(frame.plots[i], each, { ...plots[i], gradient, lines, marks }));
  const names = drawn.flatMap((plot) => plot.cursor.flatMap((each) => (each.name ? [each.name] : [])));
  node.append(...best.map(({ line }) => line), lines, marks.node, ...names, ...best.map(({ ring }) => ring));
  let axis = null;
  const places = () => stops.map((stop) => axis.at(stop));
  pickWithPointer(node, places, (index) => model.change({ temperature_index: index }));
  const place = (temperature, value) => [axis.at(temperature), frame.plots[0].y(value)];
  const point = (temperature, i = 0) => place(temperature, plots[0].of(temperature)[i]);

  return {
    node,
    layout(width) {
      frame.layout(width);
      axis = temperatureAxis(stops, frame.left, frame.right);
      gradient.layout(axis);
      layLimits(axis);
      layAxis(axis, floor);
      drawn.forEach((plot) => plot.layout(axis, temperatures));
    },
    /** marked: temperatures at which the first plot's curves get a ring, the first curve first. */
    update(temperature, ...marked) {
      marks.tint(temperature);
      drawn.forEach((plot) => plot.update(axis, temperature));
      best.forEach((each, i) => each.put(marked[i] === undefined ? null : point(marked[i], i)));
    },
    /** The place of the first curve's point at a temperature, and that of any value in its plot. */
    ...{ point, place },
    showCurves: (on) => move(lines, { visibility: on ? "visible" : "hidden" }),
  };
}

const shortNumber = (value) => number(value, 3);

function fineGrid(stops) {
  const span = stops.at(-2) / stops[1];
  return Array.from({ length: FINE }, (_, i) => stops[1] * span ** (i / (FINE - 1)));
}

/** The values of a plot's curves over the grid and at both ends, its range, and which of them are not 0 all along. */
function curvesOf({ of, low = 0, high: highest }, grid) {
  const values = grid.map(of);
  const ends = [0, Infinity].map(of);
  const high = highest ?? Math.max(...values.flat(), ...ends.flat());
  const slack = 1e-9 * (high - low); // for what only rounding takes beyond
  const inside = (value) => value >= low - slack && (highest === undefined || value <= high + slack);
  const shown = ends[0].flatMap((_, i) => (values.some((row) => row[i] !== 0) ? [i] : []));
  return { values, ends, low, high, inside, shown };
}

/** Upright lines at the limits, with what they are called above. */
function limitMarks({ node, plots, floor }, limits) {
  const drawn = limits.map(([temperature, text, anchor]) => {
    const line = svg("line", { class: "tc-limit", y1: plots[0].top - 8, y2: floor });
    const name = tickText({ y: 12, "text-anchor": anchor }, text);
    node.append(line, name);
    return { temperature, line, name, shift: { start: -6, middle: 0, end: 6 }[anchor] };
  });
  return (axis) =>
    drawn.forEach(({ temperature, line, name, shift }) => {
      const x = axis.at(temperature);
      move(line, { x1: x, x2: x });
      move(name, { x: x + shift });
    });
}

/** A ring around a point of a curve, and an upright line through it. */
function ringMarks(top, floor) {
  const line = svg("line", { class: "tc-limit", y1: top, y2: floor });
  const ring = svg("circle", { class: "tc-ring", r: 8 });
  const put = (point) => {
    [line, ring].forEach((each) => move(each, { visibility: point ? "visible" : "hidden" }));
    if (!point) return;
    move(line, { x1: point[0], x2: point[0] });
    move(ring, { cx: point[0], cy: point[1] });
  };
  put(null);
  return { line, ring, put };
}

/** A plot's curves, in `lines`, and their cursor, in `marks`. */
function plotMarks(plot, { values, ends, low, inside, shown }, { of, labels, area, gradient, lines, marks }) {
  const { y, top, base } = plot;
  const curves = shown.map((i) => {
    const dash = DASHES[i % DASHES.length];
    const curve = curveMarks(plot, ends.map((row) => row[i]), { low, inside, dash, gradient });
    lines.append(...Object.values(curve).flat());
    return { i, ...curve };
  });
  const shade = svg("path", { class: "tc-area", fill: gradient.paint });
  if (area) lines.prepend(shade);
  const line = svg("line", { class: "tc-cursor", y1: top - 6, y2: base });
  const cursor = shown.map((i) => cursorMark(labels?.[i]));
  marks.node.append(line, ...cursor.flatMap(({ dot, leader }) => (leader ? [leader, dot] : [dot])));
  return {
    cursor,
    layout(axis, grid) {
      curves.forEach(({ i, ...curve }) => {
        const points = grid.flatMap((t, k) => (inside(values[k][i]) ? [[axis.at(t), y(values[k][i])]] : []));
        layCurve(curve, points, ends.map((row) => (inside(row[i]) ? y(row[i]) : null)), axis);
      });
      if (area) move(shade, { d: `${curves[0].line.getAttribute("d")}L${axis.to} ${base}L${axis.from} ${base}Z` });
    },
    update(axis, temperature) {
      const x = axis.at(temperature);
      const now = of(temperature);
      move(line, { x1: x, x2: x });
      const room = Math.min(16, (base - top + 16) / shown.length);
      const heights = spread(shown.map((i) => y(now[i])), room, top - 2, base + 6);
      const side = x > (axis.left + axis.right) / 2 ? -1 : 1;
      shown.forEach((i, k) => placeCursor(cursor[k], x, inside(now[i]) ? y(now[i]) : null, heights[k], side));
    },
  };
}

/** A curve, its bridges to the ends, and there circles, or where it went instead. */
function curveMarks({ y, top, base }, ends, { low, inside, dash, gradient }) {
  return {
    bridges: svg("path", { class: "tc-bridge" }),
    line: svg("path", { class: "tc-curve", stroke: gradient.paint, "stroke-dasharray": dash }),
    circles: ends.map((value) => svg("circle", { class: "tc-end", r: 4, cy: inside(value) ? y(value) : base })),
    away: ends.map((value, end) => {
      const place = { y: value < low ? base - 6 : top + 12, "text-anchor": end ? "end" : "start" };
      return tickText(place, inside(value) ? "" : value < low ? "↓ to −∞" : "↑ to ∞");
    }),
  };
}

/** heights: that of each end, or null where the curve has left the plot. */
function layCurve({ line, bridges, circles, away }, points, heights, { left, right }) {
  const sides = [left, right];
  const bridge = (height, end) => (height === null ? "" : lineThrough([[sides[end], height], points.at(-end)]));
  move(line, { d: lineThrough(points) });
  move(bridges, { d: heights.map(bridge).join("") });
  heights.forEach((height, end) => {
    move(circles[end], { cx: sides[end], visibility: height === null ? "hidden" : "visible" });
    move(away[end], { x: sides[end] + (end ? -8 : 8) });
  });
}

/** A dot that rides on a curve, and the curve's name beside it. */
function cursorMark(label) {
  const dot = svg("circle", { class: "tc-dot", r: 4.5 });
  if (label === undefined) return { dot };
  const name = svg("text", { class: "tc-mark-name" }, label);
  return { dot, leader: svg("line", { class: "tc-leader" }), name };
}

function placeCursor({ dot, leader, name }, x, height, labelHeight, side) {
  if (height === null) return move(dot, { visibility: "hidden" });
  move(dot, { cx: x, cy: height, visibility: "visible" });
  if (!name) return;
  move(leader, { x1: x, y1: height, x2: x + 13 * side, y2: labelHeight });
  move(name, { x: x + 15 * side, y: labelHeight + 4.5, "text-anchor": side < 0 ? "end" : "start" });
}
