// A chapter's notebook with what a reader wrote.

import { checkedNumber } from "./page.js";

const INFINITE = { Infinity: "float('inf')", "-Infinity": "float('-inf')" };

/** A number in Python, of which an infinity is kept as its name; null for what is none. */
function inPython(value) {
  return Number.isFinite(value) ? String(value) : (INFINITE[value] ?? null);
}

/** An exercise's cell with the answer of its field in the place of the stub; null where there is none. */
function answered(source, { value, written }) {
  const values = [value].flat().map(inPython);
  if (values.includes(null)) return null;
  const python = Array.isArray(value) ? `[${values.join(", ")}]` : values[0];
  return source.replace(/=.*/s, () => `= ${python}  # ${String(written).replace(/\s+/g, " ")}`);
}

/** The notebook's text: cells that were changed as they are now, and the answers of fields in their cells. */
export function notebookWith(notebook, cells, exercises) {
  const changed = new Map(cells.map((cell) => [cell.source, cell.read()]));
  const lines = (text) => text.split(/(?<=\n)/);
  let waiting = null; // the last cell that an answer belongs to
  for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === "code")) {
    const source = [cell.source].flat().join("");
    const now = changed.get(source.replace(/\n$/, "")) ?? source;
    if (now !== source) Object.assign(cell, { source: lines(now), outputs: [] });
    if (cell.metadata.tags?.includes("exercise")) waiting = now === source ? cell : null;
    const number = checkedNumber(source);
    const filled = number && waiting && answered([waiting.source].flat().join(""), exercises[number] ?? {});
    if (filled) waiting.source = lines(filled);
    if (number) waiting = null;
  }
  return JSON.stringify(notebook, null, 1);
}
