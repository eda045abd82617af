import { button, element, withCode } from "./kit/elements.js";
import { surenessOf } from "./maths/reader.js";
import { askInTurn } from "./kit/session.js";

const GUESS = 0; // the step of sureness that knows nothing

/** What an answer says of a chapter, and whether it can be skipped: where it was right, and no guess. */
function adviceOf({ right, sure, choices }) {
  if (!right) return ["read it", false];
  if (sure === null) return ["you can skip it, unless you guessed", true];
  if (sure <= surenessOf(GUESS, choices)) return ["read it: you were right by a guess", false];
  return ["you can skip it", true];
}

/** The chapters with what to do about each, in order. */
function adviceList(questions, given) {
  const items = questions.map(({ about, page }, i) => {
    const [words, skip] = adviceOf(given[i]);
    const link = element("a", { href: page }, ...withCode(about));
    return element("li", { class: skip ? "tc-skip" : "tc-read" }, skip ? "✓ " : "→ ", link, `: ${words}.`);
  });
  const first = questions.findIndex((_, i) => !adviceOf(given[i])[1]);
  const lead = first < 0 ? "You know all of this: begin where it pleases you." : "Begin with ";
  const link = first < 0 ? [] : [element("a", { href: questions[first].page }, questions[first].about), "."];
  return [element("p", { class: "tc-answer" }, lead, ...link), element("ul", { class: "tc-advice" }, ...items)];
}

function render({ model, el }) {
  const questions = model.get("questions");
  const start = button("Begin", { class: "tc-button tc-primary" });
  const session = askInTurn(() => {
    start.textContent = "Begin again";
    start.hidden = false;
  });
  const named = { role: "group", "aria-label": "Where to begin" };
  const attributes = { class: "tc", "data-explorable": "diagnostic", "data-lm-suppress-shortcuts": "true", ...named };
  const root = element("div", attributes, session.node, start);
  start.addEventListener("click", () => {
    const given = [];
    start.hidden = true;
    session.begin([...questions], {
      after: (question, answer) => (given[questions.indexOf(question)] = answer),
      closing: () => element("div", {}, ...adviceList(questions, given)),
    });
  });
  el.append(root);
  return () => {
    session.leave();
    root.remove();
  };
}

export default { render };
