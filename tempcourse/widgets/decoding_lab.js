import { button, element, move, scrollable, setText, toggleButton } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { facts, panel } from "./kit/panels.js";
import {
  choiceSetting,
  filterSettings,
  filtersOf,
  numberSetting,
  seedSetting,
  switchSetting,
  temperatureSetting,
  textSetting,
} from "./kit/settings.js";
import { recordedName, tokensChart, tokensTable, visible } from "./kit/tokens.js";
import { number, percent, stepsText, whole } from "./kit/words.js";
import { recordedLogits } from "./maths/contexts.js";
import { chain, decode, refusal } from "./maths/decoding.js";
import { readLogprobs } from "./maths/logprobs.js";
import { inverseCdf, randomSource, uniform } from "./maths/random.js";
import { argmax, argsort, sum } from "./maths/rows.js";
import { effectiveChoices, entropy, softmax } from "./maths/softmax.js";

const FIRST = 12; // tokens that are drawn before the rest is summed up
const MANY = 1000; // tokens from which on not all can be shown
const DRAWS = 20;
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

/** Where a reader pastes. */
function pasteField(model) {
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

const recordedRows = new WeakMap(); // what was made of a record: it is long

/** The tokens of a recorded context, of which only the most likely have names. */
function recordedTokens(record, width) {
  if (!recordedRows.has(record)) {
    const logits = recordedLogits(record, width);
    recordedRows.set(record, { names: logits.map((_, rank) => visible(recordedName(record.tokens, rank))), logits });
  }
  return recordedRows.get(record);
}

/** The logits that are chosen: { names, logits }, and of pasted ones what was read, or what is wrong. */
function chosenLogits(model, words) {
  const context = model.get("context");
  const rows = model.get("log_probabilities");
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

/** Settings with what the favourite has a part in: its bias, and the text, in which it was said so often in a row. */
function withFavourite({ logit_bias: bias, xtc, ...settings }, favourite, said) {
  return {
    ...settings,
    logit_bias: bias === null ? null : { [favourite]: bias },
    xtc: xtc === null ? null : [xtc, 1],
    text: Array(said).fill(favourite),
  };
}

/** Why nothing is drawn. */
function refusalText({ engine, temperature }) {
  if (temperature > 0) return `${engine.name} refuses τ above ${engine.hottest}.`;
  return `${engine.name} refuses τ = 0: the way to greedy decoding there is do_sample=False.`;
}

/** What an engine makes of logits: its steps, the probabilities after them, and what is kept; null if it refuses. */
function engineResult(engine, logits, settings) {
  if (refusal(engine, settings.temperature)) return null;
  const steps = chain(engine, settings);
  const last = decode(steps, logits);
  const kept = last.map((z) => z > -Infinity);
  return { steps, after: softmax(last, 1), kept, left: kept.filter(Boolean).length };
}

/** All that is shown, but for `before` and what follows from it where there is nothing to decode. */
function stateOf(model, words) {
  const engines = model.get("engines");
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const settings = filtersOf(model);
  const context = model.get("contexts")[model.get("context")];
  const heading = context === undefined ? "Your own tokens" : `After “${visible(context)} …”`;
  const from = chosenLogits(model, words);
  const engine = engines[model.get("engine")];
  const said = model.get("said");
  const shared = { temperature, settings, from, heading, engine, said, seed: model.get("seed") };
  if (!from.logits) return shared;
  const before = softmax(from.logits, 1);
  const all = { ...withFavourite(settings, argmax(from.logits), said), temperature };
  const orders = engines.map((each) => ({ engine: each, made: engineResult(each, from.logits, all) }));
  const order = argsort(before.map((p) => -p));
  return { ...shared, before, orders, order, ...orders[model.get("engine")].made };
}

/** What has a row: the most likely tokens and the rest as one, or all. */
function linesOf({ from, before, after, kept, order, said }, all) {
  const one = (i) => {
    const [name, logit] = [from.names[i] + (i === order[0] && said ? `, said ${said} ×` : ""), from.logits[i]];
    return { name, logit, before: before[i], after: after?.[i] ?? 0, kept: kept?.[i] ?? null };
  };
  if (all || order.length <= FIRST + 1) return order.map(one);
  const rest = order.slice(FIRST);
  const add = (p) => (p ? sum(rest.map((i) => p[i])) : 0);
  const left = kept ? rest.filter((i) => kept[i]).length : 0;
  const sums = { before: add(before), after: add(after), kept: kept ? left > 0 : null };
  const tail = { name: `${whole(rest.length)} more`, ...sums, left: `${whole(left)} of ${whole(rest.length)}` };
  return [...order.slice(0, FIRST).map(one), tail];
}

function factsOf({ from, before, after, kept, left }) {
  const share = before.reduce((total, p, i) => total + (kept?.[i] ? p : 0), 0);
  const both = (of) => [before, after].map((p) => (p ? of(p).toFixed(2) : "–")).join(" → ");
  return [
    after ? `${whole(left)} of ${whole(from.logits.length)}` : "–",
    after ? percent(Math.min(1, share)) : "–",
    both(entropy),
    both(effectiveChoices),
  ];
}

/** The words that the seed draws. */
function drawnWords({ seed, from, after }) {
  const source = randomSource(seed);
  return Array.from({ length: DRAWS }, () => from.names[inverseCdf(after, uniform(source))]);
}

function tableOf({ heading, engine, temperature }, lines) {
  const decoded = `${heading}: before, and after ${engine.name} at τ = ${number(temperature)}`;
  return tokensTable(lines.length ? decoded : heading, lines, temperature);
}

function summaryOf(now) {
  const { from, heading, before, after, kept, left, engine, order, temperature, seed } = now;
  if (!from.logits) return from.said;
  if (!after) return refusalText(now);
  const best = order.filter((i) => kept[i]).slice(0, 3);
  const first = best.map((i) => `${from.names[i]} ${percent(before[i])}, now ${percent(after[i])}`).join("; ");
  return (
    `${heading}, in the order of ${engine.name} at temperature ${number(temperature)}: ` +
    `${whole(left)} of ${whole(from.logits.length)} kept, ${number(effectiveChoices(after), 3)} effective choices; ${first}. ` +
    `Seed ${seed} draws ${drawnWords(now).slice(0, 5).join(", ")} and so on.`
  );
}

/** What each engine makes of the same settings. */
function ordersList(engines) {
  const rows = engines.map(({ name, said }) => {
    const [steps, end] = [element("code"), element("span")];
    const title = element("strong", { title: said }, name);
    return { steps, end, node: element("li", {}, title, " ", steps, " ", end) };
  });
  return {
    node: element("ul", { class: "tc-engines" }, ...rows.map(({ node }) => node)),
    update({ orders, settings, temperature, engine: chosen }) {
      orders.forEach(({ engine, made }, i) => {
        const { steps, end, node } = rows[i];
        const lacks = Object.keys(settings).filter((name) => settings[name] !== null && !engine.order.includes(name));
        node.setAttribute("aria-current", String(engine === chosen));
        setText(steps, made ? stepsText(made.steps) : `temperature=${number(temperature)}`);
        setText(end, made ? `keeps ${whole(made.left)}${lacks.length ? `, has no ${lacks.join(", ")}` : ""}` : "is an error");
      });
    },
  };
}

/** The chart, with a button for all of its rows, of which at first only some are shown. */
function tokensFigure(redraw) {
  const chart = tokensChart();
  const scroll = element("div", { class: "tc-scroll" }, chart.node);
  const figure = panel({ node: scroll }, { aside: "outline: before · filled: after · dashed: dropped" });
  const more = toggleButton("Show all", redraw);
  return {
    nodes: [figure.node, more.node],
    layout: chart.layout,
    reset: () => more.turn(false),
    /** Returns the lines that are shown. */
    update(now) {
      const size = now.from.logits.length;
      const all = more.pressed() && size < MANY;
      const lines = linesOf(now, all);
      figure.setTitle(now.heading);
      setText(more.node, all ? "Show the first" : `Show all ${size}`);
      more.node.hidden = size <= FIRST + 1 || size >= MANY;
      scroll.classList.toggle("tc-long", all);
      scrollable(scroll, all, "All tokens");
      chart.update(lines, now.temperature);
      return lines;
    },
  };
}

function build({ model, body, table, fit, redraw }) {
  const words = model.get("words").map(visible);
  const field = pasteField(model);
  const tokens = tokensFigure(redraw);
  const figures = facts(["Kept", "Their share before", "Entropy H, nats", "Effective choices"]);
  const orders = ordersList(model.get("engines"));
  const heading = (text = "") => element("p", { class: "tc-heading" }, text);
  const drawTitle = heading();
  const draws = element("p", { class: "tc-draws" });
  const again = button(`Draw ${DRAWS}`);
  again.addEventListener("click", () => model.change({ seed: (model.get("seed") % model.get("last_seed")) + 1 }));
  const ordersTitle = heading("The same settings in each engine’s order");
  const parts = [...tokens.nodes, figures.node, ordersTitle, orders.node, drawTitle, draws, again];
  const picture = element("div", { class: "tc-body" }, ...parts);
  body.append(field.node, picture);
  fit(body, tokens.layout);

  const update = () => {
    const now = stateOf(model, words);
    const { from, after, seed } = now;
    field.node.hidden = model.get("context") < model.get("contexts").length;
    if (!field.node.hidden) field.update(from);
    picture.hidden = !from.logits;
    if (!from.logits) return table.update(tableOf(now, []));
    table.update(tableOf(now, tokens.update(now)));
    figures.write(factsOf(now));
    orders.update(now);
    setText(drawTitle, `${DRAWS} draws, seed ${seed}`);
    setText(draws, after ? drawnWords(now).join(" · ") : refusalText(now));
  };
  return { update, summary: () => summaryOf(stateOf(model, words)), reset: tokens.reset };
}

export default explorable({
  name: "decoding_lab",
  title: "Decoding lab",
  settings: (model) => [
    choiceSetting("context", "context", () => [...model.get("contexts"), "own"]),
    textSetting("own", (text) => text.slice(0, LONGEST)),
    numberSetting("returned", () => [COLDEST, HOTTEST, STEP]),
    switchSetting("others", "others"),
    choiceSetting("engine", "engine", () => model.get("engines").map(({ name }) => name)),
    temperatureSetting(),
    ...filterSettings(model),
    switchSetting("more", "more"),
    numberSetting("said", () => [0, model.get("most_said"), 1]),
    seedSetting(),
  ],
  build,
});
