import { tinted } from "./kit/colours.js";
import { element, move, setText, svg, widthOf } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { chartNode, sliver, spread } from "./kit/marks.js";
import { facts, note, panel, remade } from "./kit/panels.js";
import { player } from "./kit/player.js";
import { presetSetting, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { temperatureChart } from "./kit/temperature_chart.js";
import { number, percent } from "./kit/words.js";
import {
  boltzmann,
  freeEnergy,
  heatCapacity,
  meanEnergy,
  stateProbabilities,
  thermalEntropy,
} from "./maths/boltzmann.js";
import { inverseCdf, randomSource, uniform } from "./maths/random.js";

const PARTICLES = 100; // so that one particle is one per cent
const SEED = 1;
const RATE = 40; // particles drawn anew in a second
const STRIDE = 37; // from each to the next; it shares no divisor with their number, so all have their turn
const TICKS = [0, 0.01, 0.1, 1, 10, 100, Infinity];
const [HEADROOM, LEAST, BELOW] = [46, 34, 14]; // pixels above the highest level, between two, and below the lowest

/** The heights of levels: to scale, but far enough apart to be told from each other. */
function levelHeights(energies) {
  const foot = HEADROOM + Math.max(150, LEAST * (energies.length - 1));
  const [low, high] = [Math.min(...energies), Math.max(...energies)];
  const toScale = energies.map((energy) => HEADROOM + ((high - energy) / (high - low)) * (foot - HEADROOM));
  return { heights: spread(toScale, LEAST, HEADROOM, foot), foot };
}

/** A level: its name, a line for each of its states, and a bar and a number for its exact share. */
function levelMarks(energy, states, y) {
  return {
    name: svg("text", { class: "tc-label", x: 0, y: y + 4.5 }, `E = ${number(energy, 3)}`),
    lines: Array.from({ length: states }, () => svg("line", { class: "tc-level", y1: y, y2: y })),
    bar: svg("rect", { class: "tc-bar", y: y - 5, height: 10, rx: 2 }),
    value: svg("text", { class: "tc-value", y: y + 4.5 }),
  };
}

/** Which particles are in which state, and in what order they lie on its line, row by row. */
function stacksOf(states) {
  const stacks = Array.from({ length: states }, () => []);
  const home = Array(PARTICLES); // the state of each particle
  return {
    stacks,
    home,
    /** Put every particle into the state that is given for it. */
    place(all) {
      stacks.forEach((stack) => stack.splice(0));
      all.forEach((state, particle) => {
        home[particle] = state;
        stacks[state].push(particle);
      });
    },
    /** Move a particle onto its new state's stack; the top of the old one fills its gap. Returns who has moved. */
    hop(particle, state) {
      const [from, to] = [stacks[home[particle]], stacks[state]];
      if (from === to) return [];
      const top = from.pop();
      if (top !== particle) from[from.indexOf(particle)] = top;
      to.push(particle);
      home[particle] = state;
      return [...from, ...to];
    },
  };
}

/** Where a particle stands by its rank in a stack: from the left end of its state, and above the line. */
function inStack(rank, count, wide, room, { radius, pitch }) {
  const row = Math.max(1, Math.floor(wide / pitch));
  // Where a stack would reach the level above, its rows move together.
  const rise = Math.min(pitch, (room - 2 * radius) / Math.max(1, Math.ceil(count / row) - 1));
  const inset = (wide - Math.min(row, PARTICLES) * pitch) / 2;
  return [inset + (rank % row) * pitch + pitch / 2, radius + 1.5 + Math.floor(rank / row) * rise];
}

/**
 * Levels as lines at the height of their energy, a line a state; particles stacked on them, and at the right the
 * exact share of each level.
 */
function levelsPicture({ energies, degeneracies }) {
  const { heights, foot } = levelHeights(energies);
  const height = foot + BELOW;
  const node = chartNode("Particles on energy levels, with the exact share of each level", height, "tc-levels");
  const marks = tinted();
  const levels = energies.map((energy, i) => levelMarks(energy, degeneracies[i], heights[i]));
  for (const { name, lines, bar, value } of levels) {
    marks.node.append(bar);
    node.append(name, ...lines, value);
  }
  const dots = Array.from({ length: PARTICLES }, () => svg("circle", { class: "tc-particle" }));
  marks.node.append(...dots);
  node.append(marks.node);

  const levelOf = degeneracies.flatMap((g, level) => Array(g).fill(level));
  const { stacks, home, place, hop } = stacksOf(levelOf.length);
  const left = 14 + 8 * Math.max(...levels.map(({ name }) => name.textContent.length));
  const above = (y) => Math.min(HEADROOM, ...heights.map((other) => y - other).filter((gap) => gap > 0));
  let [size, apart, barSpan] = [{}, [], 1]; // of a particle; of each level, from state to state

  const stand = (particle) => {
    const state = home[particle];
    const [level, stack] = [levelOf[state], stacks[state]];
    const y = heights[level];
    const [across, up] = inStack(stack.indexOf(particle), stack.length, apart[level] - 6, above(y), size);
    const x = left + (state - levelOf.indexOf(level)) * apart[level] + across;
    dots[particle].style.transform = `translate(${x.toFixed(1)}px, ${(y - up).toFixed(1)}px)`;
  };
  const standAll = () => home.forEach((_, particle) => stand(particle));
  return {
    node,
    layout(width) {
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      size = width < 480 ? { radius: 3.5, pitch: 8 } : { radius: 4.5, pitch: 10 };
      dots.forEach((dot) => move(dot, { r: size.radius }));
      barSpan = Math.min(100, width / 8);
      const right = width - 60 - barSpan;
      apart = degeneracies.map((g) => (right - left - 6) / g);
      levels.forEach(({ lines, bar, value }, i) => {
        lines.forEach((line, k) => move(line, { x1: left + k * apart[i], x2: left + (k + 1) * apart[i] - 6 }));
        move(bar, { x: right });
        move(value, { x: width });
      });
      standAll();
    },
    place(states) {
      place(states);
      standAll();
    },
    hop: (particle, state) => hop(particle, state).forEach(stand),
    update(populations, temperature) {
      marks.tint(temperature);
      levels.forEach(({ bar, value }, i) => {
        move(bar, { width: sliver(populations[i], barSpan) });
        setText(value, percent(populations[i]));
      });
    },
    /** How many particles each level has. */
    counts: () => energies.map((_, level) => home.filter((state) => levelOf[state] === level).length),
  };
}

function stateOf(model) {
  const preset = model.get("presets")[model.get("preset")] ?? model.get("presets")[0];
  const { energies, degeneracies } = preset;
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const of = (quantity) => quantity(energies, temperature, degeneracies);
  return {
    ...{ preset, energies, degeneracies, temperature },
    ...{ populations: of(boltzmann), probabilities: of(stateProbabilities) },
    ...{ U: of(meanEnergy), S: of(thermalEntropy), F: of(freeEnergy), C: of(heatCapacity) },
  };
}

/** U above C, and F above S, over all temperatures. */
function quantityCharts(model, { energies, degeneracies }) {
  const of = (quantity) => (temperature) => [quantity(energies, temperature, degeneracies)];
  const [U, S, F, C] = [meanEnergy, thermalEntropy, freeEnergy, heatCapacity].map(of);
  const [ground, top] = [Math.min(...energies), Math.max(...energies)];
  const chart = (label, ...plots) => {
    const cursor = `${label} over temperature, with a cursor at the chosen one`;
    const tall = plots.map((plot) => ({ tall: 92, ...plot }));
    return temperatureChart({ model, label: cursor, plots: tall, ticks: TICKS, symbol: "T" });
  };
  return [
    chart(
      "Mean energy and heat capacity",
      { name: "U, mean energy", of: U, low: ground, high: U(Infinity)[0] },
      { name: "C = dU/dT, heat capacity", of: C },
    ),
    chart(
      "Free energy and entropy",
      { name: "F, free energy", of: F, low: ground - 2 * (top - ground), high: ground },
      { name: "S = −dF/dT, entropy", of: S, high: S(Infinity)[0] },
    ),
  ];
}

function tableOf({ preset, energies, degeneracies, temperature, populations, U, S, F, C }, counts) {
  const quantity = (name, value) => [cell.text(name), cell.quantity(value, temperature), cell.text("")];
  return {
    title: `${preset.label} at T = ${number(temperature)}`,
    columns: ["Quantity", "Exact", `Of ${PARTICLES} particles`],
    lines: [
      ...energies.map((energy, i) => [
        cell.text(`Population at E = ${number(energy)}, g = ${degeneracies[i]}`),
        cell.probability(populations[i], temperature),
        cell.count(counts[i]),
      ]),
      quantity("Mean energy U", U),
      quantity("Entropy S", S),
      quantity("Free energy F", F),
      quantity("Heat capacity C", C),
    ],
  };
}

function summaryOf({ energies, temperature, populations, U, S, F, C }) {
  const levels = energies.map((energy, i) => `E = ${number(energy)} holds ${percent(populations[i])}`).join(", ");
  const [u, s, f, c] = [U, S, F, C].map((value) => number(value, 3));
  return (
    `At temperature ${number(temperature)}: ${levels}; ` +
    `mean energy ${u}, entropy ${s} nats, free energy ${f}, heat capacity ${c}.`
  );
}

/** A heat bath: one particle after another is drawn anew, whatever its last state was. */
function heatBath() {
  const source = randomSource(SEED);
  let [particle, due] = [0, 0]; // the one that was drawn last; those to draw, not yet a whole one
  const draw = (count, picture, probabilities) => {
    for (let i = 0; i < count; i += 1) {
      particle = (particle + STRIDE) % PARTICLES;
      picture.hop(particle, inverseCdf(probabilities, uniform(source)));
    }
  };
  return {
    draw,
    run(elapsed, ...where) {
      due += (elapsed * RATE) / 1000;
      draw(Math.floor(due), ...where);
      due %= 1;
    },
  };
}

/** The states of particles that are as evenly spread over the shares as whole ones can be. */
function evenlyPlaced(probabilities) {
  return Array.from({ length: PARTICLES }, (_, k) => inverseCdf(probabilities, (k + 0.5) / PARTICLES));
}

function build({ model, body, table, fit, redraw, cleanup }) {
  let bath = heatBath();
  let now = null; // what is shown
  const figure = panel(null, { aside: "each is 1 %; bars show the exact shares" });
  const curves = element("div", { class: "tc-pair" });
  const figures = facts(["Mean energy U", "Entropy S", "Free energy F = U − TS", "Heat capacity C"]);
  const remark = note();
  // Other levels mean another picture and other curves.
  const levels = remade(fit, body, (preset) => {
    const picture = levelsPicture(preset);
    const charts = quantityCharts(model, preset);
    figure.setChart(picture);
    curves.replaceChildren(...charts.map((chart) => element("figure", { class: "tc-panel" }, chart.node)));
    picture.place(evenlyPlaced(now.probabilities));
    const layout = (width) => {
      picture.layout(width);
      charts.forEach((chart) => chart.layout(widthOf(chart.node.parentNode)));
    };
    return { picture, charts, layout };
  });
  const picture = () => levels.of(now.preset).picture;
  const writeFigures = () => table.update(tableOf(now, picture().counts()));
  const moving = player({
    ...{ node: figure.node, writeFigures, redraw, cleanup },
    tick: (elapsed) => bath.run(elapsed, picture(), now.probabilities),
    step: () => bath.draw(PARTICLES, picture(), now.probabilities),
  });
  body.append(figure.node, moving.controls, figures.node, curves, remark);

  const update = () => {
    const before = now;
    now = stateOf(model);
    const { preset, temperature, populations, U, S, F, C } = now;
    levels.of(preset).charts.forEach((chart) => chart.update(temperature));
    if (temperature !== before?.temperature && !moving.playing()) picture().place(evenlyPlaced(now.probabilities));
    picture().update(populations, temperature);
    figure.setTitle(`${PARTICLES} particles at T = ${number(temperature)}`);
    figures.write([number(U, 4), `${number(S, 4)} nats`, number(F, 4), number(C, 4)]);
    setText(remark, preset.note);
    writeFigures();
  };
  const reset = () => {
    bath = heatBath();
    levels.forget();
    redraw();
  };
  return { update, summary: () => summaryOf(now), reset };
}

export default explorable({
  name: "explore_levels",
  title: "Explore energy levels",
  settings: () => [presetSetting(), temperatureSetting()],
  build,
});
