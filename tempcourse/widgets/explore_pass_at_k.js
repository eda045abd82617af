import { element, move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { diamond } from "./kit/marks.js";
import { facts, note, panel, remade } from "./kit/panels.js";
import { choiceSetting, numberSetting, seedSetting, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { temperatureChart } from "./kit/temperature_chart.js";
import { number, percent, whole } from "./kit/words.js";
import { passAtK, passAtKEstimate } from "./maths/many_samples.js";
import { randomSource, uniform } from "./maths/random.js";
import { argmax, mean, sum } from "./maths/rows.js";
import { temper } from "./maths/softmax.js";

const TICKS = [0, 0.1, 0.3, 1, 3, 10, Infinity];
const KINDS = ["easy", "hard"];

/** The probability of the first answer, of answers that lie on levels of logits, so many on each. */
function firstAnswer(logits, counts, temperature) {
  const weights = temper(logits, temperature).map(Math.exp);
  return weights[0] / sum(weights.map((weight, i) => counts[i] * weight));
}

/** The tasks at the model's settings: what share each kind has, and how often a sample of it is right. */
function tasksOf(model) {
  const [answers, depth, gap, hard] = ["answers", "depth", "gap", "hard"].map((name) => model.get(name));
  const k = model.get("ks")[model.get("k_index")];
  const shares = [1 - hard / 100, hard / 100];
  const right = (temperature) => [
    firstAnswer([0, -depth], [1, answers - 1], temperature),
    firstAnswer([-gap, 0, -depth], [1, 1, answers - 2], temperature),
  ];
  const over = (values) => sum(values.map((value, kind) => shares[kind] * value));
  const passes = (temperature, size) => right(temperature).map((p) => passAtK(p, size));
  // That all of the samples are wrong is told apart to the last bit where nearly all of the tasks are solved.
  const failure = (temperature, size) => over(right(temperature).map((p) => Math.exp(size * Math.log1p(-p))));
  const stops = model.get("temperatures");
  const best = (size) => stops[argmax(stops.map((stop) => -failure(stop, size)))];
  return {
    ...{ k, gap, hard, shares, right, passes, sizes: k === 1 ? [1] : [1, k] },
    pass: (temperature, size) => over(passes(temperature, size)),
    best: [1, k].map(best),
  };
}

/** pass@k from 2k samples of each of some tasks: the unbiased estimate, and what the share of right ones gives. */
function measured({ k, hard, right }, { tasks, seed, temperature }) {
  const source = randomSource(seed);
  const samples = 2 * k;
  const p = right(temperature);
  const corrects = Array.from({ length: tasks }, (_, task) => {
    const chance = p[task < (tasks * hard) / 100 ? 1 : 0];
    let correct = 0;
    for (let i = 0; i < samples; i += 1) if (uniform(source) < chance) correct += 1;
    return correct;
  });
  return {
    samples,
    estimate: mean(corrects.map((correct) => passAtKEstimate(samples, correct, k))),
    plain: mean(corrects.map((correct) => passAtK(correct / samples, k))),
  };
}

function passChart(model, { k, sizes, pass, passes }) {
  const share = { low: 0, high: 1, parts: [0, 0.5, 1], text: (p) => `${100 * p} %`, lift: 16 };
  const chart = temperatureChart({
    ...{ model, ticks: TICKS, rings: sizes.length },
    label: "Mean pass@1 and pass@k over temperature with the best of each, and pass@k of easy and of hard tasks",
    plots: [
      {
        ...{ ...share, tall: 170, name: "all tasks", of: (temperature) => sizes.map((size) => pass(temperature, size)) },
        labels: sizes.map((size) => `k = ${size}`),
      },
      { ...share, tall: 92, name: `by kind, k = ${k}`, of: (temperature) => passes(temperature, k), labels: KINDS },
    ],
  });
  const found = svg("path", { class: "tc-diamond", d: diamond(6) });
  chart.node.append(found);
  const mark = (temperature, estimate) => {
    const [x, y] = chart.place(temperature, estimate);
    move(found, { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
  };
  return { ...chart, mark };
}

/** What to say of the best temperatures. */
function verdictOf({ hard, k, best: [one, many] }) {
  if (hard === 0) return "All tasks are easy. The right answer leads, and no temperature is better than 0, for any k.";
  if (hard === 100) {
    return `All tasks are alike. The best τ is ${number(many)} for every k: it makes the right answer likeliest.`;
  }
  const single = `For one sample the best τ is ${number(one)}`;
  if (k === 1) return `${single}: it keeps the easy tasks and gives the hard ones up.`;
  const rises = many > one ? "more samples pay for more heat" : "here more samples ask for no more heat";
  return `${single}, for the best of ${k} it is ${number(many)}: ${rises}.`;
}

function remarkOf({ answers, depth, gap }) {
  const far = `${number(depth)} nats below`;
  return (
    `Each task has ${whole(answers)} answers. Easy: the right one leads, all others are ${far}. ` +
    `Hard: a wrong one leads, the right one is ${number(gap)} nats below it, and all others ${far}.`
  );
}

function tableOf({ k, shares, right, passes, pass, best, found, temperature }) {
  const p = right(temperature);
  const passed = passes(temperature, k);
  const none = cell.text("");
  const share = (value) => cell.probability(value, temperature);
  return {
    title: `pass@${k} at τ = ${number(temperature)}`,
    columns: ["Tasks", "Share", "pass@1", `pass@${k}`],
    lines: [
      ...KINDS.map((kind, i) => [cell.text(kind), cell.text(percent(shares[i])), share(p[i]), share(passed[i])]),
      [cell.text("all"), cell.text("100 %"), ...[1, k].map((size) => share(pass(temperature, size)))],
      [cell.text("best τ"), none, ...best.map((stop) => cell.quantity(stop))],
      [cell.text("all, at the best τ"), none, ...best.map((stop, i) => cell.probability(pass(stop, [1, k][i]), stop))],
      [cell.text(`estimate from ${found.samples} samples a task`), none, none, share(found.estimate)],
      [cell.text("the same by 1 − (1 − c/n)ᵏ"), none, none, share(found.plain)],
    ],
  };
}

function summaryOf({ k, hard, gap, pass, best, temperature }) {
  const said = [1, k].map((size, i) => {
    return `pass@${size} ${percent(pass(temperature, size))}, best at temperature ${number(best[i])}`;
  });
  return (
    `${hard} % of the tasks are hard, their right answer ${number(gap)} nats below the leading wrong one. ` +
    `At temperature ${number(temperature)}: ${said.slice(0, k === 1 ? 1 : 2).join("; ")}.`
  );
}

function build({ model, body, table, fit }) {
  const tasks = model.get("tasks");
  const figure = panel();
  const key = element("p", { class: "tc-key" });
  const estimate = element("span");
  key.append(element("span", {}, "○ best τ"), estimate);
  const verdict = element("p", { class: "tc-verdict" });
  const figures = facts(["One sample", "The best of k", "Easy, best of k", "Hard, best of k"]);
  const remark = note();
  body.append(verdict, figure.node, key, figures.node, remark);
  let now = null; // the tasks that are shown, and at what settings
  const follow = () => {
    const settings = ["k_index", "hard", "gap"].map((name) => model.get(name)).join();
    if (now?.settings !== settings) now = { settings, ...tasksOf(model) };
    return now;
  };
  const charts = remade(fit, body, (shown) => {
    const chart = passChart(model, shown);
    figure.setChart(chart);
    return chart;
  });
  const moment = () => {
    const temperature = model.get("temperatures")[model.get("temperature_index")];
    return { ...follow(), temperature };
  };

  const update = () => {
    const state = moment();
    const { k, sizes, pass, passes, best, temperature } = state;
    const found = measured(state, { tasks, seed: model.get("seed"), temperature });
    const chart = charts.of(now);
    chart.update(temperature, ...best.slice(-sizes.length));
    chart.mark(temperature, found.estimate);
    figure.setTitle(`pass@k at τ = ${number(temperature)}`);
    setText(estimate, `◇ estimated: ${tasks} tasks, ${whole(found.samples)} samples each, ${percent(found.estimate)}`);
    setText(verdict, verdictOf(state));
    figures.write([pass(temperature, 1), pass(temperature, k), ...passes(temperature, k)].map(percent));
    setText(remark, remarkOf({ answers: model.get("answers"), depth: model.get("depth"), gap: state.gap }));
    table.update(tableOf({ ...state, found }));
  };
  return { update, summary: () => summaryOf(moment()) };
}

export default explorable({
  name: "explore_pass_at_k",
  title: "Explore pass@k",
  settings: () => [
    temperatureSetting(),
    choiceSetting("k", "k_index", (model) => model.get("ks").map(String)),
    numberSetting("hard", () => [0, 100, 5]),
    numberSetting("gap", (model) => model.get("gaps")),
    seedSetting(),
  ],
  build,
});
