// A text area in which code can be written: Tab and Enter indent, and Escape gives Tab back to the page.

import { element } from "../../../tempcourse/widgets/kit/elements.js";

const STEP = "    ";

/** Put text in the place of what is selected, so that it can be undone. */
function insert(area, text) {
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}

/** Take a step of indentation away before the cursor's line. */
function dedent(area) {
  const cursor = area.selectionStart;
  const begin = area.value.lastIndexOf("\n", cursor - 1) + 1;
  const spaces = /^ {0,4}/.exec(area.value.slice(begin))[0].length;
  if (!spaces) return;
  area.setSelectionRange(begin, begin + spaces);
  insert(area, "");
  const place = Math.max(begin, cursor - spaces);
  area.setSelectionRange(place, place);
}

/** The spaces that the next line begins with: those of this one, and a step more after a colon. */
function indentAfter(line) {
  return /^ */.exec(line)[0] + (/:\s*(#.*)?$/.test(line) ? STEP : "");
}

/** An editor with a name; `onRun` is called by Shift+Enter and Control+Enter, `onChange` when something was written. */
export function codeEditor(source, { label, onRun, onChange }) {
  const plain = { spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off", wrap: "off" };
  const area = element("textarea", { class: "live-editor", "aria-label": label, ...plain });
  let tabLeaves = false;
  const fit = () => area.setAttribute("rows", area.value.split("\n").length);
  area.addEventListener("input", () => {
    fit();
    onChange(area.value);
  });
  area.addEventListener("keydown", (event) => {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    const leaves = tabLeaves;
    tabLeaves = key === "Escape";
    if (key === "Tab" && !leaves) {
      event.preventDefault();
      if (shiftKey) dedent(area);
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
