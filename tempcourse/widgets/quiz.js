import { button, element, withCode } from "./kit/elements.js";
import { linkButton } from "./kit/toolbar.js";

const LETTERS = "abcdefgh";
let count = 0; // radio buttons of one quiz share a name that no other quiz has

/** The question and a radio button for each choice, in a label that is easy to hit. */
function questionForm(question, choices) {
  const name = `tc-quiz-${(count += 1)}`;
  const radios = choices.map((_, i) => element("input", { type: "radio", name, value: i }));
  const labels = choices.map((choice, i) => {
    const text = element("span", {}, `${LETTERS[i]}) `, ...withCode(choice));
    return element("label", { class: "tc-choice" }, radios[i], text);
  });
  const fieldset = element("fieldset", {}, element("legend", {}, ...withCode(question)), ...labels);
  return { fieldset, radios };
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

function render({ model, el }) {
  const answer = model.get("answer");
  const { fieldset, radios } = questionForm(model.get("question"), model.get("choices"));
  const commit = button("Check my answer", { class: "tc-button tc-primary" });
  const again = button("Try again");
  const status = element("p", { role: "status" });
  const notes = element("div", { class: "tc-notes" });
  const tools = element("div", { class: "tc-toolbar" }, commit, again, ...linkButton(model, []));
  const attributes = { class: "tc tc-quiz", "data-explorable": "quiz", "data-lm-suppress-shortcuts": "true" };
  const root = element("div", attributes, fieldset, tools, status, notes);

  /** Open or closed: the question, the buttons, what is said, and what is explained. */
  const show = (open, text, explanations) => {
    fieldset.disabled = !open;
    commit.hidden = !open;
    again.hidden = open;
    status.textContent = text;
    status.className = open ? "tc-note" : "tc-answer";
    notes.replaceChildren(...explanations);
  };
  const ask = () => {
    radios.forEach((radio) => (radio.checked = false));
    commit.disabled = true;
    show(true, "Commit to a choice; then each is explained.", []);
  };
  const reveal = () => {
    const chosen = radios.findIndex((radio) => radio.checked);
    const right = LETTERS[answer];
    const mistaken = `Not ${LETTERS[chosen]}. The right answer is ${right}.`;
    show(false, chosen === answer ? `Right: ${right}.` : mistaken, explanationsOf(model, chosen));
    again.focus(); // the button that had the focus is gone
  };
  fieldset.addEventListener("change", () => (commit.disabled = false));
  fieldset.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || commit.disabled) return;
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

export default { render };
