// A chapter's notebook with what a reader wrote.

/** What a field's answer is in Python; null for what has no value. */
function assignment(source, { value, written }) {
  if (value === undefined || value === null) return null;
  const said = { Infinity: "float('inf')", "-Infinity": "float('-inf')" };
  const one = (each) => said[each] ?? String(each);
  const python = Array.isArray(value) ? `[${value.map(one).join(", ")}]` : one(value);
  return source.replace("...", `${python}  # ${written}`);
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
    const number = /^check\("(\d+\.\d+)"/m.exec(source)?.[1];
    const filled = number && waiting && assignment([waiting.source].flat().join(""), exercises[number] ?? {});
    if (filled) waiting.source = lines(filled);
    if (number) waiting = null;
  }
  return JSON.stringify(notebook, null, 1);
}
