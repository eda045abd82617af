// A text area in which code can be written: Tab and Enter indent, and Escape gives Tab back to the page.

import { element } from "../../../tempcourse/widgets/kit/elements.js";

const STEP = "    ";

/** Put text in the place of what is selected, so that it can be undone. */
function insert(area, text) {
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}

/** Move the lines that are selected, or the cursor's, by a step to the right or to the left. */
function shiftLines(area, isLeft) {
  const [from, to] = [area.selectionStart, area.selectionEnd];
  const begin = area.value.lastIndexOf("\n", from - 1) + 1;
  const old = area.value.slice(begin, to);
  const lines = old.split("\n").map((line) => (isLeft ? line.replace(/^ {1,4}/, "") : STEP + line));
  area.setSelectionRange(begin, to);
  insert(area, lines.join("\n"));
  const first = lines[0].length - old.split("\n")[0].length;
  area.setSelectionRange(Math.max(begin, from + first), Math.max(begin, to + lines.join("\n").length - old.length));
}

/** The spaces that the next line begins with: those of this one, and a step more after a colon. */
function indentAfter(line) {
  return /^ */.exec(line)[0] + (/:\s*(#.*)?$/.test(line) ? STEP : "");
}

/** An editor with a name; `onRun` is called by Shift+Enter and Control+Enter, `onChange` when something was written. */
export function codeEditor(source, { label, onRun, onChange }) {
  const plain = { spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off", wrap: "off" };
  const named = { "aria-label": label, "aria-description": "Tab indents; Escape and then Tab leaves." };
  const area = element("textarea", { class: "live-editor", ...named, ...plain });
  let tabLeaves = false;
  const fit = () => area.setAttribute("rows", area.value.split("\n").length);
  area.addEventListener("input", () => {
    fit();
    onChange();
  });
  area.addEventListener("keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    if (event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(key)) return;
    const leaves = tabLeaves;
    tabLeaves = key === "Escape";
    if (key === "Tab" && !leaves) {
      event.preventDefault();
      if (shiftKey || area.value.slice(area.selectionStart, area.selectionEnd).includes("\n")) shiftLines(area, shiftKey);
      else insert(area, STEP);
    } else if (key === "Enter" && (shiftKey || ctrlKey || metaKey)) {
      event.preventDefault();
      onRun();
    } else if (key === "Enter") {
      event.preventDefault();
      const line = area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);
      insert(area, `\n${indentAfter(line)}`);
    }
  });
  const write = (text) => {
    area.value = text;
    fit();
  };
  write(source);
  return { node: area, read: () => area.value, write };
}
