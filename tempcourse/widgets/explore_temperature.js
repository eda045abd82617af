import { barChart } from "./kit/bars.js";
import { element, setText } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { facts, note, panel, remade } from "./kit/panels.js";
import { presetSetting, temperatureSetting } from "./kit/settings.js";
import { distributionTable } from "./kit/table.js";
import { temperatureChart } from "./kit/temperature_chart.js";
import { natsAndBits, number, percent, percents, shares, subscript } from "./kit/words.js";
import { effectiveChoices, entropy, softmax } from "./maths/softmax.js";

const TICKS = [0, 0.01, 0.1, 1, 10, 100, Infinity];
const LIMITS = [[0, "argmax", "start"], [1, "unchanged", "middle"], [Infinity, "uniform", "end"]];

function stateOf(model) {
  const preset = model.get("presets")[model.get("preset")] ?? model.get("presets")[0];
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  return { ...preset, preset, temperature, probabilities: softmax(preset.logits, temperature) };
}

function unmaskedOf(logits) {
  return logits.filter((z) => z !== -Infinity).length;
}

/** The curves p_i(τ) above H(τ). */
function curveChart(model, logits) {
  const at = (temperature) => softmax(logits, temperature);
  return temperatureChart({
    ...{ model, ticks: TICKS, limits: LIMITS },
    label: "Probabilities and entropy over temperature, with a cursor at the chosen one",
    plots: [
      {
        ...{ tall: 190, of: at, high: 1, parts: [0, 0.5, 1], text: (p) => `${100 * p} %` },
        labels: logits.map((_, i) => String(i + 1)),
      },
      {
        ...{ tall: 84, of: (temperature) => [entropy(at(temperature))], high: Math.log(unmaskedOf(logits)) || 1 },
        ...{ name: "entropy H, nats", labels: ["H"], area: true },
      },
    ],
  });
}

function factsOf({ probabilities, logits }) {
  const top = Math.max(...probabilities);
  const winners = probabilities.flatMap((p, i) => (p === top ? [i + 1] : []));
  const who = winners.length === 1 ? `class ${winners[0]},` : `${winners.join(", ")} tie at`;
  return [
    `${who} ${percent(top)}`,
    natsAndBits(entropy(probabilities)),
    `${effectiveChoices(probabilities).toFixed(2)} of ${unmaskedOf(logits)}`,
  ];
}

function build({ model, body, table, fit }) {
  const barsPanel = panel();
  const curvesPanel = element("figure", { class: "tc-panel" });
  const figures = facts(["Top class", "Entropy", "Effective choices"]);
  const remark = note();
  body.append(barsPanel.node, figures.node, curvesPanel, remark);
  // Another preset means other curves, and perhaps another number of classes.
  const charts = remade(fit, body, ({ logits }) => {
    const bars = barChart(logits.length, { label: "Probabilities" });
    const curves = curveChart(model, logits);
    barsPanel.setChart(bars);
    curvesPanel.replaceChildren(curves.node);
    return { bars, curves, layout: (width) => (bars.layout(width, 118), curves.layout(width)) };
  });

  const update = () => {
    const now = stateOf(model);
    const { bars, curves } = charts.of(now.preset);
    const { logits, temperature, probabilities, label } = now;
    const tau = `τ = ${number(temperature)}`;
    barsPanel.setTitle(`Softmax at ${tau}`);
    bars.update({
      probabilities,
      names: logits.map((z, i) => `class ${i + 1}, z${subscript(i + 1)} = ${number(z)}`),
      values: percents(probabilities, logits),
      temperature,
    });
    curves.update(temperature);
    figures.write(factsOf(now));
    setText(remark, now.note);
    const [title, names] = [`${label}: softmax at ${tau}`, logits.map((_, i) => `class ${i + 1}`)];
    table.update(distributionTable({ title, names, logits, probabilities, temperature }));
  };
  const summary = () => {
    const { temperature, probabilities, logits } = stateOf(model);
    const nats = entropy(probabilities).toFixed(2);
    const choices = effectiveChoices(probabilities).toFixed(2);
    const at = `At temperature ${number(temperature)}`;
    return `${at}: ${shares(probabilities, logits)}; entropy ${nats} nats, ${choices} effective choices.`;
  };
  return { update, summary };
}

export default explorable({
  name: "explore_temperature",
  title: "Explore the temperature",
  settings: () => [presetSetting(), temperatureSetting()],
  build,
});
