import {
  argmax,
  confidences,
  expectedCalibrationError,
  negativeLogLikelihood,
  reliabilityCurve,
} from "./maths.js";
import {
  button,
  cell,
  element,
  explorable,
  facts,
  number,
  percent,
  temperatureSetting,
} from "./explorable.js";
import { move, onWidth, svg, temperatureColour, tinted, widthOf } from "./charts.js";
import { quantityChart } from "./quantities.js";
import { setText } from "./text.js";

const TICKS = [0, 0.1, 0.3, 1, 3, 10, Infinity];
const NOTES = {
  0: "At τ = 0 every confidence is 1, and one wrong answer makes the NLL infinite.",
  Infinity: "At τ = ∞ all classes tie; what counts as the prediction is still the largest logit.",
};

function mean(values) {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/**
 * Accuracy in bins of confidence against the diagonal, with a box for the gap between the two; below it how many
 * examples there are of each confidence, with the means of both.
 */
function reliabilityChart(bins) {
  const [left, top, tall, between, low] = [46, 26, 190, 66, 84];
  const base = top + tall;
  const floor = base + between + low;
  const height = floor + 44;
  const node = svg("svg", {
    class: "tc-chart",
    height,
    role: "img",
    "aria-label": "Accuracy in bins of confidence against the diagonal, above a histogram of confidence",
  });
  const y = (share) => base - share * tall;
  [["Accuracy", top - 10], ["Share of all examples", floor - low - 40]].forEach(([text, at]) => {
    const name = svg("text", { class: "tc-label", x: 0, y: at });
    name.textContent = text;
    node.append(name);
  });
  const heights = [...[0, 0.5, 1].map((share) => [share, y(share)]), [0, floor], [1, floor - low]];
  const levels = heights.map(([share, at]) => {
    const text = svg("text", { class: "tc-tick", x: left - 8, y: at + 4, "text-anchor": "end" });
    text.textContent = `${100 * share} %`;
    const line = svg("line", { class: share ? "tc-grid" : "tc-axis", x1: left, y1: at, y2: at });
    node.append(text, line);
    return line;
  });
  const ticks = [0, 0.5, 1].map((share) => {
    const text = svg("text", { class: "tc-tick", y: floor + 19, "text-anchor": "middle" });
    text.textContent = `${100 * share} %`;
    return { share, text };
  });
  const title = svg("text", { class: "tc-tick", y: floor + 37, "text-anchor": "middle" });
  title.textContent = "confidence";
  const marks = tinted();
  const columns = Array.from({ length: bins }, () => ({
    bar: svg("rect", { class: "tc-bar" }),
    gap: svg("rect", { class: "tc-gap" }),
    count: svg("rect", { class: "tc-bar" }),
  }));
  columns.forEach(({ bar, gap, count }) => marks.node.append(bar, gap, count));
  const diagonal = svg("line", { class: "tc-exact", x1: left, y1: base, y2: top });
  const means = ["accuracy", "mean confidence"].map((name, i) => ({
    name,
    line: svg("line", { class: `tc-mean tc-mean-${i}`, y1: floor - low - 26 + 14 * i, y2: floor }),
    text: svg("text", { class: "tc-tick tc-halo", y: floor - low - 20 + 14 * i }),
  }));
  node.append(marks.node, diagonal, title, ...ticks.map(({ text }) => text));
  node.append(...means.map(({ line }) => line), ...means.map(({ text }) => text));
  let right = left + 1;
  const x = (share) => left + share * (right - left);
  return {
    node,
    layout(width) {
      right = width - 20;
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      [...levels, diagonal].forEach((each) => move(each, { x2: right }));
      ticks.forEach(({ share, text }) => move(text, { x: x(share) }));
      move(title, { x: (left + right) / 2 });
      columns.forEach(({ bar, gap, count }, i) => {
        const [from, to] = [x(i / bins) + 1, x((i + 1) / bins) - 1];
        [bar, gap, count].forEach((rect) => move(rect, { x: from, width: to - from }));
      });
    },
    update({ curve, total, accuracy, confidence, temperature }) {
      marks.tint(temperatureColour(temperature));
      columns.forEach(({ bar, gap, count }, i) => {
        const [said, were, n] = curve[i];
        const visibility = n ? "visible" : "hidden";
        move(bar, { y: y(were), height: were * tall, visibility });
        move(gap, { y: y(Math.max(said, were)), height: Math.abs(said - were) * tall, visibility });
        const size = n ? Math.max(1, (n / total) * low) : 0;
        move(count, { y: floor - size, height: size });
      });
      [accuracy, confidence].forEach((share, i) => {
        const { name, line, text } = means[i];
        move(line, { x1: x(share), x2: x(share) });
        setText(text, `${name} ${percent(share)}`);
        const side = share < 0.5 ? 1 : -1;
        move(text, { x: x(share) + 5 * side, "text-anchor": side > 0 ? "start" : "end" });
      });
    },
  };
}

function build({ model, body, table, cleanup, redraw }) {
  const stops = model.get("temperatures").map(Number);
  const [bins, labels] = [model.get("bins"), model.get("labels")];
  const rows = model.get("logits").map((row) => Float64Array.from(row));
  const right = rows.map((row, k) => (argmax(row) === labels[k] ? 1 : 0));
  const accuracy = mean(right);
  // All that the curves need, once: a change of τ then looks up, and bins one set of confidences.
  const atStops = (of) => new Map(stops.map((stop) => [stop, of(stop)]));
  const said = atStops((stop) => confidences(rows, stop));
  const nll = atStops((stop) => negativeLogLikelihood(rows, labels, stop));
  const ece = atStops((stop) => expectedCalibrationError(said.get(stop), right, bins));
  const least = stops.reduce((best, stop) => (nll.get(stop) < nll.get(best) ? stop : best));

  const roof = 1.5 * Math.max(nll.get(1), nll.get(Infinity)); // towards τ = 0 the NLL rises without end

  const title = element("span");
  const key = element("span", { class: "tc-aside" }, "box: gap to confidence");
  const caption = element("figcaption", {}, title, " ", key);
  const reliability = reliabilityChart(bins);
  const pick = (index) => {
    model.set("index", index);
    model.save_changes();
  };
  const scores = quantityChart({
    ...{ stops, grid: stops.slice(1, -1), ticks: TICKS, pick },
    label: "Negative log-likelihood and calibration error over temperature, with a cursor at the chosen one",
    quantities: [
      { name: "NLL, nats", of: (stop) => nll.get(stop), low: 0, high: roof },
      { name: "ECE", of: (stop) => ece.get(stop), low: 0 },
    ],
  });
  const reveal = button("Show the best τ", { "aria-pressed": "false" });
  const left = element("figure", { class: "tc-panel" }, caption, reliability.node);
  const lower = element("span", { class: "tc-aside" }, "lower is better");
  const panel = element("figure", { class: "tc-panel" }, element("figcaption", {}, "Scores ", lower), scores.node);
  const verdict = element("p", { class: "tc-verdict" });
  body.append(verdict, element("div", { class: "tc-pair" }, left, element("div", { class: "tc-hunt" }, panel, reveal)));
  const say = facts(body, ["Accuracy, at every τ", "Mean confidence", "NLL", "ECE"]);
  const note = element("p", { class: "tc-note" });
  body.append(note);

  let revealed = false;
  const show = (on) => {
    revealed = on;
    reveal.setAttribute("aria-pressed", String(on));
    redraw();
  };
  reveal.addEventListener("click", () => show(!revealed));

  const state = () => {
    const temperature = stops[model.get("index")];
    const confidence = mean(said.get(temperature));
    return { temperature, confidence, over: confidence - accuracy, nll: nll.get(temperature), ece: ece.get(temperature) };
  };
  const inWords = ({ confidence, over }) => {
    const points = (100 * Math.abs(over)).toFixed(1);
    const side = over > 0 ? "over-confident" : "under-confident";
    return `says ${percent(confidence)} in the mean and is right in ${percent(accuracy)}: ${side} by ${points} points`;
  };

  const update = () => {
    const now = state();
    const { temperature, confidence } = now;
    const curve = reliabilityCurve(said.get(temperature), right, bins);
    const at = `τ = ${number(temperature)}`;
    setText(title, `Reliability at ${at}`);
    reliability.update({ curve, total: rows.length, accuracy, confidence, temperature });
    scores.update(temperature, revealed ? least : undefined);
    setText(verdict, `At ${at} the model ${inWords(now)}.`);
    say([percent(accuracy), percent(confidence), `${number(now.nll, 4)} nats`, percent(now.ece)]);
    setText(note, revealed ? `No stop of the slider has a lower NLL than τ = ${number(least)}.` : (NOTES[temperature] ?? ""));
    table.update({
      title: `${rows.length} examples at ${at}`,
      columns: ["Confidence", "Examples", "Mean confidence", "Accuracy"],
      lines: [
        ...curve.map(([p, were, n], i) => [
          cell.name(`${number((100 * i) / bins, 3)} to ${number((100 * (i + 1)) / bins, 3)} %`),
          { text: String(n), count: n },
          ...[p, were].map((share) => (n ? cell.probability(share, temperature) : { text: "–" })),
        ]),
        [
          cell.name("all"),
          { text: String(rows.length), count: rows.length },
          cell.probability(confidence, temperature),
          cell.probability(accuracy, temperature),
        ],
        [cell.name("NLL, nats"), cell.quantity(now.nll, temperature), { text: "" }, { text: "" }],
        [cell.name("ECE"), cell.quantity(now.ece, temperature), { text: "" }, { text: "" }],
      ],
    });
  };

  for (const [where, chart] of [[left, reliability], [panel, scores]]) {
    cleanup(onWidth(where, () => (chart.layout(widthOf(where)), redraw())));
  }

  const summary = () => {
    const now = state();
    return (
      `At temperature ${number(now.temperature)} the model ${inWords(now)}; ` +
      `NLL ${number(now.nll, 4)} nats, ECE ${percent(now.ece)}.`
    );
  };
  return { update, summary, reset: () => show(false) };
}

export default explorable({
  name: "explore_calibration",
  title: "Explore calibration",
  settings: () => [temperatureSetting()],
  watch: () => ["index"],
  build,
});
