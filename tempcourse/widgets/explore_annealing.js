import {
  geometricCooling,
  metropolisFlow,
  metropolisStep,
  randomSource,
  softmax,
  uniform,
  valleyBottoms,
} from "./maths.js";
import {
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  numberSetting,
  percent,
} from "./explorable.js";
import {
  move,
  onWidth,
  pickWithPointer,
  spread,
  svg,
  temperatureColour,
  temperatureGradient,
  tinted,
} from "./charts.js";
import { player } from "./animation.js";
import { setText } from "./text.js";

const DURATION = 6000; // ms that a run takes to watch, however many steps it has
const STRIDES = 20; // presses of Step that take a run to its end
const CALM = 250; // ms between two changes of the figures while it runs: a reader must be able to read them
const NOTES = {
  cool:
    "Hot, walkers cross every barrier; cold, they keep what they found. " +
    "Slower cooling finds the deepest valley more often, and each gain costs many times the steps.",
  hold:
    "Warm enough to leave a valley is too warm to stay in one: " +
    "with time the shares become Boltzmann's at this temperature, and get no better.",
  quench: "At T = 0 no step goes up: each walker slides into the valley that it started in, and stays.",
};

function whole(integer) {
  return integer.toLocaleString("en");
}

/** The temperature of each step. */
function temperaturesOf(schedule, steps, hot, cold) {
  if (schedule === "cool") return geometricCooling(hot, cold, steps);
  return Array(steps).fill(schedule === "hold" ? Math.sqrt(hot * cold) : 0);
}

/** The exact distribution over places after all steps, from one that is uniform. */
function endOf(energies, temperatures) {
  const start = energies.map(() => 1 / energies.length);
  return temperatures.reduce((p, temperature) => metropolisFlow(p, energies, temperature), start);
}

/** Where each walker is at the start and after each step. The same seed, the same walks. */
function walks(energies, temperatures, walkers, seed) {
  const source = randomSource(seed);
  let places = Uint8Array.from({ length: walkers }, () => Math.floor(uniform(source) * energies.length));
  return [
    places,
    ...temperatures.map((temperature) => {
      places = places.map((place) => metropolisStep(place, energies, temperature, source));
      return places;
    }),
  ];
}

/** The landscape, the walkers that stand on it, and T as a bar on the scale of its energies. */
function landscapePicture(energies, bottoms, deepest, walkers) {
  const [top, tall, below] = [40, 170, 26];
  const height = top + tall + below;
  const node = svg("svg", {
    class: "tc-chart tc-landscape",
    height,
    role: "img",
    "aria-label": "Energy over the places of a landscape, with a crowd of walkers on it",
  });
  const [low, high] = [Math.min(...energies), Math.max(...energies)];
  const scale = tall / (high - low);
  const y = (energy) => top + (high - energy) * scale;
  const valley = svg("rect", { class: "tc-valley", y: 0, height });
  const name = svg("text", { class: "tc-tick", y: height - 6, "text-anchor": "middle" });
  name.textContent = "deepest valley";
  const ground = svg("path", { class: "tc-ground" });
  const barName = svg("text", { class: "tc-label", x: 0 });
  barName.textContent = "T";
  const marks = tinted();
  const bar = svg("rect", { class: "tc-bar", x: 0, width: 9 });
  const dots = Array.from({ length: walkers }, (_, i) => svg("circle", { class: i ? "tc-walker" : "tc-walker tc-first" }));
  marks.node.append(bar, ...dots.toReversed());
  node.append(valley, ground, name, barName, marks.node);
  const [left, margin] = [26, 5];
  let apart = 1;
  let radius = 1;
  const x = (place) => left + margin + (place + 0.5) * apart;
  return {
    node,
    layout(width) {
      apart = (width - left - 2 * margin) / energies.length;
      radius = Math.min(4.5, Math.max(2.5, apart / 2 - 0.25));
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      const line = energies.map((energy, place) => `${x(place).toFixed(1)} ${y(energy).toFixed(1)}`).join("L");
      const [first, last] = [bottoms.indexOf(deepest), bottoms.lastIndexOf(deepest)];
      move(ground, { d: `M${x(0)} ${height - below}L${line}L${x(energies.length - 1)} ${height - below}` });
      move(valley, { x: x(first - 0.5), width: x(last + 0.5) - x(first - 0.5) });
      move(name, { x: x((first + last) / 2) });
      dots.forEach((dot) => move(dot, { r: radius }));
    },
    update(places, temperature) {
      marks.tint(temperatureColour(temperature));
      const length = Math.min(temperature * scale, height - below - 20);
      move(bar, { y: y(low) - length, height: length });
      move(barName, { y: y(low) - length - 5 });
      const stacked = energies.map(() => 0);
      places.forEach((place, i) => {
        const up = radius + 1 + stacked[place] * (2 * radius + 0.5);
        stacked[place] += 1;
        move(dots[i], { cx: x(place).toFixed(1), cy: (y(energies[place]) - up).toFixed(1) });
      });
    },
  };
}

/** The temperature over the steps of a run, with a cursor at the present one. */
function coolingChart() {
  const [left, top, tall] = [46, 14, 110];
  const base = top + tall;
  const height = base + 44;
  const node = svg("svg", { class: "tc-chart", height, role: "img", "aria-label": "Temperature over the steps" });
  const gradient = temperatureGradient(node);
  const levels = [0, 1].map((end) => {
    const y = base - end * tall;
    const text = svg("text", { class: "tc-tick", x: left - 8, y: y + 4, "text-anchor": "end" });
    const line = svg("line", { class: end ? "tc-grid" : "tc-axis", x1: left, y1: y, y2: y });
    node.append(text, line);
    return { text, line };
  });
  const ticks = ["start", "end"].map((anchor) => svg("text", { class: "tc-tick", y: base + 19, "text-anchor": anchor }));
  const title = svg("text", { class: "tc-tick", y: base + 37, "text-anchor": "middle" });
  title.textContent = "steps";
  const area = svg("path", { class: "tc-area", fill: gradient.paint });
  const line = svg("path", { class: "tc-curve", stroke: gradient.paint });
  const marks = tinted();
  const cursor = svg("line", { class: "tc-cursor", y1: top - 6, y2: base });
  const dot = svg("circle", { class: "tc-dot", r: 4.5 });
  marks.node.append(cursor, dot);
  node.append(...ticks, title, area, line, marks.node);
  let right = left + 1;
  let drawn = null;
  let drawnTo = 0;
  return {
    node,
    layout(width) {
      right = width - 14;
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      levels.forEach((level) => move(level.line, { x2: right }));
      move(ticks[0], { x: left });
      move(ticks[1], { x: right });
      move(title, { x: (left + right) / 2 });
    },
    update(temperatures, hot, step) {
      const last = temperatures.length - 1;
      const at = (x) => temperatures[Math.round((last * (x - left)) / (right - left))];
      const y = (temperature) => base - (temperature / hot) * tall;
      if (temperatures !== drawn || right !== drawnTo) {
        [drawn, drawnTo] = [temperatures, right];
        const points = Array.from({ length: 101 }, (_, i) => left + (i / 100) * (right - left));
        const d = `M${points.map((x) => `${x.toFixed(1)} ${y(at(x)).toFixed(1)}`).join("L")}`;
        gradient.layout({ left, right, temperature: at });
        move(line, { d });
        move(area, { d: `${d}V${base}H${left}Z` });
        [0, hot].forEach((value, i) => setText(levels[i].text, number(value, 3)));
        ["0", whole(temperatures.length)].forEach((text, i) => setText(ticks[i], text));
      }
      const temperature = temperatures[Math.min(step, last)];
      const x = left + (step / temperatures.length) * (right - left);
      marks.tint(temperatureColour(temperature));
      move(cursor, { x1: x, x2: x });
      move(dot, { cx: x, cy: y(temperature) });
    },
  };
}

/** The exact chance of each schedule over the number of steps; a ring at the chosen one, a dot for the crowd. */
function chanceChart({ schedules, steps, chances, pick }) {
  const [left, top, tall, names] = [46, 14, 110, 68];
  const base = top + tall;
  const height = base + 44;
  const node = svg("svg", {
    class: "tc-chart tc-pick",
    height,
    role: "img",
    "aria-label": "Exact chance to end in the deepest valley over the number of steps, for each schedule",
  });
  const y = (chance) => base - chance * tall;
  const levels = [0, 0.5, 1].map((chance) => {
    const text = svg("text", { class: "tc-tick", x: left - 8, y: y(chance) + 4, "text-anchor": "end" });
    text.textContent = `${100 * chance} %`;
    const line = svg("line", { class: chance ? "tc-grid" : "tc-axis", x1: left, y1: y(chance), y2: y(chance) });
    node.append(text, line);
    return line;
  });
  const ticks = steps.flatMap((count, i) => {
    if (!Number.isInteger(Math.log10(count))) return [];
    const text = svg("text", { class: "tc-tick", y: base + 19, "text-anchor": "middle" });
    text.textContent = whole(count);
    node.append(text);
    return [{ i, text }];
  });
  const title = svg("text", { class: "tc-tick", y: base + 37, "text-anchor": "middle" });
  title.textContent = "number of steps, log scale";
  const ends = spread(chances.map((row) => y(row.at(-1))), 14, top, base);
  const lines = schedules.map((schedule, i) => {
    const line = svg("path", { class: "tc-chance" });
    const text = svg("text", { class: "tc-tick", y: ends[i] + 4 });
    text.textContent = schedule;
    node.append(line, text);
    return { line, text };
  });
  const marks = tinted();
  const dot = svg("circle", { class: "tc-dot", r: 5 });
  const ring = svg("circle", { class: "tc-ring", r: 8 });
  marks.node.append(dot);
  node.append(title, marks.node, ring);
  let places = [];
  const nearest = (x) => places.reduce((best, at, i) => (Math.abs(at - x) < Math.abs(places[best] - x) ? i : best), 0);
  pickWithPointer(node, () => ({ nearest }), pick);
  return {
    node,
    layout(width) {
      const right = width - names;
      const [first, last] = [Math.log(steps[0]), Math.log(steps.at(-1))];
      places = steps.map((count) => left + 10 + ((Math.log(count) - first) / (last - first)) * (right - left - 10));
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      levels.forEach((line) => move(line, { x2: right }));
      ticks.forEach(({ i, text }) => move(text, { x: places[i] }));
      move(title, { x: (left + right) / 2 });
      lines.forEach(({ line, text }, k) => {
        move(line, { d: `M${places.map((x, i) => `${x.toFixed(1)} ${y(chances[k][i]).toFixed(1)}`).join("L")}` });
        move(text, { x: right + 14 });
      });
    },
    update({ schedule, index, share, temperature }) {
      marks.tint(temperatureColour(temperature));
      lines.forEach(({ line, text }, k) => {
        line.classList.toggle("tc-chosen", k === schedule);
        text.classList.toggle("tc-chosen", k === schedule);
      });
      move(dot, { cx: places[index], cy: y(share) });
      move(ring, { cx: places[index], cy: y(chances[schedule][index]) });
    },
  };
}

function build({ model, body, table, cleanup, redraw }) {
  const [energies, steps, schedules] = ["energies", "steps", "schedules"].map((name) => model.get(name));
  const [hot, cold, walkers] = ["hot", "cold", "walkers"].map((name) => model.get(name));
  const bottoms = valleyBottoms(energies);
  const deepest = energies.indexOf(Math.min(...energies));
  const valleys = [...new Set(bottoms)];
  const share = (distribution, bottom) =>
    distribution.reduce((total, p, place) => (bottoms[place] === bottom ? total + p : total), 0);
  const ends = schedules.map((schedule) =>
    steps.map((count) => endOf(energies, temperaturesOf(schedule, count, hot, cold))),
  );
  const chances = ends.map((row) => row.map((end) => share(end, deepest)));

  const caption = element("figcaption");
  const title = element("span");
  const aside = element("span", { class: "tc-aside" }, "each started at a place drawn evenly at random");
  caption.append(title, " ", aside);
  const picture = landscapePicture(energies, bottoms, deepest, walkers);
  const cooling = coolingChart();
  const pick = (index) => {
    model.set("index", index);
    model.save_changes();
  };
  const chance = chanceChart({ schedules, steps, chances, pick });
  const panel = element("figure", { class: "tc-panel" }, caption, picture.node);
  const coolingPanel = element("figure", { class: "tc-panel" }, element("figcaption", {}, "Temperature"), cooling.node);
  const key = element("span", { class: "tc-aside" }, "○\u00a0exact\u00a0at\u00a0the\u00a0end ●\u00a0crowd");
  const chanceCaption = element("figcaption", {}, "Deepest valley ", key);
  const chancePanel = element("figure", { class: "tc-panel" }, chanceCaption, chance.node);

  let run = {}; // the settings, their temperatures and their walks
  let done = 0; // how much of the run is shown, from 0 to 1
  let quiet = 0; // ms since the figures last changed

  const tick = (elapsed) => {
    done = done === 1 ? 0 : Math.min(1, done + elapsed / DURATION);
    quiet += elapsed;
    paint();
    if (quiet >= CALM) tell();
    if (done === 1) moving.pause();
  };
  const step = () => {
    const stride = Math.max(1, Math.round(run.temperatures.length / STRIDES));
    const next = done === 1 ? stride : now().step + stride;
    done = Math.min(1, next / run.temperatures.length);
    redraw();
  };
  const moving = player({ node: panel, tick, step, redraw, cleanup });
  done = moving.playing() ? 0 : 1; // where nothing moves, the end is what there is to see
  body.append(panel, moving.controls);
  const say = facts(body, ["Temperature", "Deepest valley now", "Exact chance at the end"]);
  body.append(element("div", { class: "tc-pair" }, coolingPanel, chancePanel));
  const note = element("p", { class: "tc-note" });
  body.append(note);

  const now = () => {
    const { temperatures, walked } = run;
    const step = Math.round(done * temperatures.length);
    const places = walked[step];
    const inValley = (bottom) => places.reduce((count, place) => count + (bottoms[place] === bottom), 0);
    return { step, places, inValley, temperature: temperatures[Math.min(step, temperatures.length - 1)] };
  };

  const prepare = () => {
    const [schedule, index, seed] = ["schedule", "index", "seed"].map((name) => model.get(name));
    if (schedule === run.schedule && index === run.index && seed === run.seed) return;
    const temperatures = temperaturesOf(schedules[schedule], steps[index], hot, cold);
    run = { schedule, index, seed, temperatures, walked: walks(energies, temperatures, walkers, seed) };
    if (moving.playing()) done = 0;
  };

  const paint = () => {
    const { step, places, inValley, temperature } = now();
    picture.update(places, temperature);
    cooling.update(run.temperatures, hot, step);
    chance.update({ ...run, share: inValley(deepest) / walkers, temperature });
  };

  const tell = () => {
    quiet = 0;
    const { schedule, index, temperatures } = run;
    const { step, inValley, temperature } = now();
    const [count, total] = [whole(step), whole(steps[index])];
    setText(title, `${walkers} walkers, step ${count} of ${total}`);
    say([
      `T = ${number(temperature, 3)}`,
      `${inValley(deepest)} of ${walkers} (${percent(inValley(deepest) / walkers)})`,
      percent(chances[schedule][index]),
    ]);
    const equilibrium = softmax(energies.map((energy) => -energy), temperature);
    table.update({
      title: `Schedule “${schedules[schedule]}”, step ${count} of ${total}, T = ${number(temperature, 3)}`,
      columns: ["Valley at", "Energy", "Equilibrium at T", "Crowd now", "Exact at the end"],
      lines: valleys.map((bottom) => [
        cell.name(`place ${bottom + 1}${bottom === deepest ? ", deepest" : ""}`),
        cell.quantity(energies[bottom], temperature),
        cell.probability(share(equilibrium, bottom), temperature),
        { text: `${inValley(bottom)} of ${walkers}`, count: inValley(bottom) },
        cell.probability(share(ends[schedule][index], bottom), temperatures.at(-1)),
      ]),
    });
  };

  const update = () => {
    prepare();
    setText(note, NOTES[schedules[run.schedule]]);
    paint();
    tell();
  };

  for (const [where, chart] of [[panel, picture], [coolingPanel, cooling], [chancePanel, chance]]) {
    cleanup(onWidth(where, (width) => (chart.layout(width), redraw())));
  }

  const summary = () => {
    const { schedule, index } = run;
    const { step, inValley, temperature } = now();
    return (
      `Schedule “${schedules[schedule]}”, step ${whole(step)} of ${whole(steps[index])} at temperature ` +
      `${number(temperature, 3)}: ${inValley(deepest)} of ${walkers} walkers are in the deepest valley; ` +
      `the exact chance to end there is ${percent(chances[schedule][index])}.`
    );
  };
  const reset = () => {
    done = 0;
    redraw();
  };
  return { update, summary, reset };
}

export default explorable({
  name: "explore_annealing",
  title: "Explore annealing",
  settings: () => [
    choiceSetting("schedule", "schedule", (model) => model.get("schedules")),
    choiceSetting("steps", "index", (model) => model.get("steps").map(String)),
    numberSetting("seed", (model) => [1, model.get("last_seed"), 1]),
  ],
  watch: () => ["schedule", "index", "seed"],
  build,
});
