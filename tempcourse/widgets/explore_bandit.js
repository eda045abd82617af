import { UNTEMPERED, temperatureGradient, tinted } from "./kit/colours.js";
import { element, move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { bottomAxis, chartFrame } from "./kit/frame.js";
import { lineThrough, spread } from "./kit/marks.js";
import { facts, keyEntry, note, pair, panel } from "./kit/panels.js";
import { choiceSetting, seedSetting, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { timeline } from "./kit/timeline.js";
import { number, percent, whole } from "./kit/words.js";
import { banditRuns, banditStep, explorationTemperature, measureRuns } from "./maths/exploration.js";

const DURATION = 5000;
const SLICE = 8; // ms of a frame that playing the bandit may take, so that an input is answered within it
const SAMPLES = 100; // places along a run at which it is measured
const SINGLES = 20; // runs that are drawn one by one, evenly chosen in the order of their regret at the end
const REMEMBERED = 4; // earlier settings whose means stay
const LOOKED_AT = 400; // ms that a setting must have stood to be remembered: a drag leaves no trail
const NOTES = {
  held:
    "One temperature for all time. Cold, a run that began unluckily never tries the best arm again; " +
    "hot, every run goes on paying for what it knows.",
  geometric:
    "Each step keeps 0.99 of the temperature. Hot first, then cold: good, if it is cold neither before " +
    "enough is known nor long after.",
  harmonic:
    "One over the step falls fast: from 1 it is cold almost at once. From how much it should fall " +
    "depends on the arms, and those are what is not known.",
  gumbel:
    "Each arm has a temperature of its own, τ/√n after n pulls of it. " +
    "What is hardly known stays hot, however late it is; what is known grows cold.",
  epsilon: "One pull in ten is drawn evenly, for ever: never stuck for long, and never done paying. It has no τ.",
  ucb:
    "No chance at all: the estimate plus √(2 log t / n), in units of the rewards’ spread. " +
    "Who is not tried for long is tried again. It has no τ.",
};

function isTempered(policy) {
  return policy !== "epsilon" && policy !== "ucb";
}

/** A setting in a few characters, as a line's end has room for. */
function shortName(policy, first) {
  if (!isTempered(policy)) return policy === "ucb" ? "UCB" : "ε = 0.1";
  if (policy === "held" || first === 0 || first === Infinity) return `τ = ${number(first)}`;
  return `${number(first)} ${{ geometric: "· 0.99ᵗ", harmonic: "/ t", gumbel: "/ √n" }[policy]}`;
}

const START = { step: 0, mean: 0, low: 0, median: 0, high: 0 };

/** The least of 1, 2, 5, 10, 20, … times a power of ten that is not below a number. */
function roundedUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9));
}

/** An empty chart with the scale of regret on its left; both charts have it. */
function regretFrame(label, title) {
  const frame = chartFrame({ label, top: 18, plots: [{ tall: 190, text: (regret) => number(regret), axis: true }] });
  const axis = bottomAxis(frame, title, ["", "", ""]);
  const [{ y, setHigh }] = frame.plots;
  return {
    ...{ frame, node: frame.node, y },
    layout(width, margin) {
      frame.layout(width, margin);
      axis.layout([0, 0.5, 1].map(frame.x));
    },
    scale(highest, names) {
      setHigh(highest);
      axis.setTexts(names);
    },
  };
}

/** Regret over the steps: the middle 80 %, single runs, the mean, and the means of earlier settings. */
function regretChart(steps) {
  const label = "Regret over the steps: mean, middle 80 % of the runs, and single runs";
  const { frame, node, y, layout, scale } = regretFrame(label, "steps");
  const [{ top, base }] = frame.plots;
  const gradient = temperatureGradient(node);
  const band = svg("path", { class: "tc-area" });
  const singles = svg("path", { class: "tc-single" });
  const lines = Array.from({ length: REMEMBERED + 1 }, (_, i) => {
    const line = svg("path", { class: i ? "tc-earlier" : "tc-curve" });
    return { line, name: svg("text", { class: i ? "tc-tick" : "tc-mark-name" }) };
  });
  node.append(band, singles, ...lines.toReversed().map(({ line }) => line), ...lines.map(({ name }) => name));
  const paint = (temperature) => {
    const at = (x) => temperature(Math.max(1, ((x - frame.left) / (frame.right - frame.left)) * steps));
    if (temperature) gradient.layout({ left: frame.left, right: frame.right, temperature: at });
    move(band, { fill: temperature ? gradient.paint : UNTEMPERED });
    move(lines[0].line, { stroke: temperature ? gradient.paint : UNTEMPERED });
  };
  const path = (measured, of) => lineThrough(measured.map((each) => [frame.x(each.step / steps), y(of(each))]));
  let painted = "";
  return {
    node,
    layout(width) {
      layout(width, 76);
      painted = "";
    },
    /** temperature: that of a step, or none. */
    update({ name, history, chosen, earlier, highest, temperature }) {
      scale(highest, ["0", whole(steps / 2), whole(steps)]);
      if (painted !== name) paint(temperature);
      painted = name;
      const measured = [START, ...history];
      const lower = path(measured.toReversed(), ({ low }) => low).slice(1);
      move(band, { d: `${path(measured, ({ high }) => high)}L${lower}Z` });
      move(singles, { d: chosen.map((r) => path(measured, ({ regrets }) => regrets?.[r] ?? 0)).join("") });
      const curves = [{ name, history }, ...earlier];
      const ends = curves.map((curve) => y((curve.history.at(-1) ?? START).mean));
      const heights = spread(ends, 15, top, base);
      lines.forEach(({ line, name: text }, i) => {
        const curve = curves[i];
        move(line, { d: curve ? path([START, ...curve.history], ({ mean }) => mean) : "" });
        setText(text, curve ? curve.name : "");
        move(text, { x: frame.right + 5, y: (heights[i] ?? base) + 4 });
      });
    },
  };
}

/** All runs at one step, from the least regret to the largest, as bars; those on a wrong arm are outlined. */
function runsChart(runs) {
  const label = "The regret of each run, from the least to the largest, with mean and median";
  const { frame, node, y, layout, scale } = regretFrame(label, "runs, in order of their regret");
  const [{ base }] = frame.plots;
  const marks = tinted();
  const right = svg("path", { class: "tc-bar" });
  const wrong = svg("path", { class: "tc-stuck" });
  marks.node.append(right);
  const levels = ["mean", "median"].map((name) => {
    const line = svg("line", { class: "tc-middle" });
    return { line, text: svg("text", { class: "tc-mark-name" }, name) };
  });
  node.append(marks.node, wrong, ...levels.flatMap(({ line, text }) => [line, text]));
  return {
    node,
    layout: (width) => layout(width, 60),
    update({ last: { sorted, wrong: stuck, mean, median, step }, highest, temperature }) {
      scale(highest, ["0 %", "50 %", "100 %"]);
      const { left, right: end } = frame;
      const wide = (end - left) / runs;
      const bar = (regret, i) =>
        `M${(left + i * wide).toFixed(2)} ${base}V${y(regret).toFixed(1)}h${wide.toFixed(2)}V${base}Z`;
      const bars = (chosen) => sorted.map((regret, i) => (stuck[i] === chosen ? bar(regret, i) : "")).join("");
      marks.tint(temperature?.(step));
      move(right, { d: bars(false) });
      move(wrong, { d: bars(true) });
      const heights = spread([y(mean), y(median)], 15, 8, base + 4);
      [mean, median].forEach((value, i) => {
        move(levels[i].line, { x1: left, x2: end, y1: y(value), y2: y(value) });
        move(levels[i].text, { x: end + 5, y: heights[i] + 4 });
      });
    },
  };
}

/**
 * The runs at the model's settings, and those of settings looked at before. They are played a part of a frame at a
 * time; `progress` is called after each.
 */
function runsOf(model, progress) {
  const [means, policies, temperatures] = ["means", "policies", "temperatures"].map((name) => model.get(name));
  const [runs, steps, sigma] = ["runs", "steps", "sigma"].map((name) => model.get(name));
  let run = {}; // the settings, their runs so far, what was measured of them, and since when they are all there
  let earlier = [];
  let frame = 0;
  const stop = () => cancelAnimationFrame(frame);
  const compute = () => {
    const end = performance.now() + SLICE;
    while (run.play.step < steps && performance.now() < end) {
      for (let i = 0; i < steps / SAMPLES; i += 1) banditStep(run.play);
      run.history.push(measureRuns(run.play));
    }
    const ready = run.play.step === steps;
    if (ready) run.since = performance.now();
    frame = ready ? 0 : requestAnimationFrame(compute);
    progress();
  };
  return {
    ...{ runs, steps, stop },
    /** Take the settings over; returns whether there are others now. */
    follow() {
      const [policy, index, seed] = ["policy", "temperature_index", "seed"].map((name) => model.get(name));
      if (policy === run.policy && index === run.index && seed === run.seed) return false;
      const [first, key] = [temperatures[index], policies[policy]];
      const name = shortName(key, first);
      if (performance.now() - run.since > LOOKED_AT) earlier.unshift(run);
      earlier = earlier.filter((other, i) => other.name !== name && i < REMEMBERED);
      const play = banditRuns({ means, sigma, runs, policy: key, first, seed });
      // Of most runs the best arm has been pulled nearly as often as there were steps.
      const temperature = isTempered(key) ? (step) => explorationTemperature(key, first, step, step) : undefined;
      run = { policy, index, seed, key, name, play, temperature, history: [], since: Infinity };
      stop();
      compute();
      return true;
    },
    forget() {
      earlier = [];
      run.since = Infinity;
    },
    /** What is shown of the history: so many samples of it, or those that are computed. */
    at(samples) {
      const history = run.history.slice(0, Math.max(1, samples));
      const [last, end] = [history, run.history].map((each) => each.at(-1));
      const highest = roundedUp(Math.max(end.sorted.at(-1), ...earlier.map((other) => other.history.at(-1).mean)));
      const chosen = end.order.filter((_, i) => i % (runs / SINGLES) === runs / SINGLES / 2);
      return { ...run, history, last, earlier, highest, chosen, place: `step ${whole(last.step)} of ${whole(steps)}` };
    },
  };
}

function tableOf({ runs }, { name, place, last, earlier }) {
  const line = ([text, { mean, error, median, low, high, share }]) => [
    cell.text(text),
    ...[mean, error, median, low, high].map((value) => cell.text(number(value, 4), { quantity: value })),
    cell.text(percent(share), { share }),
  ];
  return {
    title: `Regret of ${runs} runs: ${name} at ${place}${earlier.length ? ", earlier settings at the end" : ""}`,
    columns: ["Policy", "Mean", "Standard error", "Median", "10 % below", "90 % below", "On a wrong arm"],
    lines: [[name, last], ...earlier.map((other) => [other.name, other.history.at(-1)])].map(line),
  };
}

function summaryOf({ runs }, { name, place, last: { mean, median, share } }) {
  return (
    `Policy ${name}, ${place}: mean regret ${number(mean, 3)}, median ${number(median, 3)}; ` +
    `${percent(share)} of ${runs} runs take a wrong arm for the best.`
  );
}

/** What the arms pay, in words. */
function armsText(model) {
  const paid = model.get("means").map((mean) => number(mean)).join(", ").replace(/, ([^,]*)$/, " and $1");
  const spread = number(model.get("sigma"));
  return `Arms that pay ${paid} on average, give or take ${spread}. The policy is not told.`;
}

function build({ model, body, table, fit, redraw, cleanup }) {
  const bandit = runsOf(model, () => moving.playing() || redraw());
  cleanup(bandit.stop);
  const curve = regretChart(bandit.steps);
  const order = runsChart(bandit.runs);
  const figure = panel(curve);
  const wrong = keyEntry("tc-swatch tc-stuck-swatch", "takes\u00a0a\u00a0wrong\u00a0arm\u00a0for\u00a0best");
  const orderFigure = panel(order, { title: "Every run", aside: wrong });
  const key = element("p", { class: "tc-key" }, "thick: mean", element("span", {}, "band: middle 80 % of the runs"));
  key.append("thin: single runs", keyEntry("tc-dashes", "earlier settings"));
  const figures = facts(["Mean regret", "Median", "On a wrong arm"]);
  const remark = note();
  const now = () => bandit.at(moving.step());

  const drawFrame = () => [curve, order].forEach((chart) => chart.update(now()));
  const writeFigures = () => {
    const moment = now();
    const { mean, error, median, share } = moment.last;
    figure.setTitle(`Regret of ${bandit.runs} runs, ${moment.place}`);
    figures.write([`${number(mean, 3)} ± ${number(error, 2)}`, number(median, 3), percent(share)]);
    table.update(tableOf(bandit, moment));
  };
  const moving = timeline({
    ...{ node: body, duration: DURATION, length: () => SAMPLES },
    ...{ drawFrame, writeFigures, redraw, cleanup },
  });
  body.append(note(armsText(model)), pair(figure, orderFigure), key, moving.controls, figures.node, remark);
  fit(figure.node, curve.layout);
  fit(orderFigure.node, order.layout);

  const update = () => {
    if (bandit.follow() && moving.playing()) moving.rewind();
    setText(remark, NOTES[now().key]);
    drawFrame();
    writeFigures();
  };
  const reset = () => {
    bandit.forget();
    moving.start();
    redraw();
  };
  return { update, summary: () => summaryOf(bandit, now()), reset };
}

export default explorable({
  name: "explore_bandit",
  title: "Explore a bandit",
  settings: () => [
    choiceSetting("policy", "policy", (model) => model.get("policies")),
    temperatureSetting(),
    seedSetting(),
  ],
  build,
});
