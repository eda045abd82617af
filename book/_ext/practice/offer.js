// Buttons beside the code cells of a chapter, on a site that has Python: the first that is pressed fetches what runs them.

import { element } from "../../../tempcourse/widgets/kit/elements.js";
import { readRecord } from "../../../tempcourse/widgets/kit/record.js";
import { chapterHere, codeCells, hasButton } from "../live_python/page.js";

/** Fetch what runs cells, and hand it the page. */
function fetchRunner(place) {
  const script = element("script", { src: place.dataset.livePython });
  document.head.append(script);
  return new Promise((done, fail) => {
    script.addEventListener("load", () => done(globalThis.livePython(place)));
    script.addEventListener("error", () => {
      script.remove();
      fail(new Error("what runs cells did not load"));
    });
  });
}

/** Whether something was written in a cell of this chapter before. */
function isWritten() {
  const begin = `${chapterHere()}/`;
  return Object.entries(readRecord().cells).some(([key, { written }]) => written && key.startsWith(begin));
}

/** Offer to run each cell; what was written in one before is there again at once. */
export function offerPython() {
  const place = document.querySelector("[data-live-python]");
  if (!place) return;
  const offers = [];
  let runner = null;
  const load = async () => {
    runner ??= fetchRunner(place);
    const found = await runner.catch(() => null);
    if (found) for (const offer of offers) offer.remove();
    else runner = null;
    return found;
  };
  const cells = codeCells();
  for (const node of cells.filter((each) => hasButton(each, cells))) {
    const press = element("button", { type: "button" }, node.matches(".tag_exercise") ? "Answer here" : "Run");
    const status = element("span", { class: "live-status", role: "status" });
    press.addEventListener("click", async () => {
      const found = await load();
      if (found) found.cells.get(node).begin();
      else status.textContent = "What runs cells could not be fetched. Is there a connection?";
    });
    const offer = element("div", { class: "live-tools" }, press, status);
    offers.push(offer);
    node.querySelector(".cell_input").after(offer);
  }
  for (const note of document.querySelectorAll(".tag_check p.exercise-field")) note.remove();
  const save = element("button", { type: "button", class: "live-save" }, "Download your answers");
  save.addEventListener("click", async () => (await load())?.save());
  document.querySelector("nav.launch-buttons ul")?.append(element("li", {}, save, " ", element("span", {}, "in the notebook")));
  if (isWritten()) load();
}
