import { element, setText, toggleButton } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { facts, note, pair, panel } from "./kit/panels.js";
import { reliabilityChart } from "./kit/reliability.js";
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
