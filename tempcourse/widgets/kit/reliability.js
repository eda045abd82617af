// A reliability diagram.

import { tinted } from "./colours.js";
import { move, setText, svg } from "./elements.js";
import { bottomAxis, chartFrame } from "./frame.js";
import { percent } from "./words.js";

/**
 * Accuracy in bins of confidence against the diagonal, with a box for the gap between the two; below it how many
 * examples there are of each confidence, with the means of both.
 */
export function reliabilityChart(bins) {
  const frame = chartFrame({
    ...{ label: "Accuracy in bins of confidence against the diagonal, above a histogram of confidence" },
    ...{ top: 26, between: 66 },
    plots: [
      { tall: 190, name: "Accuracy", axis: true },
      { tall: 84, name: "Share of all examples", lift: 40, parts: [0, 1], axis: true },
    ],
  });
  const { node } = frame;
  const [above, below] = frame.plots;
  const axis = bottomAxis(frame, "confidence", ["0 %", "50 %", "100 %"]);
  const marks = tinted();
  const columns = Array.from({ length: bins }, () => {
    const [bar, gap, count] = ["tc-bar", "tc-gap", "tc-bar"].map((kind) => svg("rect", { class: kind }));
    marks.node.append(bar, gap, count);
    return { bar, gap, count };
  });
  const diagonal = svg("line", { class: "tc-exact", x1: frame.left, y1: above.base, y2: above.top });
  const means = ["accuracy", "mean confidence"].map((name, i) => {
    const top = below.top + 14 * i;
    const line = svg("line", { class: `tc-mean tc-mean-${i}`, y1: top - 26, y2: below.base });
    return { name, line, text: svg("text", { class: "tc-tick tc-halo", y: top - 20 }) };
  });
  node.append(marks.node, diagonal, ...means.map(({ line }) => line), ...means.map(({ text }) => text));
  return {
    node,
    layout(width) {
      frame.layout(width, 20);
      axis.layout([0, 0.5, 1].map(frame.x));
      move(diagonal, { x2: frame.right });
      columns.forEach((column, i) => {
        const [from, to] = [frame.x(i / bins) + 1, frame.x((i + 1) / bins) - 1];
        Object.values(column).forEach((rect) => move(rect, { x: from, width: to - from }));
      });
    },
    update({ curve, total, accuracy, confidence, temperature }) {
      marks.tint(temperature);
      columns.forEach((column, i) => {
        const [said, were, n] = curve[i];
        const visibility = n ? "visible" : "hidden";
        standBetween(column.bar, above, 0, were, { visibility });
        standBetween(column.gap, above, Math.min(said, were), Math.max(said, were), { visibility });
        standBetween(column.count, below, 0, n && Math.max(1 / 84, n / total));
      });
      [accuracy, confidence].forEach((share, i) => placeMean(means[i], share, frame.x(share)));
    },
  };
}

/** Let a bar reach from one share to another. */
function standBetween(bar, { y }, low, high, attributes = {}) {
  move(bar, { y: y(high), height: y(low) - y(high), ...attributes });
}

function placeMean({ name, line, text }, share, x) {
  const side = share < 0.5 ? 1 : -1;
  move(line, { x1: x, x2: x });
  setText(text, `${name} ${percent(share)}`);
  move(text, { x: x + 5 * side, "text-anchor": side > 0 ? "start" : "end" });
}
