// Horizontal bars over 0 to 1, a row a class: name, bar, value, and, with `claims`, a second line and an outlined
// diamond for a number that somebody claimed.

import { tinted } from "./colours.js";
import { move, setText, svg } from "./elements.js";
import { shareScale } from "./frame.js";
import { chartNode, diamond, sliver } from "./marks.js";

const BELOW_BARS = 22; // pixels for the scale

export function barChart(size, { claims = false, label }) {
  const rowHeight = claims ? 42 : 30;
  const height = size * rowHeight + BELOW_BARS;
  const node = chartNode(label, height);
  const scale = shareScale([0, 0.25, 0.5, 0.75, 1]);
  const marks = tinted();
  node.append(scale.node, marks.node);
  const rows = Array.from({ length: size }, (_, i) => barRow(i * rowHeight, rowHeight, claims));
  for (const { bar, ...others } of rows) {
    marks.node.append(bar);
    node.append(...Object.values(others));
  }
  let [left, span] = [0, 1];
  return {
    node,
    layout(width, labelWidth) {
      left = labelWidth;
      span = Math.max(20, width - left - (claims ? 72 : 66));
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      scale.layout({ left, span, top: 2, bottom: height - BELOW_BARS + 2, y: height - 5 });
      for (const { bar, value, claim } of rows) {
        move(bar, { x: left });
        move(value, { x: width });
        if (claim) move(claim, { x: width });
      }
    },
    /**
     * names, values: texts a row; claimed: numbers, or null where nothing is claimed; marked: the row whose bar is
     * outlined.
     */
    update({ probabilities, names, values, temperature, claimed = [], marked }) {
      marks.tint(temperature);
      rows.forEach((row, i) => {
        move(row.bar, { width: sliver(probabilities[i], span), class: i === marked ? "tc-bar tc-drawn" : "tc-bar" });
        setText(row.name, names[i]);
        setText(row.value, values[i]);
        if (claims) writeClaim(row, i * rowHeight + rowHeight / 2, claimed[i] ?? null, (p) => left + p * span);
      });
    },
  };
}

function barRow(y, rowHeight, claims) {
  const middle = y + rowHeight / 2;
  const row = {
    name: svg("text", { class: "tc-label", x: 0, y: middle + 5 }),
    bar: svg("rect", { class: "tc-bar", y: y + 6, height: rowHeight - 12, rx: 2 }),
    value: svg("text", { class: "tc-value", y: middle + 5 }),
  };
  if (!claims) return row;
  const claim = svg("text", { class: "tc-claim", y: middle + 14 });
  return { ...row, claim, diamond: svg("path", { class: "tc-diamond", d: diamond(7) }) };
}

function writeClaim(row, y, claim, x) {
  setText(row.claim, claim === null ? "" : `◇ ${Number((100 * claim).toPrecision(4))} %`);
  move(row.value, { y: claim === null ? y + 5 : y - 3 });
  const visibility = claim === null ? "hidden" : "visible";
  move(row.diamond, { visibility, transform: `translate(${x(claim ?? 0)} ${y})` });
}
