import { temperatureGradient, tinted } from "./kit/colours.js";
import { move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { bottomAxis, chartFrame } from "./kit/frame.js";
import { chartNode, lineThrough, pickWithPointer, spread, tickText } from "./kit/marks.js";
import { facts, note, pair, panel } from "./kit/panels.js";
import { choiceSetting, seedSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { timeline } from "./kit/timeline.js";
import { number, percent, whole } from "./kit/words.js";
import { geometricCooling, valleyBottoms } from "./maths/annealing.js";
import { metropolisEnd, metropolisWalks } from "./maths/metropolis.js";
import { sum } from "./maths/rows.js";
import { softmax } from "./maths/softmax.js";

const DURATION = 6000;
const NOTES = {
  cool:
    "Hot, walkers cross every barrier; cold, they keep what they found. " +
    "Slower cooling finds the deepest valley more often, and each gain costs many times the steps.",
  hold:
    "Warm enough to leave a valley is too warm to stay in one: " +
    "with time the shares become Boltzmann's at this temperature, and get no better.",
  quench: "At T = 0 no step goes up: each walker slides into the valley that it started in, and stays.",
};

/** The temperature of each step. */
function temperaturesOf(schedule, steps, hot, cold) {
  if (schedule === "cool") return geometricCooling(hot, cold, steps);
  return Array(steps).fill(schedule === "hold" ? Math.sqrt(hot * cold) : 0);
}

/** The valleys of a landscape by their bottoms, and a distribution's share of one. */
function valleysOf(energies) {
  const bottoms = valleyBottoms(energies);
  return {
    bottoms,
    deepest: energies.indexOf(Math.min(...energies)),
    shareOf: (distribution, bottom) => sum(distribution.filter((_, place) => bottoms[place] === bottom)),
  };
}

/** The landscape, the walkers that stand on it, and T as a bar on the scale of its energies. */
function landscapePicture({ energies, valleys: { bottoms, deepest }, walkers }) {
  const [top, tall, below, left, margin] = [40, 170, 26, 26, 5];
  const height = top + tall + below;
  const label = "Energy over the places of a landscape, with a crowd of walkers on it";
  const node = chartNode(label, height, "tc-landscape");
  const [low, high] = [Math.min(...energies), Math.max(...energies)];
  const scale = tall / (high - low);
  const y = (energy) => top + (high - energy) * scale;
  const valley = svg("rect", { class: "tc-valley", y: 0, height });
  const name = tickText({ y: height - 6, "text-anchor": "middle" }, "deepest valley");
  const ground = svg("path", { class: "tc-ground" });
  const barName = svg("text", { class: "tc-label", x: 0 }, "T");
  const marks = tinted();
  const bar = svg("rect", { class: "tc-bar", x: 0, width: 9 });
  const kind = (i) => (i ? "tc-walker" : "tc-walker tc-first");
  const dots = Array.from({ length: walkers }, (_, i) => svg("circle", { class: kind(i) }));
  marks.node.append(bar, ...dots.toReversed());
  node.append(valley, ground, name, barName, marks.node);
  let [apart, radius] = [1, 1];
  const x = (place) => left + margin + (place + 0.5) * apart;
  return {
    node,
    layout(width) {
      apart = (width - left - 2 * margin) / energies.length;
      radius = Math.min(4.5, Math.max(2.5, apart / 2 - 0.25));
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      const foot = height - below;
      const line = energies.map((energy, place) => [x(place), y(energy)]);
      move(ground, { d: lineThrough([[x(0), foot], ...line, [x(energies.length - 1), foot]]) });
      const [first, last] = [bottoms.indexOf(deepest), bottoms.lastIndexOf(deepest)];
      move(valley, { x: x(first - 0.5), width: x(last + 0.5) - x(first - 0.5) });
      move(name, { x: x((first + last) / 2) });
      dots.forEach((dot) => move(dot, { r: radius }));
    },
    update({ places, temperature }) {
      marks.tint(temperature);
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
function coolingChart(hot) {
  const plot = { tall: 110, high: hot, parts: [0, 1], text: (value) => number(value, 3), axis: true };
  const frame = chartFrame({ label: "Temperature over the steps", plots: [plot] });
  const { node, left } = frame;
  const [{ y, top, base }] = frame.plots;
  const axis = bottomAxis(frame, "steps", ["0", ""], ["start", "end"]);
  const gradient = temperatureGradient(node);
  const area = svg("path", { class: "tc-area", fill: gradient.paint });
  const line = svg("path", { class: "tc-curve", stroke: gradient.paint });
  const marks = tinted();
  const cursor = svg("line", { class: "tc-cursor", y1: top - 6, y2: base });
  const dot = svg("circle", { class: "tc-dot", r: 4.5 });
  marks.node.append(cursor, dot);
  node.append(area, line, marks.node);
  let drawn = null;
  const draw = (temperatures) => {
    drawn = temperatures;
    const { right } = frame;
    const at = (x) => temperatures[Math.round(((temperatures.length - 1) * (x - left)) / (right - left))];
    const d = lineThrough(Array.from({ length: 101 }, (_, i) => frame.x(i / 100)).map((x) => [x, y(at(x))]));
    gradient.layout({ left, right, temperature: at });
    move(line, { d });
    move(area, { d: `${d}V${base}H${left}Z` });
    axis.setTexts(["0", whole(temperatures.length)]);
  };
  return {
    node,
    layout(width) {
      frame.layout(width);
      axis.layout([left, frame.right]);
      drawn = null;
    },
    update({ temperatures, temperature, step, total }) {
      if (temperatures !== drawn) draw(temperatures);
      const x = frame.x(step / total);
      marks.tint(temperature);
      move(cursor, { x1: x, x2: x });
      move(dot, { cx: x, cy: y(temperature) });
    },
  };
}

/** The exact chance of each schedule over the number of steps; a ring at the chosen one, a dot for the crowd. */
function chanceChart({ schedules, steps, chances }, pick) {
  const label = "Exact chance to end in the deepest valley over the number of steps, for each schedule";
  const frame = chartFrame({ label, kind: "tc-pick", plots: [{ tall: 110, axis: true }] });
  const { node, left } = frame;
  const [{ y, top, base }] = frame.plots;
  const written = [...steps.keys()].filter((i) => Number.isInteger(Math.log10(steps[i])));
  const axis = bottomAxis(frame, "number of steps, log scale", written.map((i) => whole(steps[i])));
  const ends = spread(chances.map((row) => y(row.at(-1))), 14, top, base);
  const lines = schedules.map((schedule, i) => {
    const line = svg("path", { class: "tc-chance" });
    const text = tickText({ y: ends[i] + 4 }, schedule);
    node.append(line, text);
    return { line, text };
  });
  const marks = tinted();
  const dot = svg("circle", { class: "tc-dot", r: 5 });
  const ring = svg("circle", { class: "tc-ring", r: 8 });
  marks.node.append(dot);
  node.append(marks.node, ring);
  let places = [];
  pickWithPointer(node, () => places, pick);
  return {
    node,
    layout(width) {
      frame.layout(width, 68);
      const span = Math.log(steps.at(-1) / steps[0]);
      places = steps.map((count) => left + 10 + (Math.log(count / steps[0]) / span) * (frame.right - left - 10));
      axis.layout(written.map((i) => places[i]));
      lines.forEach(({ line, text }, k) => {
        move(line, { d: lineThrough(places.map((x, i) => [x, y(chances[k][i])])) });
        move(text, { x: frame.right + 14 });
      });
    },
    update({ schedule, index, found, walkers, temperature }) {
      marks.tint(temperature);
      lines.forEach(({ line, text }, k) => {
        line.classList.toggle("tc-chosen", k === schedule);
        text.classList.toggle("tc-chosen", k === schedule);
      });
      move(dot, { cx: places[index], cy: y(found / walkers) });
      move(ring, { cx: places[index], cy: y(chances[schedule][index]) });
    },
  };
}

/** What each schedule comes to, exactly, and the crowd's walks at the model's settings. */
function crowdOf(model) {
  const [energies, steps, schedules] = ["energies", "steps", "schedules"].map((name) => model.get(name));
  const [hot, cold, walkers] = ["hot", "cold", "walkers"].map((name) => model.get(name));
  const valleys = valleysOf(energies);
  const { bottoms, deepest, shareOf } = valleys;
  const temperatures = (schedule, count) => temperaturesOf(schedule, count, hot, cold);
  const end = (schedule, count) => metropolisEnd(energies, temperatures(schedule, count));
  const ends = schedules.map((schedule) => steps.map((count) => end(schedule, count)));
  const chances = ends.map((row) => row.map((last) => shareOf(last, deepest)));
  let run = {}; // the settings, their temperatures and their walks
  return {
    ...{ energies, steps, schedules, hot, walkers, valleys, chances },
    /** Take the settings over; returns whether there are others now. */
    follow() {
      const [schedule, index, seed] = ["schedule", "steps_index", "seed"].map((name) => model.get(name));
      if (schedule === run.schedule && index === run.index && seed === run.seed) return false;
      const cooling = temperatures(schedules[schedule], steps[index]);
      const walks = metropolisWalks(energies, cooling, walkers, seed);
      run = { schedule, index, seed, temperatures: cooling, walks, total: cooling.length };
      return true;
    },
    total: () => run.total,
    /** What is shown at a step. */
    at(step) {
      const places = run.walks[step];
      const inValley = (bottom) => places.reduce((count, place) => count + (bottoms[place] === bottom), 0);
      return {
        ...{ ...run, step, places, walkers, inValley, found: inValley(deepest) },
        temperature: run.temperatures[Math.min(step, run.total - 1)],
        name: schedules[run.schedule],
        ...{ chance: chances[run.schedule][run.index], end: ends[run.schedule][run.index] },
      };
    },
  };
}

function tableOf({ energies, valleys }, { name, step, total, temperature, temperatures, walkers, inValley, end }) {
  const { bottoms, deepest, shareOf } = valleys;
  const equilibrium = softmax(energies.map((energy) => -energy), temperature);
  return {
    title: `Schedule “${name}”, step ${whole(step)} of ${whole(total)}, T = ${number(temperature, 3)}`,
    columns: ["Valley at", "Energy", "Equilibrium at T", "Crowd now", "Exact at the end"],
    lines: [...new Set(bottoms)].map((bottom) => [
      cell.text(`place ${bottom + 1}${bottom === deepest ? ", deepest" : ""}`),
      cell.quantity(energies[bottom], temperature),
      cell.probability(shareOf(equilibrium, bottom), temperature),
      cell.count(inValley(bottom), `${inValley(bottom)} of ${walkers}`),
      cell.probability(shareOf(end, bottom), temperatures.at(-1)),
    ]),
  };
}

function factsOf({ temperature, found, walkers, chance }) {
  return [`T = ${number(temperature, 3)}`, `${found} of ${walkers} (${percent(found / walkers)})`, percent(chance)];
}

function summaryOf({ name, step, total, temperature, found, walkers, chance }) {
  return (
    `Schedule “${name}”, step ${whole(step)} of ${whole(total)} at temperature ${number(temperature, 3)}: ` +
    `${found} of ${walkers} walkers are in the deepest valley; the exact chance to end there is ${percent(chance)}.`
  );
}

function build({ model, body, table, fit, redraw, cleanup }) {
  const crowd = crowdOf(model);
  const picture = landscapePicture(crowd);
  const cooling = coolingChart(crowd.hot);
  const chances = chanceChart(crowd, (index) => model.change({ steps_index: index }));
  const figure = panel(picture, { aside: "each started at a place drawn evenly at random" });
  const coolingPanel = panel(cooling, { title: "Temperature" });
  const key = "○\u00a0exact\u00a0at\u00a0the\u00a0end ●\u00a0crowd";
  const chancesPanel = panel(chances, { title: "Deepest valley", aside: key });
  const figures = facts(["Temperature", "Deepest valley now", "Exact chance at the end"]);
  const remark = note();
  const now = () => crowd.at(moving.step());

  const drawFrame = () => {
    const moment = now();
    picture.update(moment);
    cooling.update(moment);
    chances.update(moment);
  };
  const writeFigures = () => {
    const moment = now();
    figure.setTitle(`${crowd.walkers} walkers, step ${whole(moment.step)} of ${whole(moment.total)}`);
    figures.write(factsOf(moment));
    table.update(tableOf(crowd, moment));
  };
  const moving = timeline({
    ...{ node: figure.node, duration: DURATION, length: crowd.total },
    ...{ drawFrame, writeFigures, redraw, cleanup },
  });
  body.append(figure.node, moving.controls, figures.node, pair(coolingPanel, chancesPanel), remark);
  fit(figure.node, picture.layout);
  fit(coolingPanel.node, cooling.layout);
  fit(chancesPanel.node, chances.layout);

  const update = () => {
    if (crowd.follow() && moving.playing()) moving.rewind();
    setText(remark, NOTES[now().name]);
    drawFrame();
    writeFigures();
  };
  const reset = () => {
    moving.rewind();
    redraw();
  };
  return { update, summary: () => summaryOf(now()), reset };
}

export default explorable({
  name: "explore_annealing",
  title: "Explore annealing",
  settings: () => [
    choiceSetting("schedule", "schedule", (model) => model.get("schedules")),
    choiceSetting("steps", "steps_index", (model) => model.get("steps").map(String)),
    seedSetting(),
  ],
  build,
});
