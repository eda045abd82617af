import {
  button,
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  numberSetting,
} from "./explorable.js";
import {
  diamond,
  move,
  onWidth,
  spread,
  svg,
  temperatureColour,
  temperatureGradient,
  tinted,
} from "./charts.js";
import { setText } from "./text.js";

const PREDICTED = 10; // the temperature whose accuracy the reader predicts

function points(value) {
  return `${number(Number(Math.abs(value).toFixed(1)))} points`;
}

/** How far a prediction is from what was measured. */
function miss(guess, [mean]) {
  return guess === Number(mean.toFixed(1)) ? "exactly right" : `${points(mean - guess)} too ${guess < mean ? "low" : "high"}`;
}

/**
 * Accuracy with hard labels in a column of its own, then over the temperature of soft targets: the reader's
 * predictions as diamonds, and for each size what was measured, with error bars, where it has been asked for.
 */
function accuracyChart({ sizes, temperatures, hard, soft, lowest }) {
  const [left, top, tall] = [52, 24, 240];
  const base = top + tall;
  const height = base + 44;
  const node = svg("svg", {
    class: "tc-chart",
    height,
    role: "img",
    "aria-label": "Test accuracy with hard labels and over the temperature of soft targets",
  });
  const y = (accuracy) => base - ((accuracy - lowest) / (100 - lowest)) * tall;
  const levels = Array.from({ length: 6 }, (_, i) => lowest + (i * (100 - lowest)) / 5).map((accuracy) => {
    const text = svg("text", { class: "tc-tick", x: left - 8, y: y(accuracy) + 4, "text-anchor": "end" });
    text.textContent = `${accuracy} %`;
    const line = svg("line", { class: "tc-grid", x1: left, y1: y(accuracy), y2: y(accuracy) });
    node.append(text, line);
    return line;
  });
  const gradient = temperatureGradient(node);
  const axisLine = svg("path", { class: "tc-axis" });
  const tick = (text, y, anchor = "middle") => {
    const mark = svg("text", { class: "tc-tick", y, "text-anchor": anchor });
    mark.textContent = text;
    return mark;
  };
  const hardTick = tick("hard", base + 19);
  const ticks = temperatures.map((temperature) => tick(number(temperature), base + 19));
  const title = tick("temperature T, log scale", base + 37);
  const images = tick("images", 10, "end");
  node.append(axisLine, hardTick, ...ticks, title, images);

  /** One measured point; its error bar is two standard errors long. */
  const point = (mean, error, colour) => {
    const mark = colour ? tinted() : { node: svg("g") };
    mark.tint?.(colour);
    const bar = svg("path", { class: "tc-error" });
    const dot = svg("circle", { class: colour ? "tc-dot" : "tc-score", r: 4.5, cy: y(mean) });
    mark.node.append(dot, bar);
    return {
      node: mark.node,
      place(x) {
        const [upper, lower] = [y(mean + error), y(mean - error)];
        move(bar, { d: `M${x} ${upper}V${lower}M${x - 5} ${upper}h10M${x - 5} ${lower}h10` });
        move(dot, { cx: x });
      },
    };
  };
  const series = sizes.map((size, i) => {
    const group = svg("g", { class: "tc-result", visibility: "hidden" });
    const level = svg("line", { class: "tc-exact", y1: y(hard[i][0]), y2: y(hard[i][0]) });
    const curve = svg("path", { class: "tc-curve", stroke: gradient.paint });
    const first = point(...hard[i]);
    const others = soft[i].map(([mean, error], k) => point(mean, error, temperatureColour(temperatures[k])));
    const name = tick(String(size), 0, "end");
    group.append(level, curve, first.node, ...others.map((other) => other.node));
    node.append(group, name);
    return { group, level, curve, first, others, name };
  });
  const guesses = [0, 1].map((i) => {
    const mark = svg("path", { class: "tc-diamond", d: diamond(7) });
    const text = svg("text", { class: "tc-guess tc-halo", "text-anchor": i ? "end" : "start" });
    node.append(mark, text);
    return { mark, text, x: 0, side: i ? -12 : 12 };
  });

  return {
    node,
    layout(width) {
      const right = width - 34;
      const column = left + 26;
      const [from, to] = [column + 62, right - 8];
      const [low, high] = [temperatures[0], temperatures.at(-1)];
      const fraction = (temperature) => (high > low ? Math.log(temperature / low) / Math.log(high / low) : 0.5);
      const x = (temperature) => from + fraction(temperature) * (to - from);
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      levels.forEach((line) => move(line, { x2: right }));
      const gap = (column + from) / 2;
      const slash = `M${gap - 6} ${base + 5}l5 -10m3 0l-5 10`;
      move(axisLine, { d: `M${left} ${base}H${gap - 4}M${gap + 3} ${base}H${right}${slash}` });
      gradient.layout({ left: from, right: to, temperature: (at) => low * (high / low) ** ((at - from) / (to - from)) });
      move(hardTick, { x: column });
      ticks.forEach((text, k) => move(text, { x: x(temperatures[k]) }));
      move(title, { x: (from + to) / 2 });
      move(images, { x: width });
      series.forEach(({ level, curve, first, others, name }, i) => {
        move(name, { x: width });
        move(level, { x1: column, x2: right });
        const line = soft[i].map(([mean], k) => `${x(temperatures[k]).toFixed(1)} ${y(mean).toFixed(1)}`);
        move(curve, { d: `M${line.join("L")}` });
        first.place(column);
        others.forEach((other, k) => other.place(x(temperatures[k])));
      });
      [column, x(PREDICTED)].forEach((at, i) => (guesses[i].x = at));
    },
    /** chosen: a size's index; revealed: a set of them; predicted: accuracies with hard labels, and at T = 10. */
    update({ chosen, revealed, predicted }) {
      const shown = [...revealed];
      const names = spread(shown.map((i) => y(soft[i].at(-1)[0])), 14, top, base);
      series.forEach(({ group, name }, i) => {
        for (const each of [group, name]) {
          move(each, { visibility: revealed.has(i) ? "visible" : "hidden" });
          each.classList.toggle("tc-chosen", i === chosen);
        }
        move(name, { y: (names[shown.indexOf(i)] ?? base) + 4 });
      });
      guesses.forEach(({ mark, text, x, side }, i) => {
        move(mark, { transform: `translate(${x} ${y(predicted[i])})` });
        move(text, { x: x + side, y: y(predicted[i]) + 5 });
        setText(text, `${predicted[i]} %`);
      });
    },
  };
}

function build({ model, body, table, cleanup, redraw }) {
  const [sizes, temperatures, hard, soft] = ["sizes", "temperatures", "hard", "soft"].map((name) => model.get(name));
  const chart = accuracyChart({ sizes, temperatures, hard, soft, lowest: model.get("lowest") });
  const title = element("span");
  const key = element("span", { class: "tc-aside" }, "◇ your prediction, ● measured ± standard error");
  const panel = element("figure", { class: "tc-panel" }, element("figcaption", {}, title, " ", key), chart.node);
  const reveal = button("Show what was measured", { class: "tc-button tc-primary", "aria-pressed": "false" });
  const verdict = element("p", { class: "tc-verdict" });
  body.append(verdict, panel, element("div", {}, reveal));
  const say = facts(body, ["Hard labels", `Soft targets, T = ${PREDICTED}`, "What soft targets add"]);

  const revealed = new Set(); // sizes, by index, that the reader has asked for
  reveal.addEventListener("click", () => {
    const size = model.get("size");
    if (!revealed.delete(size)) revealed.add(size);
    redraw();
  });

  const state = () => {
    const chosen = model.get("size");
    const predicted = [model.get("hard_guess"), model.get("soft_guess")];
    const measured = [hard[chosen], soft[chosen][temperatures.indexOf(PREDICTED)]];
    return { chosen, predicted, measured, shown: revealed.has(chosen) };
  };
  const verdictOf = ({ chosen, predicted, measured, shown }) => {
    if (!shown) return `How accurate will students be after ${sizes[chosen]} images? Set both sliders, then look.`;
    const [first, second] = predicted.map((guess, i) => miss(guess, measured[i]));
    return `You were ${first} for hard labels, and ${second} for T\u00a0=\u00a0${PREDICTED}.`;
  };

  const update = () => {
    const now = state();
    const { chosen, predicted, measured, shown } = now;
    const gain = predicted[1] - predicted[0];
    setText(title, `Students of ${sizes[chosen]} images`);
    setText(verdict, verdictOf(now));
    reveal.setAttribute("aria-pressed", String(shown));
    chart.update({ chosen, revealed, predicted });
    const signed = (value) => `${value < 0 ? "−" : ""}${points(value)}`;
    const told = measured.map(([mean, error]) => `${mean.toFixed(1)} ± ${error.toFixed(1)} %`);
    say(
      shown
        ? [
            ...predicted.map((guess, i) => `${told[i]} (you: ${guess})`),
            `${signed(measured[1][0] - measured[0][0])} (you: ${number(gain)})`,
          ]
        : [...predicted.map((guess) => `you say ${guess} %`), `you say ${signed(gain)}`],
    );
    const line = (name, [mean, error], guess, temperature) => [
      cell.name(name),
      guess === undefined ? { text: "" } : { text: String(guess), guess },
      ...[mean, error].map((value) => (shown ? cell.quantity(value, temperature) : { text: "not yet shown" })),
    ];
    table.update({
      title: `Test accuracy after ${sizes[chosen]} images, in %`,
      columns: ["Targets", "Your prediction", "Measured", "Standard error"],
      lines: [
        line("hard labels", hard[chosen], predicted[0], "hard"),
        ...soft[chosen].map((result, k) => {
          const temperature = temperatures[k];
          return line(`T = ${number(temperature)}`, result, temperature === PREDICTED ? predicted[1] : undefined, temperature);
        }),
      ],
    });
  };

  cleanup(
    onWidth(panel, (width) => {
      chart.layout(width);
      update();
    }),
  );

  const summary = () => {
    const now = state();
    const { chosen, predicted, measured, shown } = now;
    const said = `you predict ${predicted[0]} % with hard labels and ${predicted[1]} % at temperature ${PREDICTED}`;
    if (!shown) return `After ${sizes[chosen]} images ${said}; what was measured is not shown yet.`;
    const found = measured.map(([mean]) => `${mean.toFixed(1)} %`);
    return `After ${sizes[chosen]} images ${said}; measured were ${found[0]} and ${found[1]}.`;
  };
  const reset = () => {
    revealed.clear();
    redraw();
  };
  return { update, summary, reset };
}

export default explorable({
  name: "explore_distillation",
  title: "Explore distillation",
  settings: () => [
    choiceSetting("images", "size", (model) => model.get("sizes").map(String)),
    ...["hard_guess", "soft_guess"].map((trait) => numberSetting(trait, (model) => [model.get("lowest"), 100, 1])),
  ],
  watch: () => ["size", "hard_guess", "soft_guess"],
  build,
});
