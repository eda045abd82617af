import { banditRuns, banditStep, explorationTemperature } from "./maths.js";
import {
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  numberSetting,
  percent,
  temperatureSetting,
} from "./explorable.js";
import { move, onWidth, spread, svg, temperatureColour, temperatureGradient, tinted } from "./charts.js";
import { player } from "./animation.js";
import { setText } from "./text.js";

const DURATION = 5000; // ms that the runs take to watch
const STRIDES = 20; // presses of Step that take them to their end
const SLICE = 8; // ms of a frame that playing the bandit may take, so that an input is answered within it
const CALM = 250; // ms between two changes of the figures while it runs: a reader must be able to read them
const SAMPLES = 100; // places along a run at which it is measured
const SINGLES = 20; // runs that are drawn one by one, evenly chosen in the order of their regret at the end
const REMEMBERED = 4; // earlier settings whose means stay
const LOOKED_AT = 400; // ms that a setting must have stood to be remembered: a drag leaves no trail
const UNTEMPERED = "#6e6e6e";
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

function whole(integer) {
  return integer.toLocaleString("en");
}

function isTempered(policy) {
  return policy !== "epsilon" && policy !== "ucb";
}

/** A setting in a few characters, as a line's end has room for. */
function shortName(policy, first) {
  if (!isTempered(policy)) return policy === "ucb" ? "UCB" : "ε = 0.1";
  if (policy === "held" || first === 0 || first === Infinity) return `τ = ${number(first)}`;
  return `${number(first)} ${{ geometric: "· 0.99ᵗ", harmonic: "/ t", gumbel: "/ √n" }[policy]}`;
}

/** The value below which the given part of sorted numbers lies, as numpy's quantile. */
function quantile(sorted, part) {
  const place = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (place - Math.floor(place)) * (high - low);
}

/** What is measured of all runs at one step. */
function measure(play, gaps) {
  const { runs, means, pulls, totals } = play;
  const best = gaps.map((gap) => gap === 0);
  const regrets = Float64Array.from({ length: runs }, (_, r) =>
    gaps.reduce((total, gap, arm) => total + gap * pulls[r * means.length + arm], 0),
  );
  const wrong = Array.from({ length: runs }, (_, r) => {
    const estimates = means.map((_, arm) => totals[r * means.length + arm] / pulls[r * means.length + arm]);
    return Math.max(...estimates.filter((_, arm) => best[arm])) < Math.max(...estimates);
  });
  const order = [...regrets.keys()].sort((a, b) => regrets[a] - regrets[b] || a - b);
  const sorted = order.map((r) => regrets[r]);
  const mean = sorted.reduce((total, regret) => total + regret, 0) / runs;
  const variance = sorted.reduce((total, regret) => total + (regret - mean) ** 2, 0) / (runs - 1);
  const [low, median, high] = [0.1, 0.5, 0.9].map((part) => quantile(sorted, part));
  return {
    step: play.step,
    regrets,
    order,
    sorted,
    wrong: order.map((r) => wrong[r]),
    share: wrong.filter(Boolean).length / runs,
    mean,
    error: Math.sqrt(variance / runs),
    low,
    median,
    high,
  };
}

const START = { step: 0, mean: 0, low: 0, median: 0, high: 0 };

/** The least of 1, 2, 5, 10, 20, … times a power of ten that is not below a number. */
function roundedUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9));
}

/** An empty chart with the scale of regret on its left; both charts have it. */
function regretFrame(label) {
  const [left, top, tall] = [46, 18, 190];
  const base = top + tall;
  const height = base + 44;
  const node = svg("svg", { class: "tc-chart", height, role: "img", "aria-label": label });
  const levels = [0, 0.5, 1].map((part) => {
    const y = base - part * tall;
    const text = svg("text", { class: "tc-tick", x: left - 8, y: y + 4, "text-anchor": "end" });
    const line = svg("line", { class: part ? "tc-grid" : "tc-axis", x1: left, y1: y, y2: y });
    node.append(line, text);
    return { part, text, line };
  });
  const ticks = [0, 0.5, 1].map((part) => {
    const text = svg("text", { class: "tc-tick", y: base + 19, "text-anchor": "middle" });
    node.append(text);
    return { part, text };
  });
  const title = svg("text", { class: "tc-tick", y: base + 37, "text-anchor": "middle" });
  node.append(title);
  return {
    node, left, top, tall, base, title,
    layout(width, right) {
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      levels.forEach(({ line }) => move(line, { x2: right }));
      ticks.forEach(({ part, text }) => move(text, { x: left + part * (right - left) }));
      move(title, { x: (left + right) / 2 });
    },
    scale(highest, names) {
      levels.forEach(({ part, text }) => setText(text, number(part * highest)));
      ticks.forEach(({ text }, i) => setText(text, names[i]));
      return (regret) => base - (regret / highest) * tall;
    },
  };
}

/** Regret over the steps: the middle 80 %, single runs, the mean, and the means of earlier settings. */
function regretChart(steps) {
  const frame = regretFrame("Regret over the steps: mean, middle 80 % of the runs, and single runs");
  const { node, left, top, base } = frame;
  setText(frame.title, "steps");
  const gradient = temperatureGradient(node);
  const band = svg("path", { class: "tc-area" });
  const singles = svg("path", { class: "tc-single" });
  const lines = Array.from({ length: REMEMBERED + 1 }, (_, i) => {
    const line = svg("path", { class: i ? "tc-earlier" : "tc-curve" });
    const name = svg("text", { class: i ? "tc-tick" : "tc-rider" });
    return { line, name };
  });
  node.append(band, singles, ...lines.toReversed().map(({ line }) => line), ...lines.map(({ name }) => name));
  let right = left + 1;
  let drawn = "";
  return {
    node,
    layout(width) {
      right = width - 76;
      frame.layout(width, right);
    },
    /** history: measures up to the step shown; chosen: runs to draw singly; earlier: [{ name, history }]; temperature: that of a step, or none. */
    update({ name, history, chosen, earlier, highest, temperature }) {
      const y = frame.scale(highest, ["0", whole(steps / 2), whole(steps)]);
      const x = (step) => left + (step / steps) * (right - left);
      const path = (points, of) => points.map((each) => `${x(each.step).toFixed(1)} ${y(of(each)).toFixed(1)}`).join("L");
      if (drawn !== `${name} ${right}`) {
        drawn = `${name} ${right}`;
        const at = (place) => temperature(Math.max(1, ((place - left) / (right - left)) * steps));
        if (temperature) gradient.layout({ left, right, temperature: at });
        move(band, { fill: temperature ? gradient.paint : UNTEMPERED });
        move(lines[0].line, { stroke: temperature ? gradient.paint : UNTEMPERED });
      }
      const measured = [START, ...history];
      move(band, { d: `M${path(measured, (m) => m.high)}L${path(measured.toReversed(), (m) => m.low)}Z` });
      const run = (r) => `M${path(measured, (m) => m.regrets?.[r] ?? 0)}`;
      move(singles, { d: chosen.map(run).join("") });
      const curves = [{ name, history }, ...earlier];
      const ends = curves.map((each) => y((each.history.at(-1) ?? START).mean));
      const heights = spread(ends, 15, top, base);
      lines.forEach(({ line, name: text }, i) => {
        const curve = curves[i];
        move(line, { d: curve ? `M${path([START, ...curve.history], (m) => m.mean)}` : "" });
        setText(text, curve ? curve.name : "");
        move(text, { x: right + 5, y: (heights[i] ?? base) + 4 });
      });
    },
  };
}

/** All runs at one step, from the least regret to the largest, as bars; those on a wrong arm are outlined. */
function runsChart(runs) {
  const frame = regretFrame("The regret of each run, from the least to the largest, with mean and median");
  const { node, left, base } = frame;
  setText(frame.title, "runs, in order of their regret");
  const marks = tinted();
  const right = svg("path", { class: "tc-bar" });
  const wrong = svg("path", { class: "tc-stuck" });
  marks.node.append(right);
  const levels = ["mean", "median"].map((name) => {
    const line = svg("line", { class: "tc-middle" });
    const text = svg("text", { class: "tc-rider" });
    setText(text, name);
    return { line, text };
  });
  node.append(marks.node, wrong, ...levels.flatMap(({ line, text }) => [line, text]));
  let end = left + 1;
  return {
    node,
    layout(width) {
      end = width - 60;
      frame.layout(width, end);
    },
    update({ sorted, wrong: stuck, mean, median }, highest, colour) {
      const y = frame.scale(highest, ["0 %", "50 %", "100 %"]);
      const wide = (end - left) / runs;
      const bars = (chosen) =>
        sorted
          .map((regret, i) => (stuck[i] === chosen ? `M${(left + i * wide).toFixed(2)} ${base}V${y(regret).toFixed(1)}h${wide.toFixed(2)}V${base}Z` : ""))
          .join("");
      marks.tint(colour);
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

function build({ model, body, table, cleanup, redraw }) {
  const [means, policies, stops] = ["means", "policies", "temperatures"].map((name) => model.get(name));
  const [runs, steps, sigma] = ["runs", "steps", "sigma"].map((name) => model.get(name));
  const temperatures = stops.map(Number);
  const top = Math.max(...means);
  const gaps = means.map((mean) => top - mean);
  const every = steps / SAMPLES;

  const curve = regretChart(steps);
  const order = runsChart(runs);
  const title = element("span");
  const paid = means.map((mean) => number(mean)).join(", ").replace(/, ([^,]*)$/, " and $1");
  const arms = `Arms that pay ${paid} on average, give or take ${number(sigma)}. The policy is not told.`;
  const panel = element("figure", { class: "tc-panel" }, element("figcaption", {}, title), curve.node);
  const square = element("span", { class: "tc-swatch tc-stuck-swatch" });
  const key = element("span", { class: "tc-aside" }, square, "takes\u00a0a\u00a0wrong\u00a0arm\u00a0for\u00a0best");
  const legend = element("p", { class: "tc-key" });
  legend.append("thick: mean", element("span", {}, "band: middle 80 % of the runs"), "thin: single runs");
  legend.append(element("span", {}, element("span", { class: "tc-dashes" }), "earlier settings"));
  const orderPanel = element("figure", { class: "tc-panel" }, element("figcaption", {}, "Every run ", key), order.node);
  body.append(element("p", { class: "tc-note" }, arms));
  body.append(element("div", { class: "tc-pair" }, panel, orderPanel), legend);

  let run = {}; // the settings, their runs so far, what was measured of them, and since when they are all there
  let earlier = []; // runs of settings looked at before
  let done = 0; // how much of the runs is shown, from 0 to 1
  let quiet = 0; // ms since the figures last changed
  let frame = 0;

  const tick = (elapsed) => {
    done = done === 1 ? 0 : Math.min(1, done + elapsed / DURATION);
    quiet += elapsed;
    paint();
    if (quiet >= CALM) tell();
    if (done === 1) moving.pause();
  };
  const step = () => {
    done = Math.min(1, (done === 1 ? 0 : done) + 1 / STRIDES);
    redraw();
  };
  const moving = player({ node: body, tick, step, redraw, cleanup });
  done = moving.playing() ? 0 : 1; // where nothing moves, the end is what there is to see
  body.append(moving.controls);
  const say = facts(body, ["Mean regret", "Median", "On a wrong arm"]);
  const note = element("p", { class: "tc-note" });
  body.append(note);

  /** Play the bandit for a part of a frame, and go on in the next. */
  const compute = () => {
    const stop = performance.now() + SLICE;
    while (run.play.step < steps && performance.now() < stop) {
      for (let i = 0; i < every; i += 1) banditStep(run.play);
      run.history.push(measure(run.play, gaps));
    }
    const ready = run.play.step === steps;
    if (ready) run.since = performance.now();
    frame = ready ? 0 : requestAnimationFrame(compute);
    if (!moving.playing()) redraw();
  };
  cleanup(() => cancelAnimationFrame(frame));

  const prepare = () => {
    const [policy, index, seed] = ["policy", "index", "seed"].map((name) => model.get(name));
    if (policy === run.policy && index === run.index && seed === run.seed) return;
    const name = shortName(policies[policy], temperatures[index]);
    if (performance.now() - run.since > LOOKED_AT) earlier.unshift(run);
    earlier = earlier.filter((other, i) => other.name !== name && i < REMEMBERED);
    const first = temperatures[index];
    const play = banditRuns({ means, sigma, runs, policy: policies[policy], first, seed });
    run = { policy, index, seed, first, name, play, history: [], since: Infinity };
    if (moving.playing()) done = 0;
    cancelAnimationFrame(frame);
    compute();
  };

  /** What is shown of the history: as far as it is played, and computed. */
  const shown = () => run.history.slice(0, Math.max(1, Math.round(done * SAMPLES)));

  const paint = () => {
    const history = shown();
    const [last, end] = [history, run.history].map((each) => each.at(-1));
    const highest = roundedUp(Math.max(end.sorted.at(-1), ...earlier.map((other) => other.history.at(-1).mean)));
    const policy = policies[run.policy];
    // Of most runs the best arm has been pulled nearly as often as there were steps.
    const temperature = isTempered(policy) && ((step) => explorationTemperature(policy, run.first, step, step));
    const chosen = end.order.filter((_, i) => i % (runs / SINGLES) === runs / SINGLES / 2);
    curve.update({ name: run.name, history, chosen, earlier, highest, temperature });
    order.update(last, highest, temperature ? temperatureColour(temperature(last.step)) : UNTEMPERED);
  };

  const line = ({ name }, { mean, error, median, low, high, share }) => [
    { text: name },
    ...[mean, error, median, low, high].map((value) => ({ text: number(value, 4), quantity: value })),
    { text: percent(share), share },
  ];

  const tell = () => {
    quiet = 0;
    const last = shown().at(-1);
    const place = `step ${whole(last.step)} of ${whole(steps)}`;
    setText(title, `Regret of ${runs} runs, ${place}`);
    say([`${number(last.mean, 3)} ± ${number(last.error, 2)}`, number(last.median, 3), percent(last.share)]);
    table.update({
      title: `Regret of ${runs} runs: ${run.name} at ${place}${earlier.length ? ", earlier settings at the end" : ""}`,
      columns: ["Policy", "Mean", "Standard error", "Median", "10 % below", "90 % below", "On a wrong arm"],
      lines: [line(run, last), ...earlier.map((other) => line(other, other.history.at(-1)))],
    });
  };

  const update = () => {
    prepare();
    setText(note, NOTES[policies[run.policy]]);
    paint();
    tell();
  };

  cleanup(onWidth(panel, (width) => (curve.layout(width), redraw())));
  cleanup(onWidth(orderPanel, (width) => (order.layout(width), redraw())));

  const summary = () => {
    const last = shown().at(-1);
    return (
      `Policy ${run.name}, step ${whole(last.step)} of ${whole(steps)}: mean regret ${number(last.mean, 3)}, ` +
      `median ${number(last.median, 3)}; ${percent(last.share)} of ${runs} runs take a wrong arm for the best.`
    );
  };
  const reset = () => {
    earlier = [];
    run.since = Infinity;
    done = moving.playing() ? 0 : 1;
    redraw();
  };
  return { update, summary, reset };
}

export default explorable({
  name: "explore_bandit",
  title: "Explore a bandit",
  settings: () => [
    choiceSetting("policy", "policy", (model) => model.get("policies")),
    temperatureSetting(),
    numberSetting("seed", (model) => [1, model.get("last_seed"), 1]),
  ],
  watch: () => ["policy", "index", "seed"],
  build,
});
