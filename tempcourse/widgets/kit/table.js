// A chart's twin: its numbers as a table, unseen until asked for, but always there for a screen reader.

import { element, scrollable, setText } from "./elements.js";
import { decimal, number } from "./words.js";

export function numbersTable() {
  const caption = element("caption");
  const head = element("thead");
  const rows = element("tbody");
  const node = element("div", { class: "tc-table tc-unseen" }, element("table", {}, caption, head, rows));
  let shape = "";
  return {
    node,
    /** Shown, it may be wider than a phone: then it scrolls, by keyboard too. */
    show(open) {
      node.classList.toggle("tc-unseen", !open);
      scrollable(node, open, "Numbers");
    },
    /** columns: texts; lines: arrays of cells (below), the first of which names the row. */
    update({ title, columns, lines }) {
      setText(caption, title);
      const now = `${columns.length}×${lines.length}`;
      if (now !== shape) {
        shape = now;
        head.replaceChildren(element("tr", {}, ...columns.map(() => element("th", { scope: "col" }))));
        rows.replaceChildren(
          ...lines.map((line) =>
            element("tr", {}, ...line.map((_, i) => (i ? element("td") : element("th", { scope: "row" })))),
          ),
        );
      }
      columns.forEach((text, i) => setText(head.rows[0].cells[i], text));
      lines.forEach((line, i) => line.forEach((each, j) => fill(rows.rows[i].cells[j], each)));
    },
  };
}

function fill(node, { text, ...data }) {
  setText(node, text);
  Object.keys(node.dataset).forEach((key) => key in data || delete node.dataset[key]);
  for (const [key, value] of Object.entries(data)) if (value !== undefined) node.dataset[key] = value;
}

/** A table's cells: what is read, and in data attributes the numbers to the last bit. */
export const cell = {
  text: (text, data = {}) => ({ text, ...data }),
  count: (count, text = String(count)) => ({ text, count }),
  logit: (z) => ({ text: z === -Infinity ? "−∞ (masked)" : number(z), logit: z }),
  probability: (p, temperature) => ({ text: decimal(p), probability: p, temperature }),
  quantity: (value, temperature) => ({ text: number(value), quantity: value, temperature }),
};

/** The table of one distribution: a class, its logit and its probability a row. */
export function distributionTable({ title, head = "Class", names, logits, probabilities, temperature }) {
  return {
    title,
    columns: [head, "Logit", "Probability"],
    lines: names.map((name, i) => [
      cell.text(name),
      cell.logit(logits[i]),
      cell.probability(probabilities[i], temperature),
    ]),
  };
}
