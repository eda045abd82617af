import { button, element, inline, linkButton } from "./explorable.js";

const LETTERS = "abcdefgh";
let count = 0; // radio buttons of one quiz share a name that no other quiz has

/** A choice as a radio button in a label that is easy to hit. */
function option(name, choice, i) {
  const radio = element("input", { type: "radio", name, value: i });
  const text = element("span", {}, `${LETTERS[i]}) `, ...inline(choice));
  const node = element("label", { class: "tc-choice" }, radio, text);
  return { radio, node };
}

/** What there is to say about one choice; the chosen one stands open. */
function explanation({ choice, text, letter, right, chosen }) {
  const verdict = element("span", { class: "tc-verdict" }, right ? " ✓ right" : " ✗ not right");
  const heading = element("summary", {}, `${letter}) `, ...inline(choice), verdict);
  const body = element("p", {}, ...inline(text));
  const node = element("details", { class: right ? "tc-right" : "tc-wrong" }, heading, body);
  node.open = chosen;
  return node;
}

function render({ model, el }) {
  const [question, choices] = [model.get("question"), model.get("choices")];
  const [answer, explanations] = [model.get("answer"), model.get("explanations")];
  const group = `tc-quiz-${(count += 1)}`;
  const options = choices.map((choice, i) => option(group, choice, i));
  const fieldset = element(
    "fieldset",
    {},
    element("legend", {}, ...inline(question)),
    ...options.map(({ node }) => node),
  );
  const commit = button("Check my answer", { class: "tc-button tc-primary" });
  const again = button("Try again");
  const status = element("p", { class: "tc-note", role: "status" });
  const notes = element("div", { class: "tc-notes" });
  const [copy, said] = linkButton(model, []);
  const tools = element("div", { class: "tc-toolbar" }, commit, again, copy, said);
  const root = element(
    "div",
    { class: "tc tc-quiz", "data-explorable": "quiz", "data-lm-suppress-shortcuts": "true" },
    fieldset,
    tools,
    status,
    notes,
  );

  const ask = () => {
    fieldset.disabled = false;
    options.forEach(({ radio }) => (radio.checked = false));
    commit.disabled = true;
    commit.hidden = false;
    again.hidden = true;
    status.textContent = "Commit to a choice; then each is explained.";
    status.className = "tc-note";
    notes.replaceChildren();
  };
  const reveal = () => {
    const chosen = options.findIndex(({ radio }) => radio.checked);
    const order = [chosen, answer, ...choices.keys()].filter((i, k, all) => all.indexOf(i) === k);
    fieldset.disabled = true;
    commit.hidden = true;
    again.hidden = false;
    const right = LETTERS[answer];
    const mistaken = `Not ${LETTERS[chosen]}. The right answer is ${right}.`;
    status.textContent = chosen === answer ? `Right: ${right}.` : mistaken;
    status.className = "tc-answer";
    notes.replaceChildren(
      ...order.map((i) =>
        explanation({
          choice: choices[i],
          text: explanations[i],
          letter: LETTERS[i],
          right: i === answer,
          chosen: i === chosen,
        }),
      ),
    );
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
    options[0].radio.focus();
  });
  ask();
  el.append(root);
  return () => root.remove();
}

export default { render };
