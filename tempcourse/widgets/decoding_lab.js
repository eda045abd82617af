import { chosenLogits, contextHeading, contextSetting, once, pasteField, pastedSettings } from "./kit/contexts.js";
import { button, element, scrollable, setText, toggleButton } from "./kit/elements.js";
import { refusalText } from "./kit/engines.js";
import { explorable } from "./kit/explorable.js";
import { facts, note, panel } from "./kit/panels.js";
import {
  choiceSetting,
  filterSettings,
  filtersOf,
  numberSetting,
  seedSetting,
  showWhatActs,
  switchSetting,
  temperatureSetting,
} from "./kit/settings.js";
import { tokensChart, tokensTable, visible } from "./kit/tokens.js";
import { number, percent, stepsText, whole } from "./kit/words.js";
import { chain, decode, refusal } from "./maths/decoding.js";
import { inverseCdf, randomSource, uniform } from "./maths/random.js";
import { argmax, argsort, sum } from "./maths/rows.js";
import { effectiveChoices, entropy, softmax } from "./maths/softmax.js";

const FIRST = 12; // tokens that are drawn before the rest is summed up
const MANY = 1000; // tokens from which on not all can be shown
const DRAWS = 20;
const WHERE_0 =
  "These logits are log-probabilities, none above 0. The repetition penalty, which asks where 0 is, would do otherwise " +
  "on the logits that the model itself has.";

/** Settings with what the favourite has a part in: its bias, and the text, in which it was said so often in a row. */
function withFavourite({ logit_bias: bias, xtc, ...settings }, favourite, said) {
  return {
    ...settings,
    logit_bias: bias === null ? null : { [favourite]: bias },
    xtc: xtc === null ? null : [xtc, 1],
    text: Array(said).fill(favourite),
  };
}

/** The steps of an engine; null if it refuses. */
function stepsOf(engine, settings) {
  return refusal(engine, settings.temperature) ? null : chain(engine, settings);
}

/** What steps make of logits: the probabilities after them, and what is kept. */
function madeBy(steps, logits) {
  const last = decode(steps, logits);
  const kept = last.map((z) => z > -Infinity);
  return { after: softmax(last, 1), kept, left: kept.filter(Boolean).length };
}

/** Logits as they are: the probabilities, and the tokens from the most likely on. */
const asTheyAre = once((logits) => {
  const before = softmax(logits, 1);
  return { before, order: argsort(before.map((p) => -p)) };
});

/** All that is shown, but for `before` and what follows from it where there is nothing to decode. */
function stateOf(model, words) {
  const engines = model.get("engines");
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const settings = filtersOf(model);
  const heading = contextHeading(model);
  const from = chosenLogits(model, { words, rows: model.get("log_probabilities") });
  const engine = engines[model.get("engine")];
  const said = model.get("said");
  const shared = { temperature, settings, from, heading, engine, said, seed: model.get("seed") };
  if (!from.logits) return shared;
  const all = { ...withFavourite(settings, argmax(from.logits), said), temperature };
  const orders = engines.map((each) => ({ engine: each, steps: stepsOf(each, all) }));
  const { steps } = orders[model.get("engine")];
  return { ...shared, ...asTheyAre(from.logits), orders, ...(steps && madeBy(steps, from.logits)) };
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
  if (!after) return refusalText(now.engine, now.temperature);
  const best = order.filter((i) => kept[i]).slice(0, 3);
  const first = best.map((i) => `${from.names[i]} ${percent(before[i])}, now ${percent(after[i])}`).join("; ");
  return (
    `${heading}, in the order of ${engine.name} at temperature ${number(temperature)}: ` +
    `${whole(left)} of ${whole(from.logits.length)} kept, ${number(effectiveChoices(after), 3)} effective choices; ${first}. ` +
    `Seed ${seed} draws ${drawnWords(now).slice(0, 5).join(", ")} and so on.`
  );
}

/**
 * What each engine makes of the same settings. Of a large vocabulary, what the engines keep that are not chosen is counted
 * after the frame, one by one: each takes as long as the chosen one.
 */
function ordersList(engines, cleanup) {
  const rows = engines.map(({ name, said }) => {
    const [steps, end] = [element("code"), element("span")];
    const title = element("strong", { title: said }, name);
    return { steps, end, node: element("li", {}, title, " ", steps, " ", end), counted: {} };
  });
  let waiting; // the timer of the next to be counted
  cleanup(() => clearTimeout(waiting));
  const later = ([first, ...others]) => {
    if (!first) return;
    waiting = setTimeout(() => {
      first();
      later(others);
    });
  };
  return {
    node: element("ul", { class: "tc-engines" }, ...rows.map(({ node }) => node)),
    update({ orders, settings, temperature, engine: chosen, from, left }) {
      clearTimeout(waiting);
      const counts = [];
      orders.forEach(({ engine, steps: made }, i) => {
        const { steps, end, node, counted } = rows[i];
        const key = JSON.stringify(made);
        const lacks = Object.keys(settings).filter((name) => settings[name] !== null && !engine.order.includes(name));
        const write = (count) => setText(end, `keeps ${count}${lacks.length ? `, has no ${lacks.join(", ")}` : ""}`);
        const count = () => {
          rows[i].counted = { key, logits: from.logits, left: madeBy(made, from.logits).left };
          write(whole(rows[i].counted.left));
        };
        node.setAttribute("aria-current", String(engine === chosen));
        setText(steps, made ? stepsText(made) : `temperature=${number(temperature)}`);
        if (!made) setText(end, "is an error");
        else if (engine === chosen) write(whole(left));
        else if (counted.key === key && counted.logits === from.logits) write(whole(counted.left));
        else if (from.logits.length < MANY) count();
        else {
          write("…");
          counts.push(count);
        }
      });
      later(counts);
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

function build({ model, body, table, fit, redraw, cleanup }) {
  const words = model.get("words").map(visible);
  const field = pasteField(model);
  const tokens = tokensFigure(redraw);
  const figures = facts(["Kept", "Their share before", "Entropy H, nats", "Effective choices"]);
  const orders = ordersList(model.get("engines"), cleanup);
  const heading = (text = "") => element("p", { class: "tc-heading" }, text);
  const drawTitle = heading();
  const draws = element("p", { class: "tc-draws" });
  const again = button(`Draw ${DRAWS}`);
  again.addEventListener("click", () => model.change({ seed: (model.get("seed") % model.get("last_seed")) + 1 }));
  const ordersTitle = heading("The same settings in each engine’s order");
  const where0 = note(WHERE_0);
  const parts = [...tokens.nodes, figures.node, ordersTitle, orders.node, where0, drawTitle, draws, again];
  const picture = element("div", { class: "tc-body" }, ...parts);
  body.append(field.node, picture);
  fit(body, tokens.layout);

  const update = () => {
    showWhatActs(model, model.get("said") > 0);
    const now = stateOf(model, words);
    const { from, after, seed } = now;
    field.update(from);
    picture.hidden = !from.logits;
    if (!from.logits) return table.update(tableOf(now, []));
    table.update(tableOf(now, tokens.update(now)));
    figures.write(factsOf(now));
    orders.update(now);
    where0.hidden = now.settings.repetition_penalty === null || now.from.recorded === true;
    setText(drawTitle, `${DRAWS} draws, seed ${seed}`);
    setText(draws, after ? drawnWords(now).join(" · ") : refusalText(now.engine, now.temperature));
  };
  return { update, summary: () => summaryOf(stateOf(model, words)), reset: tokens.reset };
}

export default explorable({
  name: "decoding_lab",
  title: "Decoding lab",
  settings: (model) => [
    contextSetting(),
    ...pastedSettings(),
    choiceSetting("engine", "engine", () => model.get("engines").map(({ name }) => name)),
    temperatureSetting(),
    ...filterSettings(model),
    switchSetting("more", "more"),
    numberSetting("said", () => [0, model.get("most_said"), 1]),
    seedSetting(),
  ],
  build,
});
