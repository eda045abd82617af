import { temperatureColour, tinted } from "./kit/colours.js";
import {
  chosenLogits,
  contextHeading,
  contextSetting,
  logitsOf,
  pasteField,
  pastedSettings,
} from "./kit/contexts.js";
import { button, element, move, setText, svg } from "./kit/elements.js";
import { refusalText } from "./kit/engines.js";
import { explorable } from "./kit/explorable.js";
import { shareScale } from "./kit/frame.js";
import { chartNode, sliver } from "./kit/marks.js";
import { facts, keyEntry, note, panel } from "./kit/panels.js";
import { choiceSetting, filterSettings, filtersOf, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { copyText } from "./kit/toolbar.js";
import { number, percent, whole } from "./kit/words.js";
import { convert, fittingTopP, seen, totalVariation } from "./maths/conversion.js";
import { chain, decode, refusal } from "./maths/decoding.js";
import { argsort, mean, sum } from "./maths/rows.js";
import { softmax } from "./maths/softmax.js";

const FIRST = 8; // tokens that are drawn before the rest is summed up
const SAME = 1e-9; // a distance that is rounding
const PAUSE = 300; // ms without a change before all texts are gone through
const DIGITS = 6; // of a setting
const SIDES = ["source", "copied", "converted"];

/** The name of a setting in words. */
function named(name) {
  return name === "temper" ? "the temperature" : name.replace("_", "-");
}

/** A distance; what is rounding is 0. */
function distanceText(distance) {
  return percent(distance < SAME ? 0 : Math.min(1, distance));
}

/** A number as an engine is told it. */
function digits(value) {
  return String(Number(value.toPrecision(DIGITS)));
}

/** The number of the fewest decimals that is above `low` and at most `high`. */
function roundest([low, high]) {
  for (let decimals = 0; decimals < 16; decimals += 1) {
    const candidate = Math.floor(high * 10 ** decimals) / 10 ** decimals;
    if (candidate > low) return candidate;
  }
  return high;
}

/** What an engine makes of logits, or null if it refuses. */
function probabilitiesOf(engine, logits, settings) {
  return refusal(engine, settings.temperature) ? null : softmax(decode(chain(engine, settings), logits), 1);
}

/** The distributions of the source, and of the target with settings copied and converted; and how far these are off. */
function comparison(logits, { settings, source, target, conversion }) {
  const there = probabilitiesOf(source, logits, settings);
  const copied = probabilitiesOf(target, logits, settings);
  const converted = probabilitiesOf(target, logits, conversion.settings);
  const distance = (p) => (p ? totalVariation(there, p) : null);
  return { sides: [there, copied, converted], distances: [copied, converted].map(distance) };
}

/** The range of top-p that fits logits, where no setting of it fits all; or null. */
function fitOf(logits, { settings, source, target, conversion }) {
  const free = conversion.swapped.some((pair) => pair.includes("top_p"));
  return free ? fittingTopP(logits, settings, source, target) : null;
}

/** What is asked: the engines, the source's settings, and what they become, unless the source refuses them. */
function questionOf(model) {
  const [source, target] = ["source", "target"].map((side) => model.get("engines")[model.get(side)]);
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const settings = { temperature, ...filtersOf(model) };
  const asked = { source, target, settings, call: model.get("calls")[model.get("target")], off: model.get("off") };
  return refusal(source, temperature) ? asked : { ...asked, conversion: convert(settings, source, target) };
}

function stateOf(model) {
  const asked = questionOf(model);
  const from = chosenLogits(model);
  const shared = { ...asked, from, heading: contextHeading(model) };
  if (!from.logits || !asked.conversion) return shared;
  const compared = comparison(from.logits, asked);
  const order = argsort(from.logits.map((z) => -z));
  return { ...shared, ...compared, order };
}

/** Which settings an engine has, in its order. */
function settingNames({ order }, settings) {
  return ["temperature", ...order.filter((name) => name in settings)];
}

/** Whether it holds in every context, in words. */
function promiseText({ swapped, lost, ties }) {
  if (swapped.length || lost.length) return "not the same in every context";
  return ties ? "exact in every context, but for ties" : "exact in every context";
}

/** The target's settings in words, of which those that are off are left out. */
function wordsOf({ target, conversion, call }) {
  const { settings, one } = conversion;
  if (one && call.greedy) return `${target.name}: greedy decoding (${promiseText(conversion)})`;
  const on = settingNames(target, settings).filter((name) => settings[name] !== null);
  const said = on.map((name) => `${named(name)} ${number(settings[name], 3)}`).join(", ");
  return `${target.name}: ${said} (${promiseText(conversion)})`;
}

/**
 * The target's settings as it is told them, in pieces that stay on a line: all settings, for what is left out is often
 * not off.
 */
function callOf({ target, conversion, call, off }) {
  const { settings, one } = conversion;
  if (one && call.greedy) return [call.greedy];
  const told = settingNames(target, settings).map((name) => {
    const setting = settings[name] ?? off[name];
    const value = setting === Infinity ? call.infinity : digits(setting);
    return call.each.replace("NAME", call.names[name] ?? name).replace("VALUE", value);
  });
  const [first, last] = call.line.split("…");
  return [first, ...told.map((each, i) => each + (i < told.length - 1 ? call.between : last))];
}

/** Where a step comes before another in one engine, and where after it, in words. */
function placesText(name, other, { source, target }) {
  const before = ({ order }) => order.indexOf(name) < order.indexOf(other);
  const [here, there] = [source, target].map((engine) => (before(engine) ? "before" : "after"));
  return `it comes ${here} ${named(other)} in ${source.name}, ${there} it in ${target.name}`;
}

/** To which power min-p is taken, and why. */
function powerText(name, now) {
  const { source, target, settings, conversion } = now;
  const [here, there] = [seen(settings.temperature, source, name), seen(conversion.settings.temperature, target, name)];
  const power = there === 1 ? number(here) : `${number(here)}/${number(there)}`;
  const same = here !== 1 && there !== 1;
  return `${power}, for ${same ? "it comes after the temperature, which is another" : placesText(name, "temper", now)}`;
}

/** What becomes of one setting: [what, whether it is exact, why]; null for neither. */
function fateOf(name, setting, now) {
  const { source, target, conversion } = now;
  const { settings, swapped, lost, ties } = conversion;
  const what = `${named(name)} ${number(setting)}`;
  const known = (engine) => settingNames(engine, now.settings).includes(name);
  if (!known(source)) return [what, null, `${source.name} has none, so it is left out`];
  if (!known(target)) return [what, false, `${target.name} has none`];
  if (settings[name] === null) return [what, true, "it does nothing here"];
  const arrow = `${what} → ${number(settings[name], DIGITS)}`;
  if (lost.includes(name)) return [arrow, false, `the nearest that ${target.name} takes`];
  const others = swapped.filter((pair) => pair.includes(name)).map(([one, two]) => (one === name ? two : one));
  if (name !== "temperature" && others.length) {
    return [arrow, false, others.map((other) => placesText(name, other, now)).join("; ")];
  }
  if (settings[name] !== setting) return [arrow, true, `${number(setting)} to the power of ${powerText(name, now)}`];
  const keeper = source.ties ? source.name : target.name;
  return [arrow, true, ties && name === "top_k" ? `but ${keeper} keeps all tokens that tie for the last place` : ""];
}

/** The rows on the settings. */
function fatesOf(now) {
  const { settings, conversion, target, source } = now;
  if (conversion.one && !conversion.lost.length) {
    const why = conversion.ties ? ", but for ties" : "";
    const how = conversion.settings.temperature === 0 ? "temperature 0" : "do_sample=False, or top-k 1";
    return [["the most likely token alone is left", true, `greedy decoding${why}: in ${target.name} ${how}`]];
  }
  if (conversion.one) {
    const why = `may drop the most likely token in ${source.name}, never in ${target.name}`;
    return [[`${conversion.lost.map(named).join(", ")} at temperature 0`, false, why]];
  }
  const on = Object.entries(settings).filter(([, setting]) => setting !== null);
  return on.map(([name, setting]) => fateOf(name, setting, now));
}

/** What is to say of top-p, which no setting converts; of the recorded texts, once all are found. */
function fitText(now, found) {
  const { target, conversion, from, sides } = now;
  const fit = fitOf(from.logits, now);
  if (!fit) return "";
  const p = roundest(fit);
  const here = probabilitiesOf(target, from.logits, { ...conversion.settings, top_p: p });
  const distance = distanceText(totalVariation(sides[0], here));
  const alone = `On this context alone, top-p ${number(p)} comes closest, at a distance of ${distance}.`;
  const fits = found.map((each) => each.fit).filter(Boolean);
  if (!fits.length) return alone;
  const [low, high] = [Math.min(...fits.map(([, top]) => top)), Math.max(...fits.map(([bottom]) => bottom))];
  const which = fits.length === found.length ? "all recorded texts" : `the ${fits.length} recorded texts that one fits`;
  if (high < low) return `${alone} Between ${number(high, 3)} and ${number(low, 3)} it would do for ${which}.`;
  const needs = `one needs ${number(low, 3)} or less, another more than ${number(high, 3)}`;
  return `${alone} Of the ${fits.length} recorded texts ${needs}.`;
}

/** Four figures: the distance here, and over all recorded texts; each for copied settings and for converted ones. */
function factsOf({ distances }, found, all) {
  const here = distances.map((distance) => (distance === null ? "refused" : distanceText(distance)));
  const over = [0, 1].map((i) => {
    const values = found.map((each) => each.distances[i]);
    if (values.length < all) return `${values.length} of ${all} …`;
    if (values[0] === null) return "refused";
    return `mean ${distanceText(mean(values))}, worst ${distanceText(Math.max(...values))}`;
  });
  return [...here, ...over].map((text) => text.replaceAll(" %", "\u00a0%"));
}

/** A row each of the most likely tokens, and one of the rest: a name, a logit, and a probability for each side. */
function linesOf({ from, order, sides }) {
  const at = (i) => sides.map((p) => p && p[i]);
  const rows = order.slice(0, order.length <= FIRST + 1 ? order.length : FIRST);
  const lines = rows.map((i) => ({ name: from.names[i], logit: from.logits[i], shares: at(i) }));
  const rest = order.slice(rows.length);
  if (!rest.length) return lines;
  const shares = sides.map((p) => p && sum(rest.map((i) => p[i])));
  return [...lines, { name: `${whole(rest.length)} more`, shares }];
}

function tableOf({ heading, source, target, settings }, lines) {
  return {
    title: `${heading}: in ${source.name}, and in ${target.name} with the settings copied and converted`,
    columns: ["Token", "Log-probability", source.name, "Copied", "Converted"],
    lines: lines.map(({ name, logit, shares }) => [
      cell.text(name),
      logit === undefined ? cell.text("", { logit: "" }) : cell.logit(logit),
      ...shares.map((p) => {
        return p === null ? cell.text("–", { probability: "" }) : cell.probability(p, settings.temperature);
      }),
    ]),
  };
}

const [PITCH, GAP, BELOW_SIDES] = [15, 12, 22]; // pixels from bar to bar, from row to row, and for the scale below

/** Three bars a token, one below the other. */
function sidesChart() {
  const node = chartNode(
    "Probabilities of the tokens in one engine, and in another with settings copied and converted",
    0,
  );
  const scale = shareScale([0, 0.5, 1], true);
  const marks = tinted();
  const texts = svg("g");
  node.append(scale.node, marks.node, texts);
  const tall = SIDES.length * PITCH + GAP;
  let [rows, width, left, span] = [[], 320, 92, 1];

  const layout = () => {
    const height = rows.length * tall + BELOW_SIDES;
    left = Math.min(116, Math.max(92, width / 5));
    span = width - left - 60;
    move(node, { viewBox: `0 0 ${width} ${height}`, width, height });
    scale.layout({ left, span, top: 0, bottom: height - BELOW_SIDES + 2, y: height - 5 });
    rows.forEach(({ bars, values }) => {
      bars.forEach((bar) => move(bar, { x: left }));
      values.forEach((value) => move(value, { x: width }));
    });
  };
  const row = (i) => {
    const y = (side) => i * tall + GAP / 2 + side * PITCH;
    return {
      name: svg("text", { class: "tc-label", x: 0, y: y(0) + 13 }),
      bars: SIDES.map((side, k) => svg("rect", { class: `tc-side-${side}`, y: y(k) + 2.5, height: PITCH - 5 })),
      values: SIDES.map((_, k) => svg("text", { class: "tc-tick tc-share", y: y(k) + 12 })),
    };
  };
  return {
    node,
    layout(measured) {
      width = measured;
      layout();
    },
    update(lines, temperature) {
      if (lines.length !== rows.length) {
        rows = lines.map((_, i) => row(i));
        marks.node.replaceChildren(...rows.flatMap(({ bars }) => bars));
        texts.replaceChildren(...rows.flatMap(({ name, values }) => [name, ...values]));
        layout();
      }
      marks.tint(temperature);
      lines.forEach(({ name, shares }, i) => {
        setText(rows[i].name, name.length > 13 ? `${name.slice(0, 12)}…` : name);
        shares.forEach((p, k) => {
          move(rows[i].bars[k], { width: sliver(p ?? 0, span).toFixed(1) });
          setText(rows[i].values[k], p === null ? "–" : percent(p));
        });
      });
    },
  };
}

/**
 * Goes through all recorded texts, once the reader pauses and one at a time, so that the page stays awake; `found` has
 * those that are done. `report` hears of each, and before the first.
 */
function allTexts(model, report) {
  const width = model.get("width");
  let [timer, key, asked, found] = [0, "", null, []];
  const next = () => {
    const i = found.length;
    if (i === 0) report(found);
    const logits = logitsOf(model.get("recorded")[i], width);
    found = [...found, { distances: comparison(logits, asked).distances, fit: fitOf(logits, asked) }];
    if (found.length < model.get("recorded").length) timer = setTimeout(next);
    report(found);
  };
  return {
    found: () => found,
    /** Begin anew if something else is asked; returns whether it is. */
    follow(now) {
      const wanted = JSON.stringify([now.source.name, now.target.name, Object.values(now.settings).map(String)]);
      if (wanted === key) return false;
      clearTimeout(timer);
      [key, asked, found] = [wanted, now, []];
      if (now.conversion) timer = setTimeout(next, PAUSE);
      return true;
    },
    end: () => clearTimeout(timer),
  };
}

/** The target's settings: in words, as it is told them with a button that copies that, and what became of each. */
function answerPanel() {
  const title = element("p", { class: "tc-heading" });
  const told = element("code");
  const copy = button("Copy");
  const said = element("span", { class: "tc-said", "aria-live": "polite" });
  const fates = element("ul", { class: "tc-fates" });
  const line = element("div", { class: "tc-told" }, told, copy, said);
  copy.addEventListener("click", async () => {
    setText(said, (await copyText(told.textContent)) ? "Settings copied" : "Select the line to copy it");
  });
  return {
    node: element("div", { class: "tc-conversion" }, title, line, fates),
    update(now) {
      const refused = !now.conversion;
      line.hidden = refused;
      setText(title, refused ? refusalText(now.source, now.settings.temperature) : wordsOf(now));
      if (refused) return fates.replaceChildren();
      const pieces = callOf(now);
      if (told.textContent !== pieces.join("")) {
        setText(said, "");
        told.replaceChildren(...pieces.map((piece) => element("span", {}, piece)));
      }
      fates.replaceChildren(
        ...fatesOf(now).map(([what, exact, why]) => {
          const [sign, verdict] = exact === null ? ["–", ""] : exact ? ["✓", "exact"] : ["≠", "not exact"];
          const mark = element("span", { "aria-hidden": "true" }, sign);
          const rest = [verdict, why].filter(Boolean).join(why.startsWith("but ") ? ", " : ": ");
          return element("li", {}, mark, element("strong", {}, what), ` ${rest}`);
        }),
      );
    },
  };
}

function summaryOf(now) {
  if (!now.conversion) return refusalText(now.source, now.settings.temperature);
  const words = `From ${now.source.name} to ${wordsOf(now)}`;
  if (!now.distances) return `${words}. ${now.from.said}`;
  const [copied, converted] = now.distances;
  const naive = copied === null ? "the settings copied would be refused" : `${distanceText(copied)} with the settings copied`;
  return `${words}. ${now.heading}: a distance of ${distanceText(converted)}; ${naive}.`;
}

function build({ model, body, table, fit, cleanup }) {
  const field = pasteField(model);
  const answer = answerPanel();
  const chart = sidesChart();
  const swatches = SIDES.map((side) => keyEntry(`tc-swatch tc-key-${side}`, ""));
  const figure = panel(chart);
  const key = element("p", { class: "tc-key" }, ...swatches);
  const all = model.get("recorded").length;
  const figures = facts(["Copied, here", "Converted, here", `Copied, ${all} texts`, `Converted, ${all} texts`]);
  const remark = note();
  const what = note("Total variation distance: the largest difference in the probability of any event.");
  const defaults = button("");
  defaults.addEventListener("click", () => {
    const { source } = questionOf(model);
    const index = (stops, value, otherwise) => stops.indexOf(value ?? otherwise);
    const filters = Object.entries(model.get("filters")).map(([name, stops]) => {
      return [name, index(stops, source.defaults[name], null)];
    });
    const temperature_index = index(model.get("temperatures"), source.defaults.temperature, 1);
    model.change({ ...Object.fromEntries(filters), temperature_index });
  });
  const picture = element("div", { class: "tc-body" }, figure.node, key, what, figures.node, remark);
  body.append(defaults, answer.node, field.node, picture);
  fit(body, chart.layout);
  let now = null;
  const writeRemark = (text) => {
    setText(remark, text);
    remark.hidden = !text;
  };
  const texts = allTexts(model, (found) => {
    if (!now.distances) return;
    figures.write(factsOf(now, found, all));
    if (!found.length || found.length === all) writeRemark(fitText(now, found));
  });
  cleanup(texts.end);

  const update = () => {
    now = stateOf(model);
    field.update(now.from);
    setText(defaults, `Set the defaults of ${now.source.name}`);
    answer.update(now);
    const fresh = texts.follow(now);
    picture.hidden = !now.distances;
    if (!now.distances) return table.update(tableOf(now, []));
    const lines = linesOf(now);
    figure.setTitle(now.heading);
    const names = [now.source.name, `${now.target.name}, copied`, `${now.target.name}, converted`];
    swatches.forEach((swatch, i) => (swatch.lastChild.data = names[i]));
    key.style.setProperty("--tc-temperature", temperatureColour(now.settings.temperature));
    chart.update(lines, now.settings.temperature);
    table.update(tableOf(now, lines));
    const found = texts.found();
    figures.write(factsOf(now, found, all));
    writeRemark(fresh ? "" : fitText(now, found.length === all ? found : []));
  };
  return { update, summary: () => summaryOf(now) };
}

export default explorable({
  name: "settings_converter",
  title: "Settings converter",
  settings: (model) => [
    choiceSetting("from", "source", () => model.get("engines").map(({ name }) => name)),
    choiceSetting("to", "target", () => model.get("engines").map(({ name }) => name)),
    temperatureSetting(),
    ...filterSettings(model),
    contextSetting(),
    ...pastedSettings(),
  ],
  build,
});
