// The frame of a chart: plots one above the other, each with its name above and its scale at the left, and room for an
// axis below.

import { move, setText, svg } from "./elements.js";
import { chartNode, tickText } from "./marks.js";

const BELOW_FRAME = 44; // pixels for the ticks and the title below the lowest plot

/**
 * plots    { tall, low, high, parts, text, name, axis } each: its height in pixels, its range (0 to 1), the parts of
 *          it that have a line and a number ([0, 0.5, 1]), what is written there (a function of the value), what is
 *          written above, `lift` pixels up, and whether its lowest line is an axis
 * left     pixels for the scales, `aside` of them between the numbers and the lines
 * top, between  pixels above the first plot, and between two
 * Returns { node, left, right, floor, plots, x, layout }; a plot is { top, base, y, setHigh }
 */
export function chartFrame({ label, kind, plots, left = 46, aside = 8, top = 14, between = 36 }) {
  const tall = plots.reduce((total, plot) => total + plot.tall, 0);
  const floor = top + tall + (plots.length - 1) * between;
  const node = chartNode(label, floor + BELOW_FRAME, kind);
  let end = top - between;
  const drawn = plots.map((plot) => {
    const begin = end + between;
    end = begin + plot.tall;
    return scaledPlot(node, { ...plot, top: begin, base: end, left, aside });
  });
  const frame = {
    node,
    left,
    right: left + 1,
    floor,
    plots: drawn,
    /** The place of a part of the width. */
    x: (part) => left + part * (frame.right - left),
    layout(width, margin = 14) {
      frame.right = width - margin;
      move(node, { viewBox: `0 0 ${width} ${floor + BELOW_FRAME}`, width });
      drawn.forEach(({ levels }) => levels.forEach(({ line }) => move(line, { x1: left, x2: frame.right })));
    },
  };
  return frame;
}

const asShare = (share) => `${100 * share} %`;

function scaledPlot(node, { tall, low = 0, high = 1, parts = [0, 0.5, 1], text = asShare, axis, ...plot }) {
  const { name, lift = 10, top, base, left, aside } = plot;
  if (name) node.append(svg("text", { class: "tc-label", x: 0, y: top - lift }, name));
  const levels = parts.map((part) => {
    const y = base - part * tall;
    const line = svg("line", { class: part === 0 && axis ? "tc-axis" : "tc-grid", y1: y, y2: y });
    const tick = tickText({ x: left - aside, y: y + 4, "text-anchor": "end" });
    node.append(tick, line);
    return { part, line, tick };
  });
  const setHigh = (value) => {
    high = value;
    levels.forEach(({ part, tick }) => setText(tick, text(low + part * (high - low))));
  };
  setHigh(high);
  return {
    ...{ top, base, levels, setHigh },
    y: (value) => base - ((value - low) / (high - low || 1)) * tall,
  };
}

/** What is written below a frame: ticks, and the title of the axis. `layout` takes the places of the ticks. */
export function bottomAxis(frame, title, texts, anchors = []) {
  const { node, floor } = frame;
  const anchor = (i) => ({ "text-anchor": anchors[i] ?? "middle" });
  const ticks = texts.map((text, i) => tickText({ y: floor + 19, ...anchor(i) }, text));
  const name = tickText({ y: floor + 37, "text-anchor": "middle" }, title);
  node.append(...ticks, name);
  return {
    setTexts: (now) => now.forEach((text, i) => setText(ticks[i], text)),
    layout(places, middle = (frame.left + frame.right) / 2) {
      ticks.forEach((tick, i) => move(tick, { x: places[i] }));
      move(name, { x: middle });
    },
  };
}

/** Upright lines at parts of 100 %, with their numbers at the foot: the scale of horizontal bars. */
export function shareScale(parts, axis = false) {
  const node = svg("g");
  const marks = parts.map((part) => {
    const line = svg("line", { class: axis && part === 0 ? "tc-axis" : "tc-grid" });
    const tick = tickText({ "text-anchor": "middle" }, `${100 * part} %`);
    node.append(line, tick);
    return { part, line, tick };
  });
  return {
    node,
    layout({ left, span, top, bottom, y }) {
      const crowded = parts[1] * span <= 55; // pixels that a number takes, and some
      marks.forEach(({ part, line, tick }) => {
        const x = left + part * span;
        move(line, { x1: x, x2: x, y1: top, y2: bottom });
        move(tick, { x, y, visibility: crowded && part % (2 * parts[1]) ? "hidden" : "visible" });
      });
    },
  };
}
