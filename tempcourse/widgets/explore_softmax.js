import { barChart } from "./kit/bars.js";
import { move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { chartNode, tickText } from "./kit/marks.js";
import { facts, note, pair, panel } from "./kit/panels.js";
import { numberSetting, temperatureSetting } from "./kit/settings.js";
import { distributionTable } from "./kit/table.js";
import { natsAndBits, number, percents, shares, subscript } from "./kit/words.js";
import { effectiveChoices, entropy, softmax } from "./maths/softmax.js";

const SHIFT = 10;

function logitNames(model) {
  return Array.from({ length: model.get("size") }, (_, i) => `logit_${i + 1}`);
}

/** Points on a number line, a row a class, with a stem from zero: what the bars beside them are made of. */
function dotChart(size, limit) {
  const rowHeight = 30;
  const height = size * rowHeight + 22;
  const node = chartNode("Logits after the shift", height);
  const ticks = [-limit, -limit / 2, 0, limit / 2, limit].map((at) => {
    const line = svg("line", { class: at === 0 ? "tc-axis" : "tc-grid", y1: 2, y2: height - 20 });
    const text = tickText({ y: height - 5, "text-anchor": "middle" }, String(at).replace("-", "−"));
    node.append(line, text);
    return { at, line, text };
  });
  const rows = Array.from({ length: size }, (_, i) => {
    const y = i * rowHeight + rowHeight / 2;
    const row = {
      stem: svg("line", { class: "tc-stem", y1: y, y2: y }),
      dot: svg("circle", { class: "tc-score", cy: y, r: 6 }),
      name: svg("text", { class: "tc-label", x: 0, y: y + 5 }, `z${subscript(i + 1)}`),
      value: svg("text", { class: "tc-value", y: y + 5 }),
    };
    node.append(...Object.values(row));
    return row;
  });
  let x = (value) => value;
  return {
    node,
    layout(width) {
      const [left, right] = [38, width - 62];
      x = (value) => left + ((value + limit) / (2 * limit)) * (right - left);
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      for (const { at, line, text } of ticks) {
        move(line, { x1: x(at), x2: x(at) });
        move(text, { x: x(at) });
      }
      for (const { stem, value } of rows) {
        move(stem, { x1: x(0) });
        move(value, { x: width });
      }
    },
    update(values) {
      rows.forEach(({ stem, dot, value }, i) => {
        setText(value, number(values[i], 4));
        move(stem, { x2: x(values[i]) });
        move(dot, { cx: x(values[i]) });
      });
    },
  };
}

/** Odds of the likeliest class against the next, in words. */
function oddsText({ logits, temperature }) {
  const [first, second] = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a] || a - b);
  const gap = logits[first] - logits[second];
  const odds = gap === 0 || temperature === Infinity ? 1 : Math.exp(gap / temperature);
  const beyond = odds === Infinity && temperature > 0; // finite, but past what a float can hold
  return `class ${first + 1} : class ${second + 1} is ${beyond ? "over 10³⁰⁸" : number(odds, 3)} : 1`;
}

function stateOf(model) {
  const logits = logitNames(model).map((name) => model.get(name));
  const shift = model.get("shift");
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const shifted = logits.map((z) => z + shift);
  return { logits, shift, shifted, temperature, probabilities: softmax(shifted, temperature) };
}

function build({ model, body, table, fit }) {
  const size = model.get("size");
  const scores = dotChart(size, model.get("reach") + SHIFT);
  const bars = barChart(size, { label: "Probabilities" });
  const [scoresPanel, barsPanel] = [panel(scores), panel(bars)];
  const figures = facts(["Odds", "Entropy", "Effective choices"]);
  const remark = note();
  body.append(pair(scoresPanel, barsPanel), figures.node, remark);

  const update = () => {
    const now = stateOf(model);
    const { shift, shifted, temperature, probabilities } = now;
    const tau = `τ = ${number(temperature)}`;
    const names = shifted.map((_, i) => `class ${i + 1}`);
    scoresPanel.setTitle(`Logits z${shift === 0 ? "" : ` ${shift < 0 ? "−" : "+"} ${number(Math.abs(shift))}`}`);
    barsPanel.setTitle(`Softmax at ${tau}`);
    scores.update(shifted);
    bars.update({ probabilities, names, values: percents(probabilities), temperature });
    figures.write([
      oddsText(now),
      natsAndBits(entropy(probabilities)),
      `${effectiveChoices(probabilities).toFixed(2)} of ${size}`,
    ]);
    const odds = "Odds depend on the gap between two logits alone: e to the power of gap / τ.";
    const kept = `Every logit moved by ${number(shift)}, every gap stayed: so did every probability.`;
    setText(remark, shift === 0 ? odds : kept);
    const title = `Softmax at ${tau}${shift === 0 ? "" : `, every logit shifted by ${number(shift)}`}`;
    table.update(distributionTable({ title, names, logits: shifted, probabilities, temperature }));
  };
  fit(scoresPanel.node, (width) => scores.layout(width));
  fit(barsPanel.node, (width) => bars.layout(width, 62));

  const summary = () => {
    const { temperature, probabilities } = stateOf(model);
    const choices = effectiveChoices(probabilities).toFixed(2);
    return `At temperature ${number(temperature)}: ${shares(probabilities)}; ${choices} effective choices.`;
  };
  return { update, summary };
}

function logitLimits(model) {
  return [-model.get("reach"), model.get("reach"), model.get("step")];
}

export default explorable({
  name: "explore_softmax",
  title: "Explore the softmax",
  settings: (model) => [
    ...logitNames(model).map((name) => numberSetting(name, logitLimits)),
    numberSetting("shift", () => [-SHIFT, SHIFT, 0.5]),
    temperatureSetting(),
  ],
  build,
});
