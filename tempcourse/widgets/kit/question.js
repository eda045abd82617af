// A question that is answered before it is explained.

import { button, element, withCode } from "./elements.js";
import { noteQuiz, noteSetting, readSetting } from "./record.js";
import { surenessOf } from "../maths/reader.js";

const LETTERS = "abcdefgh";
const SURE = ["a guess", "a leaning", "fairly sure", "sure", "certain"];
const COUNT = Symbol.for("temperature-course-questions"); // of this page: each explorable may be a module of its own

function newNumber() {
  globalThis[COUNT] = (globalThis[COUNT] ?? 0) + 1;
  return globalThis[COUNT];
}

/** The question and a radio button for each choice, in a label that is easy to hit. */
function questionForm(question, choices) {
  const name = `tc-quiz-${newNumber()}`; // which radio buttons of no other quiz have
  const radios = choices.map((_, i) => element("input", { type: "radio", name, value: i }));
  const labels = choices.map((choice, i) => {
    const text = element("span", {}, `${LETTERS[i]}) `, ...withCode(choice));
    return element("label", { class: "tc-choice" }, radios[i], text);
  });
  const fieldset = element("fieldset", {}, element("legend", {}, ...withCode(question)), ...labels);
  return { fieldset, radios };
}

/** The question how sure the reader is, which may be passed over, and put off for all quizzes: then `onNever` is called. */
function surenessForm(choices, onNever) {
  const name = `tc-sure-${newNumber()}`;
  const radios = SURE.map((_, i) => element("input", { type: "radio", name, value: i }));
  const labels = SURE.map((word, i) => {
    const meant = element("span", { class: "tc-meant" }, `${Math.round(100 * surenessOf(i, choices))} %`);
    return element("label", { class: "tc-step" }, radios[i], element("span", {}, word), meant);
  });
  const never = button("Do not ask");
  const legend = element("legend", {}, "How sure are you? Leave it open if you like.");
  const fieldset = element("fieldset", { class: "tc-sure" }, legend, ...labels, never);
  never.addEventListener("click", () => {
    noteSetting("sureness", false);
    fieldset.hidden = true;
    onNever();
  });
  return {
    fieldset,
    /** Ask, if the reader has not put it off. */
    ask() {
      fieldset.hidden = readSetting("sureness") === false;
    },
    close() {
      fieldset.hidden = true;
      radios.forEach((radio) => (radio.checked = false));
    },
    /** The probability that was meant; null where none was. */
    sure() {
      const step = fieldset.hidden ? -1 : radios.findIndex((radio) => radio.checked);
      return step < 0 ? null : surenessOf(step, choices);
    },
  };
}

/** The number of the chapter whose page or notebook this is; null elsewhere. */
function chapterHere() {
  const found = /(\d\d)_\w+\.(?:html|ipynb)/.exec(location.href);
  return found ? Number(found[1]) : null;
}

/** What there is to say about one choice; the chosen one stands open. */
function explanation({ choice, text, letter, right, chosen }) {
  const verdict = element("span", { class: "tc-verdict" }, right ? " ✓ right" : " ✗ not right");
  const heading = element("summary", {}, `${letter}) `, ...withCode(choice), verdict);
  const body = element("p", {}, ...withCode(text));
  const node = element("details", { class: right ? "tc-right" : "tc-wrong" }, heading, body);
  node.open = chosen;
  return node;
}

/** All explanations: of the chosen one first, then of the right one. */
function explanationsOf(model, chosen) {
  const [choices, answer, texts] = ["choices", "answer", "explanations"].map((name) => model.get(name));
  const order = [...new Set([chosen, answer, ...choices.keys()])];
  return order.map((i) => {
    const about = { choice: choices[i], text: texts[i], letter: LETTERS[i] };
    return explanation({ ...about, right: i === answer, chosen: i === chosen });
  });
}

/**
 * Show a question in an element: it is asked, noted and explained. `tools` are the buttons beside its own, `after` hears
 * of each answer, and what is asked `once` is not tried again. Returns what takes it away.
 */
export function showQuestion({ model, el, tools: others = [], after = () => {}, once = false }) {
  const answer = model.get("answer");
  const { fieldset, radios } = questionForm(model.get("question"), model.get("choices"));
  const commit = button("Check my answer", { class: "tc-button tc-primary" });
  const sureness = surenessForm(radios.length, () => commit.focus());
  const again = button("Try again");
  const status = element("p", { role: "status" });
  const notes = element("div", { class: "tc-notes" });
  const tools = element("div", { class: "tc-toolbar" }, commit, again, ...others);
  const attributes = { class: "tc tc-quiz", "data-explorable": "quiz", "data-lm-suppress-shortcuts": "true" };
  const root = element("div", attributes, fieldset, sureness.fieldset, tools, status, notes);

  /** Open or closed: the question, the buttons, what is said, and what is explained. */
  const show = (open, text, explanations) => {
    fieldset.disabled = !open;
    commit.hidden = !open;
    again.hidden = open || once;
    status.textContent = text;
    status.className = open ? "tc-note" : "tc-answer";
    notes.replaceChildren(...explanations);
  };
  const ask = () => {
    radios.forEach((radio) => (radio.checked = false));
    sureness.close();
    commit.disabled = true;
    show(true, "Commit to a choice; then each is explained.", []);
  };
  const reveal = () => {
    const chosen = radios.findIndex((radio) => radio.checked);
    const right = LETTERS[answer];
    const given = { chosen, right: chosen === answer, choices: radios.length, sure: sureness.sure() };
    noteQuiz(model.get("anchor"), { ...given, chapter: model.get("chapter") ?? chapterHere() });
    sureness.close();
    const mistaken = `Not ${LETTERS[chosen]}. The right answer is ${right}.`;
    show(false, chosen === answer ? `Right: ${right}.` : mistaken, explanationsOf(model, chosen));
    again.focus(); // the button that had the focus is gone
    after(given);
  };
  fieldset.addEventListener("change", () => {
    commit.disabled = false;
    sureness.ask();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || commit.disabled || !event.target.matches("input[type=radio]")) return;
    event.preventDefault(); // else the same key press would go on to the button that gets the focus
    reveal();
  });
  commit.addEventListener("click", reveal);
  again.addEventListener("click", () => {
    ask();
    radios[0].focus();
  });
  ask();
  el.append(root);
  return () => root.remove();
}
