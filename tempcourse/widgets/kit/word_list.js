// A text whose words, or tokens, can be chosen one by one.

import { temperatureColour } from "./colours.js";
import { element, move, setText } from "./elements.js";

/** The text as a list of words, one of which is chosen by pointer or keyboard; the last stands for what comes next. */
export function wordList(choose) {
  const node = element("div", {
    ...{ class: "tc-story tc-tinted", role: "listbox", "aria-orientation": "horizontal" },
    "aria-label": "The text, word by word",
  });
  const options = [];
  const option = () => {
    const [space, word] = [document.createTextNode(""), element("span", { role: "option" })];
    node.append(space, word);
    return { space, word };
  };
  node.addEventListener("focusin", ({ target }) => choose(options.findIndex(({ word }) => word === target)));
  node.addEventListener("keydown", (event) => {
    const last = options.findLastIndex(({ word }) => !word.hidden);
    const chosen = options.findIndex(({ word }) => word === document.activeElement);
    const to = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    options[Math.max(0, Math.min(to, last))].word.focus();
  });
  return {
    node,
    /** entries: { space, written, name, kinds } each. */
    update(entries, chosen, temperature) {
      while (options.length < entries.length) options.push(option());
      options.forEach(({ space, word }, i) => {
        word.hidden = i >= entries.length;
        const { space: before, written, name, kinds } = entries[i] ?? { space: "", written: "…", name: "", kinds: [] };
        if (space.data !== before) space.data = before;
        setText(word, written);
        move(word, {
          ...{ class: ["tc-word", ...kinds].join(" "), "aria-label": name },
          ...{ "aria-selected": i === chosen, tabindex: i === chosen ? 0 : -1 },
        });
      });
      node.style.setProperty("--tc-temperature", temperatureColour(temperature));
    },
  };
}
