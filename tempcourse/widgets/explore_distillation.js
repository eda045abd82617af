import { axisBreak } from "./kit/axes.js";
import { temperatureGradient, tinted } from "./kit/colours.js";
import { button, element, move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { bottomAxis, chartFrame } from "./kit/frame.js";
import { diamond, lineThrough, spread, tickText } from "./kit/marks.js";
import { facts, panel } from "./kit/panels.js";
import { choiceSetting, numberSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { number } from "./kit/words.js";

function points(value) {
  return `${number(Number(Math.abs(value).toFixed(1)))} points`;
}

function signedPoints(value) {
  return `${value < 0 ? "−" : ""}${points(value)}`;
}

/** How far a prediction is from what was measured. */
function missText(guess, [mean]) {
  if (guess === Number(mean.toFixed(1))) return "exactly right";
  return `${points(mean - guess)} too ${guess < mean ? "low" : "high"}`;
}

/** One measured point; its error bar is two standard errors long. */
function measuredPoint([mean, error], y, temperature) {
  const mark = temperature === undefined ? { node: svg("g") } : tinted();
  mark.tint?.(temperature);
  const bar = svg("path", { class: "tc-error" });
  const dot = svg("circle", { class: temperature === undefined ? "tc-score" : "tc-dot", r: 4.5, cy: y(mean) });
  mark.node.append(dot, bar);
  return {
    node: mark.node,
    place(x) {
      const [upper, lower] = [y(mean + error), y(mean - error)];
      move(bar, { d: `M${x} ${upper}V${lower}M${x - 5} ${upper}h10M${x - 5} ${lower}h10` });
      move(dot, { cx: x });
    },
  };
}

/** What was measured of one size: a point and a level for hard labels, and a curve for soft targets. */
function resultSeries({ size, hard, soft, temperatures }, y, gradient) {
  const level = svg("line", { class: "tc-exact", y1: y(hard[0]), y2: y(hard[0]) });
  const curve = svg("path", { class: "tc-curve", stroke: gradient.paint });
  const first = measuredPoint(hard, y);
  const others = soft.map((result, k) => measuredPoint(result, y, temperatures[k]));
  const marks = [level, curve, first.node, ...others.map(({ node }) => node)];
  const group = svg("g", { class: "tc-result", visibility: "hidden" }, ...marks);
  const name = tickText({ "text-anchor": "end" }, String(size));
  return {
    ...{ group, name, end: y(soft.at(-1)[0]) },
    layout({ width, right, column, places }) {
      move(name, { x: width });
      move(level, { x1: column, x2: right });
      move(curve, { d: lineThrough(soft.map(([mean], k) => [places[k], y(mean)])) });
      first.place(column);
      others.forEach((other, k) => other.place(places[k]));
    },
  };
}

/** A reader's prediction: a diamond, and its number on the side that is free. */
function predictionMark(side) {
  const mark = svg("path", { class: "tc-diamond", d: diamond(7) });
  const text = svg("text", { class: "tc-guess tc-halo", "text-anchor": side < 0 ? "end" : "start" });
  return {
    nodes: [mark, text],
    place(x, y, guess) {
      move(mark, { transform: `translate(${x} ${y})` });
      move(text, { x: x + 12 * side, y: y + 5 });
      setText(text, `${guess} %`);
    },
  };
}

/**
 * Accuracy with hard labels in a column of its own, then over the temperature of soft targets: the reader's
 * predictions as diamonds, and for each size what was measured, with error bars, where it has been asked for.
 */
function accuracyChart({ sizes, temperatures, hard, soft, lowest, predicted: asked }) {
  const parts = [0, 0.2, 0.4, 0.6, 0.8, 1];
  const frame = chartFrame({
    ...{ label: "Test accuracy with hard labels and over the temperature of soft targets", left: 52, top: 24 },
    plots: [{ tall: 240, low: lowest, high: 100, parts, text: (accuracy) => `${number(accuracy)} %` }],
  });
  const { node, left } = frame;
  const [{ y, top, base }] = frame.plots;
  const gradient = temperatureGradient(node);
  const line = svg("path", { class: "tc-axis" });
  const axis = bottomAxis(frame, "temperature T, log scale", ["hard", ...temperatures.map((each) => number(each))]);
  const images = tickText({ y: 10, "text-anchor": "end" }, "images");
  const result = (size, i) => resultSeries({ size, hard: hard[i], soft: soft[i], temperatures }, y, gradient);
  const series = sizes.map(result);
  const guesses = [1, -1].map(predictionMark);
  node.append(line, images, ...series.flatMap(({ group, name }) => [group, name]));
  node.append(...guesses.flatMap(({ nodes }) => nodes));
  let places = []; // of the two settings that are predicted
  return {
    node,
    layout(width) {
      frame.layout(width, 34);
      const { right } = frame;
      const column = left + 26;
      const [from, to] = [column + 62, right - 8];
      const [low, high] = [temperatures[0], temperatures.at(-1)];
      const part = (temperature) => (high > low ? Math.log(temperature / low) / Math.log(high / low) : 0.5);
      const x = temperatures.map((temperature) => from + part(temperature) * (to - from));
      const gap = (column + from) / 2;
      move(line, { d: `M${left} ${base}H${gap - 4}M${gap + 3} ${base}H${right}${axisBreak(gap, base)}` });
      const temperature = (at) => low * (high / low) ** ((at - from) / (to - from));
      gradient.layout({ left: from, right: to, temperature });
      axis.layout([column, ...x], (from + to) / 2);
      move(images, { x: width });
      series.forEach((each) => each.layout({ width, right, column, places: x }));
      places = [column, x[temperatures.indexOf(asked)]];
    },
    /** chosen: a size's index; revealed: a set of them; predicted: accuracies with hard labels, and at T = 10. */
    update({ chosen, revealed, predicted }) {
      const shown = [...revealed];
      const heights = spread(shown.map((i) => series[i].end), 14, top, base);
      series.forEach(({ group, name }, i) => {
        for (const each of [group, name]) {
          move(each, { visibility: revealed.has(i) ? "visible" : "hidden" });
          each.classList.toggle("tc-chosen", i === chosen);
        }
        move(name, { y: (heights[shown.indexOf(i)] ?? base) + 4 });
      });
      guesses.forEach((mark, i) => mark.place(places[i], y(predicted[i]), predicted[i]));
    },
  };
}

function verdictOf({ size, asked, predicted, measured, shown }) {
  if (!shown) return `How accurate will students be after ${size} images? Set both sliders, then look.`;
  const [first, second] = predicted.map((guess, i) => missText(guess, measured[i]));
  return `You were ${first} for hard labels, and ${second} for T\u00a0=\u00a0${asked}.`;
}

function factsOf({ predicted, measured, shown }) {
  const gain = predicted[1] - predicted[0];
  if (!shown) return [...predicted.map((guess) => `you say ${guess} %`), `you say ${signedPoints(gain)}`];
  const told = measured.map(([mean, error]) => `${mean.toFixed(1)} ± ${error.toFixed(1)} %`);
  return [
    ...predicted.map((guess, i) => `${told[i]} (you: ${guess})`),
    `${signedPoints(measured[1][0] - measured[0][0])} (you: ${number(gain)})`,
  ];
}

function tableOf({ size, asked, predicted, shown, hard, soft, temperatures }) {
  const line = (name, [mean, error], guess, temperature) => [
    cell.text(name),
    guess === undefined ? cell.text("") : cell.text(String(guess), { guess }),
    ...[mean, error].map((value) => (shown ? cell.quantity(value, temperature) : cell.text("not yet shown"))),
  ];
  return {
    title: `Test accuracy after ${size} images, in %`,
    columns: ["Targets", "Your prediction", "Measured", "Standard error"],
    lines: [
      line("hard labels", hard, predicted[0], "hard"),
      ...soft.map((result, k) => {
        const temperature = temperatures[k];
        const guess = temperature === asked ? predicted[1] : undefined;
        return line(`T = ${number(temperature)}`, result, guess, temperature);
      }),
    ],
  };
}

function summaryOf({ size, asked, predicted, measured, shown }) {
  const guesses = `you predict ${predicted[0]} % with hard labels and ${predicted[1]} % at temperature ${asked}`;
  if (!shown) return `After ${size} images ${guesses}; what was measured is not shown yet.`;
  const [first, second] = measured.map(([mean]) => `${mean.toFixed(1)} %`);
  return `After ${size} images ${guesses}; measured were ${first} and ${second}.`;
}

function build({ model, body, table, fit, redraw }) {
  const names = ["sizes", "temperatures", "hard", "soft", "lowest", "predicted"];
  const results = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const { sizes, temperatures, predicted: asked } = results;
  const chart = accuracyChart(results);
  const figure = panel(chart, { aside: "◇ your prediction, ● measured ± standard error" });
  const reveal = button("Show what was measured", { class: "tc-button tc-primary", "aria-pressed": "false" });
  const verdict = element("p", { class: "tc-verdict" });
  const figures = facts(["Hard labels", `Soft targets, T = ${asked}`, "What soft targets add"]);
  body.append(verdict, figure.node, element("div", {}, reveal), figures.node);
  fit(figure.node, chart.layout);

  const revealed = new Set(); // sizes, by index, that the reader has asked for
  reveal.addEventListener("click", () => {
    const size = model.get("size");
    if (!revealed.delete(size)) revealed.add(size);
    redraw();
  });

  const now = () => {
    const chosen = model.get("size");
    const [hard, soft] = [results.hard[chosen], results.soft[chosen]];
    const predicted = [model.get("hard_guess"), model.get("soft_guess")];
    const measured = [hard, soft[temperatures.indexOf(asked)]];
    const shown = revealed.has(chosen);
    return { chosen, revealed, size: sizes[chosen], asked, hard, soft, temperatures, predicted, measured, shown };
  };
  const update = () => {
    const moment = now();
    figure.setTitle(`Students of ${moment.size} images`);
    setText(verdict, verdictOf(moment));
    move(reveal, { "aria-pressed": moment.shown });
    chart.update(moment);
    figures.write(factsOf(moment));
    table.update(tableOf(moment));
  };
  const reset = () => {
    revealed.clear();
    redraw();
  };
  return { update, summary: () => summaryOf(now()), reset };
}

export default explorable({
  name: "explore_distillation",
  title: "Explore distillation",
  settings: () => [
    choiceSetting("images", "size", (model) => model.get("sizes").map(String)),
    ...["hard_guess", "soft_guess"].map((trait) => numberSetting(trait, (model) => [model.get("lowest"), 100, 1])),
  ],
  build,
});
