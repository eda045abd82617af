// The contexts whose next tokens are shown: recorded ones of a real model, and what a reader pastes.

import { button, element, setText } from "./elements.js";
import { choiceSetting, numberSetting, switchSetting, textSetting } from "./settings.js";
import { recordedName, visible } from "./tokens.js";
import { number, percent } from "./words.js";
import { recordedLogits } from "../maths/contexts.js";
import { readLogprobs } from "../maths/logprobs.js";

const LONGEST = 60000; // characters that may be pasted
const EMPTY = "Nothing is pasted yet. What you paste stays in this page, and in a link that you copy.";
const UNLISTED = "not listed";
const [COLDEST, HOTTEST, STEP] = [0.05, 10, 0.01]; // at which a list may have been returned
const RETURNED =
  "Most services return the model’s own numbers, those of τ = 1, whatever you ask for; some return them after " +
  "your temperature and filters. Say which. What a filter dropped on the way is not in the list, and stays unknown.";
const EXAMPLE = `{"token": " Paris", "logprob": -0.42, "top_logprobs": [
  {"token": " Paris", "logprob": -0.42},
  {"token": " a", "logprob": -2.31},
  {"token": " the", "logprob": -2.64},
  {"token": " located", "logprob": -3.02},
  {"token": ":", "logprob": -4.17}
]}`;

/** Where a reader pastes; it hides while a context is chosen. */
export function pasteField(model) {
  const id = `tc-own-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const area = element("textarea", {
    rows: "7",
    maxlength: String(LONGEST),
    spellcheck: "false",
    autocapitalize: "off",
    placeholder: " Paris -0.42\n a -2.31\n\nor CSV, or JSON with top_logprobs",
    "aria-describedby": id,
  });
  const label = element("label", {}, element("span", {}, "Tokens and log-probabilities, as an API returns them"), area);
  const example = button("Put in an example");
  const heat = element("input", { type: "number", min: String(COLDEST), max: String(HOTTEST), step: "any" });
  const returned = element("label", { class: "tc-returned" }, element("span", {}, "returned at τ ="), heat);
  const box = element("input", { type: "checkbox" });
  const missing = element("span");
  const others = element("label", { class: "tc-check" }, box, missing);
  const message = element("p", { class: "tc-note", id });
  const tools = element("div", { class: "tc-player" }, example, returned, others);
  const node = element("div", { class: "tc-own" }, label, tools, message, element("p", { class: "tc-asked" }, RETURNED));
  area.addEventListener("input", () => model.change({ own: area.value }));
  example.addEventListener("click", () => model.change({ own: EXAMPLE, others: true, returned: 1 }));
  heat.addEventListener("change", () => {
    const tau = heat.valueAsNumber;
    model.change({ returned: Math.min(HOTTEST, Math.max(COLDEST, tau || 1)) });
    heat.value = model.get("returned"); // what was typed may have been out of range, or no number
  });
  box.addEventListener("change", () => model.change({ others: box.checked }));
  return {
    node,
    update({ said, share = 0, wrong = false }) {
      node.hidden = model.get("context") < model.get("contexts").length;
      if (node.hidden) return;
      const own = model.get("own");
      if (area.value !== own) area.value = own;
      if (heat !== document.activeElement) heat.value = model.get("returned");
      area.setAttribute("aria-invalid", String(wrong));
      box.checked = model.get("others");
      others.hidden = !share;
      setText(missing, `count the missing ${percent(share)} as one entry`);
      setText(message, said);
    },
  };
}

/** What is to say of a pasted list that was returned at a temperature. */
function remarkOn({ tokens, logits, missing, note }, counted, returned) {
  const back = returned === 1 ? "" : `Times ${number(returned)}, they are what τ = 1 would have shown. `;
  if (!missing) return `${note}${back}${tokens.length} tokens; nothing is missing.`;
  const hidden =
    `${back}${tokens.length} tokens. The other ${percent(missing)} lies with tokens that were cut off: ` +
    "how many, and how likely each, the list does not tell. ";
  if (!counted) return `${hidden}They are left out, as if these tokens were all there are.`;
  const outweigh = Math.log(missing) > Math.max(...logits);
  return (
    `${hidden}They stand as one entry, “${UNLISTED}”, that no filter can split and τ moves as if it were one token; ` +
    "as the many that they are, they would gain more from heat and lose more to cold." +
    (outweigh ? " Here they even outweigh your first token, and top-k and min-p take them for it." : "")
  );
}

/** A function that makes something of a record, or of a row, once, for it is long; of a width besides, if it needs one. */
export function once(make) {
  const made = new WeakMap();
  return (record, width) => {
    if (!made.has(record)) made.set(record, make(record, width));
    return made.get(record);
  };
}

/** The logits of a recorded context. */
export const logitsOf = once(recordedLogits);

/** The tokens of a recorded context, of which only the most likely have names. */
const recordedTokens = once((record, width) => {
  const logits = logitsOf(record, width);
  return { names: logits.map((_, rank) => visible(recordedName(record.tokens, rank))), logits, recorded: true };
});

/**
 * The logits that are chosen: { names, logits }, and of pasted ones what was read, or what is wrong. The first contexts
 * have rows of logits over a vocabulary of words; then come the recorded ones.
 */
export function chosenLogits(model, { words = [], rows = [] } = {}) {
  const context = model.get("context");
  if (context < rows.length) return { names: words, logits: rows[context] };
  const record = model.get("recorded")[context - rows.length];
  if (record) return recordedTokens(record, model.get("width"));
  const own = model.get("own");
  const [counted, returned] = [model.get("others"), model.get("returned")];
  if (!own.trim()) return { said: EMPTY };
  try {
    const read = readLogprobs(own);
    const names = read.tokens.map(visible);
    const said = remarkOn(read, counted, returned);
    const listed = read.missing && counted;
    const logprobs = listed ? [...read.logits, Math.log(read.missing)] : read.logits;
    const logits = logprobs.map((z) => returned * z); // softmax(z/τ) has the logarithms z/τ, but for a constant
    return { share: read.missing, said, names: listed ? [...names, UNLISTED] : names, logits };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { said: error.message, wrong: true };
  }
}

export function contextHeading(model) {
  const context = model.get("contexts")[model.get("context")];
  return context === undefined ? "Your own tokens" : `After “${visible(context)} …”`;
}

export function contextSetting() {
  return choiceSetting("context", "context", (model) => [...model.get("contexts"), "own"]);
}

/** The settings of what a reader pastes. */
export function pastedSettings() {
  return [
    textSetting("own", (text) => text.slice(0, LONGEST)),
    numberSetting("returned", () => [COLDEST, HOTTEST, STEP]),
    switchSetting("others", "others"),
  ];
}
