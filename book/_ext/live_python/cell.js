// A code cell that can be written in: its editor, its buttons, and what it prints and displays.

import { element, setText } from "../../../tempcourse/widgets/kit/elements.js";
import { noteCell } from "../../../tempcourse/widgets/kit/record.js";
import { codeEditor } from "./editor.js";

export const EXERCISE = "exercise";
export const CHECK = "check";
const SOLUTION = "solution";
const PAUSE = 400; // milliseconds after which what was written is kept
const REALLY = "Reset, and lose what you wrote?";
const USUAL = 43e6; // bytes of Python with numpy and matplotlib

/** A short name for a text, to find again what was written in a cell as long as the cell is the same. */
function digest(text) {
  let hash = 5381;
  for (const letter of text) hash = (hash * 33 + letter.codePointAt(0)) % 4294967296;
  return hash.toString(36);
}

/** What a cell prints and displays, as it comes. */
function outputArea() {
  const node = element("div", { class: "live-output cell_output", hidden: "" });
  const add = (part) => {
    node.hidden = false;
    node.append(part);
  };
  return {
    node,
    clear() {
      node.hidden = true;
      node.replaceChildren();
    },
    show({ stream, text, bundle }) {
      const last = node.lastElementChild;
      if (stream && last?.dataset.stream === stream) return last.append(text);
      if (stream) return add(element("pre", { "data-stream": stream }, text));
      const [picture, words] = [bundle["image/png"], bundle["text/plain"]];
      if (!picture) return add(element("pre", {}, words));
      return add(element("img", { src: `data:image/png;base64,${picture}`, alt: words ?? "What the cell drew" }));
    },
    complain({ name, message, words, line, code }) {
      const where = line ? `Line ${line}${code ? `: ${code}` : ""}` : "";
      const parts = [element("strong", {}, `${name}: ${message}`), element("span", {}, words), element("code", {}, where)];
      add(element("p", { class: "live-error" }, ...parts.filter((part) => part.textContent)));
    },
  };
}

/** The buttons of a cell, and what is said beside them. */
function toolsOf(words) {
  const [run, stop, reset] = [words, "Stop", "Reset"].map((name) => element("button", { type: "button" }, name));
  [stop.hidden, reset.hidden] = [true, true];
  const status = element("span", { class: "live-status", role: "status" });
  const bar = element("progress", { max: USUAL, "aria-label": "Python, as it comes" });
  const megabytes = element("span", { class: "live-status" }); // not said at each of them
  const loading = element("span", { class: "live-loading", hidden: "" }, bar, megabytes);
  const node = element("div", { class: "live-tools", role: "group" }, run, stop, reset, status, loading);
  return { node, run, stop, reset, status, loading, bar, megabytes };
}

/**
 * Make a cell of the page live. `kept` has what was written in the cells of all chapters, and `hasTools` says whether it
 * has buttons; `onRun` hears that it shall run, `onStop` that it shall not go on.
 */
export function liveCell(node, index, { chapter, kept, hasTools, onRun, onStop }) {
  const code = node.querySelector(".cell_input pre");
  const source = code.textContent.replace(/\n$/, "");
  const kind = [EXERCISE, CHECK, SOLUTION].find((each) => node.classList.contains(`tag_${each}`)) ?? "";
  const [key, name] = [`${chapter}/${digest(source)}`, `cell ${index + 1}`];
  const stored = [...node.querySelectorAll(":scope > .cell_output, :scope > details .cell_output")];
  const plain = code.closest("div[class*=highlight-]") ?? code;
  const [output, tools] = [outputArea(), toolsOf(kind === EXERCISE ? "Run and check" : "Run")];
  let [editor, isRunning, isReset, waiting] = [null, false, false, 0];

  const cell = { node, index, source, kind, name, place: tools.node, show: output.show, complain: output.complain };
  const save = () => {
    clearTimeout(waiting);
    waiting = 0;
    noteCell(key, cell.read() === source ? null : cell.read());
  };
  addEventListener("pagehide", () => waiting && save());
  const open = () => {
    if (editor) return;
    const onChange = () => {
      tools.reset.hidden = false;
      clearTimeout(waiting);
      waiting = setTimeout(save, PAUSE);
    };
    editor = codeEditor(source, { label: `Code of ${name}`, onRun: () => onRun(cell), onChange });
    plain.hidden = true;
    plain.after(editor.node);
  };
  const reset = () => {
    isReset = true;
    if (isRunning) onStop();
    editor?.node.remove();
    editor = null;
    plain.hidden = false;
    output.clear();
    stored.forEach((each) => (each.hidden = false));
    save();
    cell.say("");
    tools.reset.hidden = true;
    tools.run.focus();
  };
  /** What was written is lost by a reset: then it is asked for twice. */
  const askReset = () => {
    const isSafe = cell.read() === source || tools.reset.textContent === REALLY;
    setText(tools.reset, isSafe ? "Reset" : REALLY);
    if (isSafe) reset();
  };
  Object.assign(cell, {
    read: () => editor?.read() ?? source,
    hideStored: () => stored.forEach((each) => (each.hidden = true)),
    say(words) {
      tools.loading.hidden = true;
      setText(tools.status, words);
    },
    /** Python is on its way: so many bytes have come. */
    load(bytes) {
      [tools.loading.hidden, tools.bar.value] = [false, Math.min(bytes, USUAL)];
      setText(tools.megabytes, `${(bytes / 1e6).toFixed(0)} MB have come`);
    },
    /** What the first press of its button does: an exercise is there to be written, all else is run. */
    begin() {
      if (kind !== EXERCISE) return onRun(cell);
      open();
      return editor.node.focus();
    },
    /** It is about to run: nothing of an earlier run is left. */
    start() {
      open();
      save();
      output.clear();
      cell.hideStored();
      isReset = false;
      isRunning = true;
      [tools.stop.hidden, tools.reset.hidden] = [false, false];
    },
    /** It has ended; where the keyboard was on what goes now, it is on what runs it again. */
    end(words) {
      const hadFocus = tools.stop === document.activeElement;
      isRunning = false;
      tools.stop.hidden = true;
      if (hadFocus) tools.run.focus();
      cell.say(isReset ? "" : words);
    },
  });
  tools.run.addEventListener("click", () => onRun(cell));
  tools.stop.addEventListener("click", onStop);
  tools.reset.addEventListener("click", askReset);
  tools.reset.addEventListener("blur", () => setText(tools.reset, "Reset"));
  tools.node.setAttribute("aria-label", `Cell ${index + 1}`);
  if (hasTools) node.querySelector(".cell_input").after(tools.node, output.node);
  const { written } = kept[key] ?? {};
  if (written) {
    open();
    editor.write(written);
    tools.reset.hidden = false;
  }
  return cell;
}
