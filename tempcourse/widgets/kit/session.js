// Questions asked one after the other, in one place.

import { button, element } from "./elements.js";
import { showQuestion } from "./question.js";

/** A place for sessions; `onEnd` hears when one is over. */
export function askInTurn(onEnd) {
  const node = element("div", { class: "tc-session" });
  let [leave, session] = [() => {}, null];

  const end = () => {
    const closing = session.closing();
    session = null;
    const said = element("div", { tabindex: "-1" }, closing);
    node.replaceChildren(said);
    said.focus(); // so that it is read out: the button that had the focus is gone
    onEnd();
  };
  const next = () => {
    leave();
    leave = () => {};
    if (!session.waiting.length || session.isOver()) return end();
    const question = session.waiting.shift();
    const on = button("Next", { class: "tc-button tc-primary" });
    on.hidden = true;
    on.addEventListener("click", next);
    node.replaceChildren();
    leave = showQuestion({
      model: { get: (trait) => question[trait] },
      el: node,
      tools: [on],
      once: true,
      after(given) {
        session.after(question, given);
        on.hidden = false;
        on.focus();
      },
    });
    node.querySelector("input").focus();
  };
  return {
    node,
    /** Ask the questions of a list, which may grow: `after` hears of each answer, and `closing` is shown at the end. */
    begin(waiting, { after, isOver = () => false, closing }) {
      session = { waiting, after, isOver, closing };
      next();
    },
    runs: () => session !== null,
    leave: () => leave(),
  };
}
