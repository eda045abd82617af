import { effectiveChoices, entropy, softmax } from "./maths.js";
import {
  cell,
  element,
  explorable,
  facts,
  number,
  numberSetting,
  percent,
  subscript,
  temperatureSetting,
} from "./explorable.js";
import { barChart, dotChart, onWidth, temperatureColour } from "./charts.js";
import { setText } from "./text.js";

const SHIFT = 10;

function names(model) {
  return Array.from({ length: model.get("size") }, (_, i) => `logit_${i + 1}`);
}

/** Odds of the likeliest class against the next: [winner, runner-up, exp(gap/τ)]. */
function topOdds(logits, temperature) {
  const order = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a] || a - b);
  const gap = logits[order[0]] - logits[order[1]];
  const odds = gap === 0 || temperature === Infinity ? 1 : Math.exp(gap / temperature);
  return [order[0] + 1, order[1] + 1, odds];
}

function oddsText(odds, temperature) {
  if (odds === Infinity && temperature > 0) return "over 10³⁰⁸ : 1"; // finite, but past what a float can hold
  return `${number(odds, 3)} : 1`;
}

function build({ model, body, table, cleanup }) {
  const size = model.get("size");
  const reach = model.get("reach");
  const limit = reach + SHIFT;
  const scores = dotChart(size, { low: -limit, high: limit, label: "Logits after the shift" });
  const bars = barChart(size, { label: "Probabilities" });
  const scoresPanel = element("figure", { class: "tc-panel" }, element("figcaption"), scores.node);
  const barsPanel = element("figure", { class: "tc-panel" }, element("figcaption"), bars.node);
  body.append(element("div", { class: "tc-pair" }, scoresPanel, barsPanel));
  const say = facts(body, ["Odds", "Entropy", "Effective choices"]);
  const note = element("p", { class: "tc-note" });
  body.append(note);

  const state = () => {
    const logits = names(model).map((name) => model.get(name));
    const shift = model.get("shift");
    const temperature = Number(model.get("temperatures")[model.get("index")]);
    const shifted = logits.map((z) => z + shift);
    return { logits, shift, shifted, temperature, probabilities: softmax(shifted, temperature) };
  };

  const update = () => {
    const { logits, shift, shifted, temperature, probabilities } = state();
    const tau = `τ = ${number(temperature)}`;
    const nats = entropy(probabilities);
    const [first, second, odds] = topOdds(logits, temperature);
    const moved = shift === 0 ? "" : ` ${shift < 0 ? "−" : "+"} ${number(Math.abs(shift))}`;
    setText(scoresPanel.firstChild, `Logits z${moved}`);
    setText(barsPanel.firstChild, `Softmax at ${tau}`);
    const rows = logits.map((_, i) => `class ${i + 1}`);
    scores.update({
      values: shifted,
      names: rows.map((_, i) => `z${subscript(i + 1)}`),
      texts: shifted.map((z) => number(z, 4)),
    });
    bars.update({
      probabilities,
      names: rows,
      values: probabilities.map(percent),
      colour: temperatureColour(temperature),
    });
    say([
      `class ${first} : class ${second} is ${oddsText(odds, temperature)}`,
      `${nats.toFixed(3)} nats (${(nats / Math.LN2).toFixed(3)} bits)`,
      `${effectiveChoices(probabilities).toFixed(2)} of ${size}`,
    ]);
    setText(
      note,
      shift === 0
        ? "Odds depend on the gap between two logits alone: e to the power of gap / τ."
        : `Every logit moved by ${number(shift)}, every gap stayed: so did every probability.`,
    );
    table.update({
      title: `Softmax at ${tau}${shift === 0 ? "" : `, every logit shifted by ${number(shift)}`}`,
      columns: ["Class", "Logit", "Probability"],
      lines: shifted.map((z, i) => [
        cell.name(rows[i]),
        cell.logit(z),
        cell.probability(probabilities[i], temperature),
      ]),
    });
  };

  cleanup(onWidth(scores.node.parentNode, (width) => (scores.layout(width, 30), update())));
  cleanup(onWidth(bars.node.parentNode, (width) => (bars.layout(width, 62), update())));

  const summary = () => {
    const { temperature, probabilities } = state();
    const shares = probabilities.map((p, i) => `class ${i + 1} ${percent(p)}`).join(", ");
    const choices = effectiveChoices(probabilities).toFixed(2);
    return `At temperature ${number(temperature)}: ${shares}; ${choices} effective choices.`;
  };
  return { update, summary };
}

const logitLimits = (model) => [-model.get("reach"), model.get("reach"), model.get("step")];

export default explorable({
  name: "explore_softmax",
  title: "Explore the softmax",
  settings: (model) => [
    ...names(model).map((name) => numberSetting(name, logitLimits)),
    numberSetting("shift", () => [-SHIFT, SHIFT, 0.5]),
    temperatureSetting(),
  ],
  watch: (model) => [...names(model), "shift", "index"],
  build,
});
