import {
  boltzmann,
  freeEnergy,
  heatCapacity,
  inverseCdf,
  meanEnergy,
  randomSource,
  stateProbabilities,
  thermalEntropy,
  uniform,
} from "./maths.js";
import {
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  percent,
  temperatureSetting,
} from "./explorable.js";
import { move, onWidth, spread, svg, temperatureColour, tinted, widthOf } from "./charts.js";
import { quantityChart } from "./quantities.js";
import { player } from "./animation.js";
import { setText } from "./text.js";

const PARTICLES = 100; // so that one particle is one per cent
const SEED = 1;
const RATE = 40; // particles drawn anew in a second
const STRIDE = 37; // from each to the next; it shares no divisor with their number, so all have their turn
const TICKS = [0, 0.01, 0.1, 1, 10, 100, Infinity];

/**
 * Levels as lines at the height of their energy, a line a state; particles stacked on them, and at the right the
 * exact share of each level.
 */
function levelsPicture({ energies, degeneracies }) {
  const [headroom, least] = [46, 34];
  const height = headroom + Math.max(150, least * (energies.length - 1)) + 14;
  const node = svg("svg", {
    class: "tc-chart tc-levels",
    height,
    role: "img",
    "aria-label": "Particles on energy levels, with the exact share of each level",
  });
  const [low, high] = [Math.min(...energies), Math.max(...energies)];
  const toScale = energies.map((energy) => headroom + ((high - energy) / (high - low)) * (height - headroom - 14));
  const heights = spread(toScale, least, headroom, height - 14);
  const marks = tinted();
  const levels = energies.map((energy, i) => {
    const y = heights[i];
    const level = {
      name: svg("text", { class: "tc-label", x: 0, y: y + 4.5 }),
      lines: Array.from({ length: degeneracies[i] }, () => svg("line", { class: "tc-level", y1: y, y2: y })),
      bar: svg("rect", { class: "tc-bar", y: y - 5, height: 10, rx: 2 }),
      value: svg("text", { class: "tc-value", y: y + 4.5 }),
    };
    level.name.textContent = `E = ${number(energy, 3)}`;
    marks.node.append(level.bar);
    node.append(level.name, ...level.lines, level.value);
    return level;
  });
  const dots = Array.from({ length: PARTICLES }, () => svg("circle", { class: "tc-particle" }));
  marks.node.append(...dots);
  node.append(marks.node);

  const levelOf = degeneracies.flatMap((g, level) => Array(g).fill(level));
  const firstOf = degeneracies.map((_, level) => levelOf.indexOf(level));
  const stacks = levelOf.map(() => []); // of each state: its particles, from the line up, row by row
  const stateOf = Array(PARTICLES);
  const left = 14 + 8 * Math.max(...levels.map(({ name }) => name.textContent.length));
  let sizes = []; // of each level: how wide a state is, and from one state to the next
  let radius = 0;
  let pitch = 1; // from one particle of a row to the next
  let barSpan = 1;

  const stand = (particle) => {
    const state = stateOf[particle];
    const level = levelOf[state];
    const { wide, apart } = sizes[level];
    const row = Math.max(1, Math.floor(wide / pitch));
    const place = stacks[state].indexOf(particle);
    // Where a stack would reach the level above, its rows move together.
    const above = Math.min(headroom, ...heights.map((y) => heights[level] - y).filter((gap) => gap > 0)) - 2 * radius;
    const rise = Math.min(pitch, above / Math.max(1, Math.ceil(stacks[state].length / row) - 1));
    const inset = (wide - Math.min(row, PARTICLES) * pitch) / 2;
    const x = left + (state - firstOf[level]) * apart + inset + (place % row) * pitch + pitch / 2;
    const y = heights[level] - radius - 1.5 - Math.floor(place / row) * rise;
    dots[particle].style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  };
  const standAll = () => stateOf.forEach((_, particle) => stand(particle));

  return {
    node,
    layout(width) {
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      [radius, pitch] = width < 480 ? [3.5, 8] : [4.5, 10];
      dots.forEach((dot) => move(dot, { r: radius }));
      barSpan = Math.min(100, width / 8);
      const right = width - 60 - barSpan;
      const span = right - 12 - left;
      sizes = degeneracies.map((g) => {
        const apart = (span + 6) / g;
        return { apart, wide: apart - 6 };
      });
      levels.forEach(({ lines, bar, value }, i) => {
        const { wide, apart } = sizes[i];
        lines.forEach((line, k) => move(line, { x1: left + k * apart, x2: left + k * apart + wide }));
        move(bar, { x: right });
        move(value, { x: width });
      });
      standAll();
    },
    /** Put every particle into the state that is given for it. */
    place(states) {
      stacks.forEach((stack) => stack.splice(0));
      states.forEach((state, particle) => {
        stateOf[particle] = state;
        stacks[state].push(particle);
      });
      standAll();
    },
    /** Move one particle, on top of the stack of its new state; the top of the old stack fills its gap. */
    hop(particle, state) {
      const [from, to] = [stacks[stateOf[particle]], stacks[state]];
      if (from === to) return;
      const top = from.pop();
      if (top !== particle) from[from.indexOf(particle)] = top;
      to.push(particle);
      stateOf[particle] = state;
      [...from, ...to].forEach(stand);
    },
    update(populations, colour) {
      marks.tint(colour);
      levels.forEach(({ bar, value }, i) => {
        move(bar, { width: populations[i] > 0 ? Math.max(1, populations[i] * barSpan) : 0 });
        setText(value, percent(populations[i]));
      });
    },
    /** How many particles each level has. */
    counts() {
      return energies.map((_, level) => stateOf.filter((state) => levelOf[state] === level).length);
    },
  };
}

function build({ model, body, table, cleanup, redraw }) {
  const stops = model.get("temperatures").map(Number);
  const presets = model.get("presets");
  let source = randomSource(SEED);
  let now = null; // the state that is drawn
  let picture = null;
  let charts = [];
  let particle = 0; // the one that was drawn last
  let due = 0; // particles to draw anew, not yet a whole one
  let width = 0;

  const caption = element("figcaption");
  const title = element("span");
  caption.append(title, " ", element("span", { class: "tc-aside" }, "each is 1 %; bars show the exact shares"));
  const panel = element("figure", { class: "tc-panel" }, caption);
  const curves = element("div", { class: "tc-pair" });
  const note = element("p", { class: "tc-note" });

  const state = () => {
    const preset = presets[model.get("preset")] ?? presets[0];
    const { energies, degeneracies } = preset;
    const temperature = stops[model.get("index")];
    const of = (quantity) => quantity(energies, temperature, degeneracies);
    return {
      ...{ preset, energies, degeneracies, temperature, populations: of(boltzmann) },
      ...{ probabilities: of(stateProbabilities) },
      ...{ U: of(meanEnergy), S: of(thermalEntropy), F: of(freeEnergy), C: of(heatCapacity) },
    };
  };

  /** Draw particles anew, each one's next state whatever its last was: a heat bath. */
  const bathe = (count) => {
    for (let i = 0; i < count; i += 1) {
      particle = (particle + STRIDE) % PARTICLES;
      picture.hop(particle, inverseCdf(now.probabilities, uniform(source)));
    }
  };
  const tick = (elapsed) => {
    due += (elapsed * RATE) / 1000;
    if (due < 1) return;
    bathe(Math.floor(due));
    due %= 1;
    tabulate();
  };
  const step = () => {
    bathe(PARTICLES);
    redraw();
  };
  const moving = player({ node: panel, tick, step, redraw, cleanup });
  body.append(panel, moving.controls);
  const say = facts(body, ["Mean energy U", "Entropy S", "Free energy F = U − TS", "Heat capacity C"]);
  body.append(curves, note);

  /** Particles as evenly spread over the shares as whole ones can be. */
  const place = () => {
    const evenly = Array.from({ length: PARTICLES }, (_, k) => (k + 0.5) / PARTICLES);
    picture.place(evenly.map((u) => inverseCdf(now.probabilities, u)));
  };
  const pick = (index) => {
    model.set("index", index);
    model.save_changes();
  };
  // Other levels mean another picture and other curves.
  const remake = () => {
    const { energies, degeneracies } = now;
    const at = (quantity) => (temperature) => quantity(energies, temperature, degeneracies);
    const [U, S, F, C] = [meanEnergy, thermalEntropy, freeEnergy, heatCapacity].map(at);
    const ground = Math.min(...energies);
    picture = levelsPicture(now);
    charts = [
      {
        label: "Mean energy and heat capacity over temperature, with a cursor at the chosen one",
        quantities: [
          { name: "U, mean energy", of: U, low: ground, high: U(Infinity) },
          { name: "C = dU/dT, heat capacity", of: C, low: 0 },
        ],
      },
      {
        label: "Free energy and entropy over temperature, with a cursor at the chosen one",
        quantities: [
          { name: "F, free energy", of: F, low: ground - 2 * (Math.max(...energies) - ground), high: ground },
          { name: "S = −dF/dT, entropy", of: S, low: 0, high: S(Infinity) },
        ],
      },
    ].map((chart) => quantityChart({ ...chart, stops, pick, ticks: TICKS, symbol: "T" }));
    panel.replaceChildren(caption, picture.node);
    curves.replaceChildren(...charts.map((chart) => element("figure", { class: "tc-panel" }, chart.node)));
    layout();
    place();
  };
  const layout = () => {
    picture.layout(width);
    charts.forEach((chart) => chart.layout(widthOf(chart.node.parentNode)));
  };

  const tabulate = () => {
    const { preset, energies, degeneracies, temperature, populations, U, S, F, C } = now;
    const counts = picture.counts();
    const quantity = (name, value) => [cell.name(name), cell.quantity(value, temperature), { text: "" }];
    table.update({
      title: `${preset.label} at T = ${number(temperature)}`,
      columns: ["Quantity", "Exact", `Of ${PARTICLES} particles`],
      lines: [
        ...energies.map((energy, i) => [
          cell.name(`Population at E = ${number(energy)}, g = ${degeneracies[i]}`),
          cell.probability(populations[i], temperature),
          { text: String(counts[i]), count: counts[i] },
        ]),
        quantity("Mean energy U", U),
        quantity("Entropy S", S),
        quantity("Free energy F", F),
        quantity("Heat capacity C", C),
      ],
    });
  };

  const update = () => {
    const before = now;
    now = state();
    const { preset, temperature, populations, U, S, F, C } = now;
    if (preset !== before?.preset) remake();
    else if (temperature !== before.temperature && !moving.playing()) place();
    setText(title, `${PARTICLES} particles at T = ${number(temperature)}`);
    picture.update(populations, temperatureColour(temperature));
    charts.forEach((chart) => chart.update(temperature));
    say([number(U, 4), `${number(S, 4)} nats`, number(F, 4), number(C, 4)]);
    setText(note, preset.note);
    tabulate();
  };

  cleanup(
    onWidth(body, (measured) => {
      width = measured;
      if (now) layout();
      update();
    }),
  );

  const summary = () => {
    const { energies, temperature, populations, U, S, F, C } = now;
    const levels = energies.map((energy, i) => `E = ${number(energy)} holds ${percent(populations[i])}`).join(", ");
    const [u, s, f, c] = [U, S, F, C].map((value) => number(value, 3));
    return (
      `At temperature ${number(temperature)}: ${levels}; ` +
      `mean energy ${u}, entropy ${s} nats, free energy ${f}, heat capacity ${c}.`
    );
  };
  const reset = () => {
    source = randomSource(SEED);
    particle = due = 0;
    now = state();
    remake();
    redraw();
  };
  return { update, summary, reset };
}

export default explorable({
  name: "explore_levels",
  title: "Explore energy levels",
  settings: () => [
    choiceSetting("preset", "preset", (model) => model.get("presets").map(({ name }) => name)),
    temperatureSetting(),
  ],
  watch: () => ["preset", "index"],
  build,
});
