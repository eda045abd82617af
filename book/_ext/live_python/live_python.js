// The code cells of a chapter, alive: each can be changed and run, after those that it needs.

import { download } from "../../../tempcourse/widgets/kit/download.js";
import { element } from "../../../tempcourse/widgets/kit/elements.js";
import { noteExercise, noteSetting, readRecord, readSetting } from "../../../tempcourse/widgets/kit/record.js";
import { CHECK, EXERCISE, liveCell } from "./cell.js";
import { pythonKernel } from "./kernel.js";
import { notebookWith } from "./notebook.js";
import { chapterHere, checkedNumber, codeCells, hasButton } from "./page.js";

const HERE = document.currentScript.src; // the worker stands beside it
const COST =
  "Python comes into this page: about 40 MB, half a minute at first; its packages from Pyodide’s own host, unless this site has them. What you write stays on your device.";
const OCCUPIED = "Another cell is running. Stop it, or wait for its end.";
const STOPPED = "Stopped. What was computed is gone; the next run starts anew.";

/** Ask once before anything is fetched; comes to whether Python is wanted. */
function askFirst(place) {
  if (readSetting("python")) return Promise.resolve(true);
  const [yes, no] = ["Start Python", "Not now"].map((words) => element("button", { type: "button" }, words));
  const named = { class: "live-ask", role: "group", "aria-label": "Start Python" };
  const panel = element("div", named, element("p", {}, COST), yes, no);
  place.append(panel);
  yes.focus();
  return new Promise((answer) => {
    const end = (wanted) => {
      panel.remove();
      if (wanted) noteSetting("python", true);
      answer(wanted);
    };
    yes.addEventListener("click", () => end(true));
    no.addEventListener("click", () => end(false));
  });
}

/** Run cells of a list by a kernel: each after those before it that it needs, and an exercise with its check. */
function cellRunner(cells, kernel) {
  let [busy, ran, turns] = [null, new Map(), 0]; // the cell that runs; by cell, what of it ran in this Python and when
  const checkOf = ({ index }) => cells.slice(index + 1).find(({ kind }) => kind === CHECK);

  /** The cells that only show something, stand before one and are needed by it, and have not run as they are now. */
  const needed = async (cell) => {
    const before = cells.slice(0, cell.index).filter(({ kind }) => !kind);
    const last = cell.kind === EXERCISE ? `${cell.read()}\n${checkOf(cell)?.read() ?? ""}` : cell.read();
    const indices = await kernel.needed([...before.map((each) => each.read()), last]);
    let [isStale, latest] = [false, 0]; // once one has changed, or has run after one that follows it, these run again
    return indices.map((index) => before[index]).filter((each) => {
      const { source, turn } = ran.get(each) ?? {};
      isStale ||= source !== each.read() || turn < latest;
      latest = Math.max(latest, turn ?? 0);
      return isStale;
    });
  };
  const runOne = async (cell, show) => {
    const source = cell.read();
    const { error, trouble } = await kernel.run(source, cell.name, show, show && (() => cell.say("Running …")));
    if (error && trouble.length) error.words = `What it needs could not be fetched: ${trouble[0]}`;
    if (!error) ran.set(cell, { source, turn: (turns += 1) });
    return error;
  };
  const runNeeded = async (cell) => {
    const before = await needed(cell);
    for (const [i, each] of before.entries()) {
      cell.say(`Running what it needs: cell ${i + 1} of ${before.length} …`);
      const error = await runOne(each, null);
      if (error) return { ...error, words: `It happened in a cell before this one. ${error.words}` };
    }
    return null;
  };
  /** Judge an exercise by the check that follows it. */
  const runCheck = async (cell) => {
    const check = checkOf(cell);
    const number = checkedNumber(check?.source ?? "");
    if (!number) return null;
    let said = "";
    check.hideStored();
    const error = await runOne(check, (part) => {
      if (part.stream === "stdout") said += part.text;
      cell.show(part);
    });
    const verdict = said.split("\n").findLast((line) => line.startsWith(`Exercise ${number}: `)) ?? "";
    const right = verdict.startsWith(`Exercise ${number}: right`);
    if (!error && verdict && !verdict.includes("not attempted yet")) noteExercise(number, { right });
    return error;
  };
  const runAll = async (cell) => {
    if (!kernel.runs()) ran = new Map();
    if (!kernel.runs()) cell.say("Starting Python …");
    const error = await runNeeded(cell);
    if (error) return error;
    return (await runOne(cell, cell.show)) ?? (cell.kind === EXERCISE ? runCheck(cell) : null);
  };
  const runToItsEnd = async (cell) => {
    cell.start();
    try {
      const error = await runAll(cell);
      if (error) cell.complain(error);
      cell.end(error ? "It ended with an error." : "Done.");
    } catch (error) {
      cell.end(error.message === "stopped" ? STOPPED : `Python did not run: ${error.message}.`);
    }
  };
  return {
    onLoaded: (bytes) => busy?.load(bytes),
    async run(cell) {
      if (busy && busy !== cell) cell.say(OCCUPIED);
      if (busy) return;
      busy = cell;
      if (await askFirst(cell.place)) await runToItsEnd(cell);
      busy = null;
    },
  };
}

/** Save the chapter as a notebook with what was written. */
async function saveNotebook(cells, address) {
  const notebook = await (await fetch(address)).json();
  const text = notebookWith(notebook, cells, readRecord().exercises);
  download(address.pathname.split("/").at(-1), text, "application/x-ipynb+json");
}

/**
 * Make a chapter's cells live; `place` says where Python and the notebook are. Returns the cells by their elements, and
 * what saves them.
 */
export default function livePython(place) {
  const [lite, notebook] = ["lite", "notebook"].map((name) => new URL(place.dataset[name], location.href));
  const cells = [];
  const kernel = pythonKernel(lite, HERE, (bytes) => runner.onLoaded(bytes));
  const runner = cellRunner(cells, kernel);
  const nodes = codeCells();
  const about = { chapter: chapterHere(), kept: readRecord().cells, onRun: runner.run, onStop: kernel.stop };
  cells.push(...nodes.map((node, index) => liveCell(node, index, { ...about, hasTools: hasButton(node, nodes) })));
  return { cells: new Map(cells.map((cell) => [cell.node, cell])), save: () => saveNotebook(cells, notebook) };
}
