// Tokens, as they are shown: their names, and their probabilities before and after something was done to them.

import { tinted } from "./colours.js";
import { move, setText, svg } from "./elements.js";
import { shareScale } from "./frame.js";
import { chartNode, sliver } from "./marks.js";
import { cell } from "./table.js";
import { percent, whole } from "./words.js";

const NARROW = 440; // pixels below which a chart has room for one number a row
const NAMED = 13; // characters of a token that a chart has room for

/** The name of a recorded context's token by its rank; of those beyond the first, only that is known. */
export function recordedName(tokens, rank) {
  return tokens[rank] ?? `no. ${whole(rank + 1)}`;
}

/** A token so that it can be seen: spaces at its ends, line breaks, and quotes around what is no word. */
export function visible(token) {
  const lines = token.replace(/\n/g, "↵").replace(/\t/g, "⇥");
  const shown = lines.replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length));
  return /[\p{L}\p{N}␣↵⇥]/u.test(shown) ? shown : `‘${shown}’`;
}

function short(name) {
  return name.length > NAMED ? `${name.slice(0, NAMED - 1)}…` : name;
}

const [TALL, FOOT] = [26, 22]; // pixels of a row, and for the scale below

/** A row a token: its probability before as an outline and after as a filled bar, over 0 to 100 %. */
export function tokensChart() {
  const node = chartNode("Probabilities of the tokens before and after temperature and filters", 0);
  const scale = shareScale([0, 0.5, 1], true);
  const marks = tinted();
  const texts = svg("g");
  node.append(scale.node, marks.node, texts);
  let rows = [];
  let [width, span] = [320, 1];

  const layout = () => {
    const height = rows.length * TALL + FOOT;
    const left = Math.min(116, Math.max(92, width / 5));
    span = width - left - (width < NARROW ? 76 : 140);
    move(node, { viewBox: `0 0 ${width} ${height}`, width, height });
    scale.layout({ left, span, top: 0, bottom: height - FOOT + 2, y: height - 5 });
    rows.forEach(({ before, after, value }) => {
      move(before, { x: left });
      move(after, { x: left });
      move(value, { x: width });
    });
  };
  const remake = (size) => {
    rows = Array.from({ length: size }, (_, i) => tokenRow(i * TALL));
    marks.node.replaceChildren(...rows.flatMap(({ after, before }) => [after, before]));
    texts.replaceChildren(...rows.flatMap(({ name, value }) => [name, value]));
    layout();
  };
  return {
    node,
    layout(measured) {
      width = measured;
      layout();
    },
    /** lines: { name, before, after, kept } each; kept is null where there is no after. */
    update(lines, temperature) {
      if (lines.length !== rows.length) remake(lines.length);
      marks.tint(temperature);
      lines.forEach((line, i) => fillRow(rows[i], line, span, width < NARROW));
    },
  };
}

function tokenRow(y) {
  return {
    name: svg("text", { x: 0, y: y + 18 }),
    before: svg("rect", { y: y + 4.5, height: TALL - 9 }),
    after: svg("rect", { class: "tc-bar", y: y + 8, height: TALL - 16 }),
    value: svg("text", { y: y + 18 }),
  };
}

function fillRow(row, { name, before, after, kept }, span, narrow) {
  const now = kept ? percent(after) : kept === null ? "–" : "dropped";
  const dropped = kept === false;
  setText(row.name, short(name));
  setText(row.value, narrow ? now : `${percent(before)} → ${now}`);
  move(row.name, { class: dropped ? "tc-label tc-gone" : "tc-label" });
  move(row.value, { class: dropped ? "tc-value tc-gone" : "tc-value" });
  move(row.before, { width: sliver(before, span).toFixed(1), class: dropped ? "tc-before tc-dropped" : "tc-before" });
  move(row.after, { width: sliver(after, span).toFixed(1) });
}

/** The same as a table. A line that stands for many tokens has no logit, and says in `left` how many of them are kept. */
export function tokensTable(title, lines, temperature) {
  return {
    title,
    columns: ["Token", "Log-probability", "Before", "After", "Kept"],
    lines: lines.map(({ name, logit, before, after, kept, left }) => [
      cell.text(name),
      logit === undefined ? cell.text("", { logit: "" }) : cell.logit(logit),
      cell.probability(before, 1),
      kept === null ? cell.text("–", { probability: "" }) : cell.probability(after, temperature),
      cell.text(kept === null ? "–" : (left ?? (kept ? "yes" : "no"))),
    ]),
  };
}
