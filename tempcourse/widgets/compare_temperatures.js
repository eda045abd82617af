import { barChart } from "./kit/bars.js";
import { element, move, svg, toggleButton } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { lineThrough } from "./kit/marks.js";
import { facts, note, pair, panel, remade } from "./kit/panels.js";
import { choiceSetting, switchSetting, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { temperatureChart } from "./kit/temperature_chart.js";
import { number, percent, percents, shares } from "./kit/words.js";
import { softmax } from "./maths/softmax.js";

const TICKS = [0, 0.1, 0.3, 1, 3, 10, Infinity];

/** The largest miss of a claim, in percentage points, and the class that has it. */
function largestMiss(probabilities, claim) {
  const misses = claim.map((value, i) => (value === null ? -1 : 100 * Math.abs(probabilities[i] - value)));
  const miss = Math.max(...misses);
  return { miss, i: misses.indexOf(miss) };
}

function missText(probabilities, claim) {
  const { miss, i } = largestMiss(probabilities, claim);
  const claimed = number(100 * claim[i], 4);
  return `${miss.toFixed(1)} points: class ${i + 1} is ${percent(probabilities[i])}, not ${claimed} %`;
}

/** The panels for which something is claimed, by index. */
function claimedRows(model) {
  return model.get("claimed").flatMap((row, i) => (row.some((value) => value !== null) ? [i] : []));
}

/** What is shown: the softmax at the reader's temperature, and the claim that is hunted, if any. */
function stateOf(model) {
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const targets = claimedRows(model);
  const target = targets[model.get("target")] ?? targets[0];
  const claim = targets.length && model.get("show_claimed") ? model.get("claimed")[target] : null;
  return { temperature, target, claim, probabilities: softmax(model.get("logits"), temperature) };
}

/** Bars at one temperature, under its name. */
function barsPanel(logits, { claims, label }) {
  const chart = barChart(logits.length, { claims, label });
  const figure = panel(chart);
  const names = logits.map((_, i) => `class ${i + 1}`);
  return {
    node: figure.node,
    layout: (width) => chart.layout(width, 58),
    update({ title, subtitle = "", temperature, claimed }) {
      const probabilities = softmax(logits, temperature);
      figure.setTitle(title);
      figure.setAside(subtitle);
      chart.update({ probabilities, names, values: percents(probabilities, logits), temperature, claimed });
    },
  };
}

/** How far each temperature misses a claim: dots where the reader has looked, a ring at the best of them. */
function missChart(model, claim) {
  const stops = model.get("temperatures");
  const miss = (temperature) => largestMiss(softmax(model.get("logits"), temperature), claim).miss;
  const misses = stops.map(miss);
  const chart = temperatureChart({
    ...{ model, ticks: TICKS, grid: stops.slice(1, -1) },
    label: "Largest miss over temperature, where you have looked",
    plots: [
      { tall: 110, of: (t) => [miss(t)], high: 10 * Math.ceil(Math.max(...misses) / 10), name: "Largest miss, points" },
    ],
  });
  const seen = svg("path", { class: "tc-seen" });
  chart.node.append(seen);
  const visited = new Set();
  const least = (indices) => indices.reduce((best, i) => (misses[i] < misses[best] ? i : best));
  return {
    ...chart,
    misses,
    /** Look at a stop; returns the best one: of those looked at, or, where all is revealed, of all. */
    look(index, revealed) {
      visited.add(index);
      const best = least(revealed ? [...stops.keys()] : [...visited]);
      chart.showCurves(revealed);
      chart.update(stops[index], stops[best]);
      move(seen, { d: [...visited].map((i) => `${lineThrough([chart.point(stops[i])])}h0`).join("") });
      return best;
    },
  };
}

/** The hunt for the temperature that was meant. It comes and goes with the claimed numbers. */
function huntPanel(model, fit, redraw) {
  const stops = model.get("temperatures");
  const figures = facts(["Largest miss", "Best so far"]);
  const figure = element("figure", { class: "tc-panel" });
  const reveal = toggleButton("Show every τ", redraw);
  const node = element("div", { class: "tc-hunt" }, figures.node, figure, reveal.node);
  const charts = remade(fit, node, (claim) => {
    const chart = missChart(model, claim);
    figure.replaceChildren(chart.node);
    return chart;
  });
  return {
    node,
    update({ claim, probabilities }) {
      node.hidden = !claim;
      if (!claim) return;
      const revealed = reveal.pressed();
      const chart = charts.of(claim);
      const best = chart.look(model.get("temperature_index"), revealed);
      const rest = revealed ? ", and no stop does better" : "";
      figures.write([
        missText(probabilities, claim),
        `${chart.misses[best].toFixed(1)} points at τ = ${number(stops[best])}${rest}`,
      ]);
    },
    reset() {
      charts.forget();
      reveal.turn(false);
    },
  };
}

function tableOf(model, { temperature, claim, probabilities }) {
  const [logits, panels, claimed] = ["logits", "panels", "claimed"].map((name) => model.get(name));
  const stated = (p) => cell.text(p === null ? "" : String(p));
  return {
    title: `Softmax at τ = ${panels.map((t) => number(t)).join(", ")}, and at yours, τ = ${number(temperature)}`,
    columns: [
      ...["Class", "Logit", ...panels.flatMap((t) => [`τ = ${number(t)}`, ...(claim ? ["claimed"] : [])])],
      `Yours, τ = ${number(temperature)}`,
    ],
    lines: logits.map((z, k) => [
      ...[cell.text(`class ${k + 1}`), cell.logit(z)],
      ...panels.flatMap((t, i) => [
        cell.probability(softmax(logits, t)[k], t),
        ...(claim ? [stated(claimed[i][k])] : []),
      ]),
      cell.probability(probabilities[k], temperature),
    ]),
  };
}

function build({ model, body, table, fit, redraw }) {
  const [logits, temperatures, claimed] = ["logits", "panels", "claimed"].map((name) => model.get(name));
  const claims = claimed.length > 0;
  const yours = barsPanel(logits, { claims, label: "Probabilities at your temperature" });
  const fixed = temperatures.map((t) => barsPanel(logits, { claims, label: `Probabilities at τ = ${number(t)}` }));
  const grid = element("div", { class: "tc-panels" }, ...fixed.map(({ node }) => node));
  const hunt = huntPanel(model, fit, redraw);
  // Yours stands first, beside the slider that turns it, on a phone too.
  if (claims) body.append(pair(yours, hunt), grid, note("Bars are the softmax. ◇ marks what is claimed."));
  else body.append(yours.node, grid);
  for (const each of [yours, ...fixed]) fit(each.node, each.layout);

  const update = () => {
    const now = stateOf(model);
    const { temperature, target, claim } = now;
    yours.update({
      title: `Yours: τ = ${number(temperature)}`,
      subtitle: claim ? `◇ claimed for τ = ${number(temperatures[target])}` : "",
      ...{ temperature, claimed: claim ?? [] },
    });
    fixed.forEach((each, i) => {
      const at = temperatures[i];
      each.update({ title: `τ = ${number(at)}`, temperature: at, claimed: claim ? claimed[i] : [] });
    });
    hunt.update(now);
    table.update(tableOf(model, now));
  };
  const summary = () => {
    const { temperature, target, claim, probabilities } = stateOf(model);
    const against = () => `against the claim for ${number(temperatures[target])} the largest miss is`;
    const miss = claim ? `; ${against()} ${missText(probabilities, claim)}` : "";
    return `At temperature ${number(temperature)}: ${shares(probabilities)}${miss}.`;
  };
  return { update, summary, reset: hunt.reset };
}

export default explorable({
  name: "compare_temperatures",
  title: "Compare temperatures",
  settings: (model) => [
    ...(model.get("claimed").length
      ? [
          switchSetting("claimed", "show_claimed"),
          choiceSetting("target", "target", () => claimedRows(model).map((i) => String(model.get("panels")[i]))),
        ]
      : []),
    temperatureSetting(),
  ],
  build,
});
