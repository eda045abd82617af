// Buttons beside the code cells of a chapter, on a site that has Python: the first that is pressed fetches what runs them.

import { element } from "../../../tempcourse/widgets/kit/elements.js";
import { readRecord } from "../../../tempcourse/widgets/kit/record.js";

/** Fetch what runs cells, and hand it the page. */
function fetchRunner(place) {
  const script = element("script", { src: place.dataset.livePython });
  document.head.append(script);
  return new Promise((done, fail) => {
    script.addEventListener("load", () => done(globalThis.livePython(place)));
    script.addEventListener("error", () => fail(new Error("what runs cells did not load")));
  });
}

/** The code cells that can be run: those of exercises with their checks, and all that only show something. */
function runnable() {
  const cells = [...document.querySelectorAll("article .cell")].filter((node) => node.querySelector(".cell_input pre"));
  return cells.filter((node) => !node.matches(".tag_check") && !node.querySelector(".static-widget"));
}

/** Whether something was written in a cell of this chapter before. */
function isWritten() {
  const chapter = location.pathname.split("/").at(-1).replace(/\.html$/, "");
  return Object.entries(readRecord().cells).some(([key, { written }]) => written && key.startsWith(`${chapter}/`));
}

/** Offer to run each cell; what was written in one before is there again at once. */
export function offerPython() {
  const place = document.querySelector("[data-live-python]");
  if (!place) return;
  const offers = [];
  let runner = null;
  const load = () => {
    runner ??= fetchRunner(place).finally(() => offers.forEach((offer) => offer.remove()));
    return runner;
  };
  for (const node of runnable()) {
    const press = element("button", { type: "button" }, node.matches(".tag_exercise") ? "Answer here" : "Run");
    press.addEventListener("click", async () => (await load()).cells.get(node).begin());
    const offer = element("div", { class: "live-tools" }, press);
    offers.push(offer);
    node.querySelector(".cell_input").after(offer);
  }
  for (const note of document.querySelectorAll(".tag_check p.exercise-field")) note.remove();
  const save = element("button", { type: "button", class: "live-save" }, "Download your answers");
  save.addEventListener("click", async () => (await load()).save());
  document.querySelector("nav.launch-buttons ul")?.append(element("li", {}, save, " ", element("span", {}, "in the notebook")));
  if (isWritten()) load();
}
