import { effectiveChoices, entropy, softmax } from "./maths.js";
import {
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  percent,
  subscript,
  temperatureSetting,
} from "./explorable.js";
import { barChart, curveChart, onWidth, temperatureColour } from "./charts.js";
import { setText } from "./text.js";

const FINE = 241; // points a curve, between the breaks of the axis

function build({ model, body, table, cleanup }) {
  const stops = model.get("temperatures").map(Number);
  const presets = model.get("presets").map((one) => ({ ...one, logits: one.logits.map(Number) }));
  const note = element("p", { class: "tc-note" });
  const caption = element("figcaption");
  const barsPanel = element("figure", { class: "tc-panel" }, caption);
  const curvesPanel = element("figure", { class: "tc-panel" });
  body.append(barsPanel);
  const say = facts(body, ["Top class", "Entropy", "Effective choices"]);
  body.append(curvesPanel, note);

  const pick = (index) => {
    model.set("index", index);
    model.save_changes();
  };
  const span = stops.at(-2) / stops[1];
  const grid = Array.from({ length: FINE }, (_, i) => stops[1] * span ** (i / (FINE - 1)));
  let drawn = null; // the preset that the charts were made for
  let bars = null;
  let curves = null;
  let width = 0;

  const state = () => {
    const preset = presets[model.get("preset")] ?? presets[0];
    const temperature = stops[model.get("index")];
    return { ...preset, preset, temperature, probabilities: softmax(preset.logits, temperature) };
  };

  // Another preset means other curves, and perhaps another number of classes.
  const remake = ({ preset, logits }) => {
    drawn = preset;
    const size = logits.length;
    const unmasked = logits.filter((z) => z !== -Infinity).length;
    const at = (temperature) => {
      const p = softmax(logits, temperature);
      return [...p, entropy(p)];
    };
    bars = barChart(size, { label: "Probabilities" });
    const [values, ends] = [grid.map(at), [at(0), at(Infinity)]];
    curves = curveChart({ stops, grid, size, values, ends, unmasked, pick });
    barsPanel.replaceChildren(caption, bars.node);
    curvesPanel.replaceChildren(curves.node);
    layout();
  };
  const layout = () => {
    bars.layout(width, 118);
    curves.layout(width);
  };

  const update = () => {
    const now = state();
    if (now.preset !== drawn) remake(now);
    const { logits, temperature, probabilities, label } = now;
    const nats = entropy(probabilities);
    const tau = `τ = ${number(temperature)}`;
    const names = logits.map((z, i) => `class ${i + 1}, z${subscript(i + 1)} = ${number(z)}`);
    setText(caption, `Softmax at ${tau}`);
    bars.update({
      probabilities,
      names,
      values: probabilities.map((p, i) => (logits[i] === -Infinity ? "masked" : percent(p))),
      colour: temperatureColour(temperature),
    });
    curves.update({ temperature, probabilities, entropy: nats });
    const top = Math.max(...probabilities);
    const winners = probabilities.flatMap((p, i) => (p === top ? [i + 1] : []));
    const who = winners.length === 1 ? `class ${winners[0]},` : `${winners.join(", ")} tie at`;
    say([
      `${who} ${percent(top)}`,
      `${nats.toFixed(3)} nats (${(nats / Math.LN2).toFixed(3)} bits)`,
      `${effectiveChoices(probabilities).toFixed(2)} of ${logits.filter((z) => z !== -Infinity).length}`,
    ]);
    setText(note, now.note);
    table.update({
      title: `${label}: softmax at ${tau}`,
      columns: ["Class", "Logit", "Probability"],
      lines: logits.map((z, i) => [
        cell.name(`class ${i + 1}`),
        cell.logit(z),
        cell.probability(probabilities[i], temperature),
      ]),
    });
  };

  cleanup(
    onWidth(body, (measured) => {
      width = measured;
      if (drawn) layout();
      update();
    }),
  );

  const summary = () => {
    const { temperature, probabilities, logits } = state();
    const share = (p, i) => `class ${i + 1} ${logits[i] === -Infinity ? "masked" : percent(p)}`;
    const nats = entropy(probabilities).toFixed(2);
    const choices = effectiveChoices(probabilities).toFixed(2);
    const shares = `At temperature ${number(temperature)}: ${probabilities.map(share).join(", ")}`;
    return `${shares}; entropy ${nats} nats, ${choices} effective choices.`;
  };
  return { update, summary };
}

export default explorable({
  name: "explore_temperature",
  title: "Explore the temperature",
  settings: () => [
    choiceSetting("preset", "preset", (model) => model.get("presets").map(({ name }) => name)),
    temperatureSetting(),
  ],
  watch: () => ["preset", "index"],
  build,
});
