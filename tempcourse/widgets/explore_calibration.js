import { tinted } from "./kit/colours.js";
import { element, move, setText, svg, toggleButton } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { bottomAxis, chartFrame } from "./kit/frame.js";
import { facts, note, pair, panel } from "./kit/panels.js";
import { temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { temperatureChart } from "./kit/temperature_chart.js";
import { number, percent } from "./kit/words.js";
import {
  confidences,
  expectedCalibrationError,
  negativeLogLikelihood,
  reliabilityCurve,
} from "./maths/calibration.js";
import { argmax, mean } from "./maths/rows.js";

const TICKS = [0, 0.1, 0.3, 1, 3, 10, Infinity];
const NOTES = {
  0: "At τ = 0 every confidence is 1, and one wrong answer makes the NLL infinite.",
  Infinity: "At τ = ∞ all classes tie; what counts as the prediction is still the largest logit.",
};

/**
 * Accuracy in bins of confidence against the diagonal, with a box for the gap between the two; below it how many
 * examples there are of each confidence, with the means of both.
 */
function reliabilityChart(bins) {
  const frame = chartFrame({
    ...{ label: "Accuracy in bins of confidence against the diagonal, above a histogram of confidence" },
    ...{ top: 26, between: 66 },
    plots: [
      { tall: 190, name: "Accuracy", axis: true },
      { tall: 84, name: "Share of all examples", lift: 40, parts: [0, 1], axis: true },
    ],
  });
  const { node } = frame;
  const [above, below] = frame.plots;
  const axis = bottomAxis(frame, "confidence", ["0 %", "50 %", "100 %"]);
  const marks = tinted();
  const columns = Array.from({ length: bins }, () => {
    const [bar, gap, count] = ["tc-bar", "tc-gap", "tc-bar"].map((kind) => svg("rect", { class: kind }));
    marks.node.append(bar, gap, count);
    return { bar, gap, count };
  });
  const diagonal = svg("line", { class: "tc-exact", x1: frame.left, y1: above.base, y2: above.top });
  const means = ["accuracy", "mean confidence"].map((name, i) => {
    const top = below.top + 14 * i;
    const line = svg("line", { class: `tc-mean tc-mean-${i}`, y1: top - 26, y2: below.base });
    return { name, line, text: svg("text", { class: "tc-tick tc-halo", y: top - 20 }) };
  });
  node.append(marks.node, diagonal, ...means.map(({ line }) => line), ...means.map(({ text }) => text));
  return {
    node,
    layout(width) {
      frame.layout(width, 20);
      axis.layout([0, 0.5, 1].map(frame.x));
      move(diagonal, { x2: frame.right });
      columns.forEach((column, i) => {
        const [from, to] = [frame.x(i / bins) + 1, frame.x((i + 1) / bins) - 1];
        Object.values(column).forEach((rect) => move(rect, { x: from, width: to - from }));
      });
    },
    update({ curve, total, accuracy, confidence, temperature }) {
      marks.tint(temperature);
      columns.forEach((column, i) => {
        const [said, were, n] = curve[i];
        const visibility = n ? "visible" : "hidden";
        standBetween(column.bar, above, 0, were, { visibility });
        standBetween(column.gap, above, Math.min(said, were), Math.max(said, were), { visibility });
        standBetween(column.count, below, 0, n && Math.max(1 / 84, n / total));
      });
      [accuracy, confidence].forEach((share, i) => placeMean(means[i], share, frame.x(share)));
    },
  };
}

/** Let a bar reach from one share to another. */
function standBetween(bar, { y }, low, high, attributes = {}) {
  move(bar, { y: y(high), height: y(low) - y(high), ...attributes });
}

function placeMean({ name, line, text }, share, x) {
  const side = share < 0.5 ? 1 : -1;
  move(line, { x1: x, x2: x });
  setText(text, `${name} ${percent(share)}`);
  move(text, { x: x + 5 * side, "text-anchor": side > 0 ? "start" : "end" });
}

/** All that the curves need, once: a change of τ then looks up, and bins one set of confidences. */
function scoresOf(model) {
  const [stops, bins, labels] = ["temperatures", "bins", "labels"].map((name) => model.get(name));
  const rows = model.get("logits").map((row) => Float64Array.from(row));
  const right = rows.map((row, k) => (argmax(row) === labels[k] ? 1 : 0));
  const atStops = (of) => new Map(stops.map((stop) => [stop, of(stop)]));
  const said = atStops((stop) => confidences(rows, stop));
  const nll = atStops((stop) => negativeLogLikelihood(rows, labels, stop));
  const ece = atStops((stop) => expectedCalibrationError(said.get(stop), right, bins));
  const accuracy = mean(right);
  return {
    ...{ nll, ece },
    least: stops.reduce((best, stop) => (nll.get(stop) < nll.get(best) ? stop : best)),
    at(temperature) {
      const confidence = mean(said.get(temperature));
      return {
        ...{ temperature, confidence, accuracy, over: confidence - accuracy, total: rows.length, bins },
        ...{ nll: nll.get(temperature), ece: ece.get(temperature) },
        curve: reliabilityCurve(said.get(temperature), right, bins),
      };
    },
  };
}

function scoresChart(model, { nll, ece }) {
  const roof = 1.5 * Math.max(nll.get(1), nll.get(Infinity)); // towards τ = 0 the NLL rises without end
  return temperatureChart({
    ...{ model, grid: model.get("temperatures").slice(1, -1), ticks: TICKS },
    label: "Negative log-likelihood and calibration error over temperature, with a cursor at the chosen one",
    plots: [
      { name: "NLL, nats", tall: 92, of: (stop) => [nll.get(stop)], high: roof },
      { name: "ECE", tall: 92, of: (stop) => [ece.get(stop)] },
    ],
  });
}

function inWords({ confidence, accuracy, over }) {
  const points = (100 * Math.abs(over)).toFixed(1);
  const side = over > 0 ? "over-confident" : "under-confident";
  return `says ${percent(confidence)} in the mean and is right in ${percent(accuracy)}: ${side} by ${points} points`;
}

function tableOf({ temperature, curve, bins, total, confidence, accuracy, nll, ece }) {
  const shareCell = (share) => cell.probability(share, temperature);
  const score = (name, value) => [cell.text(name), cell.quantity(value, temperature), cell.text(""), cell.text("")];
  return {
    title: `${total} examples at τ = ${number(temperature)}`,
    columns: ["Confidence", "Examples", "Mean confidence", "Accuracy"],
    lines: [
      ...curve.map(([said, were, n], i) => [
        cell.text(`${number((100 * i) / bins, 3)} to ${number((100 * (i + 1)) / bins, 3)} %`),
        cell.count(n),
        ...[said, were].map((share) => (n ? shareCell(share) : cell.text("–"))),
      ]),
      [cell.text("all"), cell.count(total), shareCell(confidence), shareCell(accuracy)],
      score("NLL, nats", nll),
      score("ECE", ece),
    ],
  };
}

function build({ model, body, table, fit, redraw }) {
  const scores = scoresOf(model);
  const now = () => scores.at(model.get("temperatures")[model.get("temperature_index")]);
  const reliability = reliabilityChart(model.get("bins"));
  const curves = scoresChart(model, scores);
  const reveal = toggleButton("Show the best τ", redraw);
  const left = panel(reliability, { aside: "box: gap to confidence" });
  const right = panel(curves, { title: "Scores", aside: "lower is better" });
  const hunt = element("div", { class: "tc-hunt" }, right.node, reveal.node);
  const verdict = element("p", { class: "tc-verdict" });
  const figures = facts(["Accuracy, at every τ", "Mean confidence", "NLL", "ECE"]);
  const remark = note();
  body.append(verdict, pair(left, { node: hunt }), figures.node, remark);
  fit(left.node, reliability.layout);
  fit(right.node, curves.layout);

  const update = () => {
    const moment = now();
    const { temperature, accuracy, confidence, nll, ece } = moment;
    const at = `τ = ${number(temperature)}`;
    const revealed = reveal.pressed();
    const best = `No stop of the slider has a lower NLL than τ = ${number(scores.least)}.`;
    left.setTitle(`Reliability at ${at}`);
    reliability.update(moment);
    curves.update(temperature, revealed ? scores.least : undefined);
    setText(verdict, `At ${at} the model ${inWords(moment)}.`);
    figures.write([percent(accuracy), percent(confidence), `${number(nll, 4)} nats`, percent(ece)]);
    setText(remark, revealed ? best : (NOTES[temperature] ?? ""));
    table.update(tableOf(moment));
  };
  const summary = () => {
    const moment = now();
    const { temperature, nll, ece } = moment;
    const numbers = `NLL ${number(nll, 4)} nats, ECE ${percent(ece)}`;
    return `At temperature ${number(temperature)} the model ${inWords(moment)}; ${numbers}.`;
  };
  return { update, summary, reset: () => reveal.turn(false) };
}

export default explorable({
  name: "explore_calibration",
  title: "Explore calibration",
  settings: () => [temperatureSetting()],
  build,
});
