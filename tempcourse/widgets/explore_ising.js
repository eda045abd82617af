import {
  CRITICAL_TEMPERATURE,
  exactEnergy,
  exactMagnetisation,
  isingEnergy,
  isingLattice,
  isingSweep,
  magnetisation,
  randomSource,
} from "./maths.js";
import {
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  numberSetting,
  temperatureSetting,
} from "./explorable.js";
import { move, onWidth, svg, temperatureColour } from "./charts.js";
import { player } from "./animation.js";
import { setText } from "./text.js";

const TRACED = 1000; // sweeps that are remembered
const LARGEST = 384; // pixels that the lattice takes at most
const CALM = 250; // ms between two changes of the figures while it runs: a reader must be able to read them
const STARTS = ["cold", "hot"];
const LAST_SEED = 99;
const UP = "#f6f4ee";

/** A number with three digits after the point and a true minus sign, but never −0. */
function figure(value) {
  return (Math.round(value * 1000) / 1000 + 0).toFixed(3).replace("-", "−");
}

/** The same for what is known exactly: a whole number is told from what only rounds to it. */
function known(value) {
  return Number.isInteger(value) ? number(value) : figure(value);
}

function counted(sweeps) {
  return sweeps === 1 ? "1 sweep" : `${sweeps.toLocaleString("en")} sweeps`;
}

/** A lattice, its source of random numbers, and what the last sweeps measured. */
class Simulation {
  constructor(side) {
    this.side = side;
    this.magnetisations = new Float64Array(TRACED);
    this.energies = new Float64Array(TRACED);
  }

  restart(start, seed) {
    this.source = randomSource(seed);
    this.spins = start === "hot" ? isingLattice(this.side, this.source) : new Int8Array(this.side ** 2).fill(1);
    this.sweeps = 0;
    this.since = 0; // the sweep at which the temperature became what it is
    this.measure();
  }

  hold(temperature) {
    if (temperature !== this.temperature) this.since = this.sweeps;
    this.temperature = temperature;
  }

  sweep() {
    isingSweep(this.spins, this.side, this.temperature, this.source);
    this.sweeps += 1;
    this.measure();
  }

  measure() {
    this.magnetisations[this.sweeps % TRACED] = magnetisation(this.spins);
    this.energies[this.sweeps % TRACED] = isingEnergy(this.spins, this.side) / this.spins.length;
  }

  /** How many sweeps at this temperature are remembered. */
  get held() {
    return Math.min(this.sweeps - this.since, TRACED);
  }

  /** The mean over those sweeps of a function of what was measured after each, or of the value now. */
  mean(values, of = (value) => value) {
    if (this.held === 0) return of(this.now(values));
    let total = 0;
    for (let i = 0; i < this.held; i += 1) total += of(values[(this.sweeps - i) % TRACED]);
    return total / this.held;
  }

  now(values) {
    return values[this.sweeps % TRACED];
  }
}

/** Spins as pixels: up is light; down is dark and has the temperature's colour. */
function latticeCanvas(side) {
  const node = element("canvas", {
    ...{ class: "tc-lattice", width: side, height: side, role: "img" },
    "aria-label": "Lattice of spins: light is up, dark is down",
  });
  const context = node.getContext("2d");
  const image = context.createImageData(side, side);
  const pixels = new DataView(image.data.buffer);
  const rgba = (colour) => Number(`0x${colour.slice(1)}ff`);
  return {
    node,
    /** The largest size that gives each spin a whole number of pixels, so that all are equally large. */
    layout(width) {
      const room = Math.min(width - 2, LARGEST); // a border of one pixel on each side
      const size = Math.floor(room / side) * side || room;
      node.style.width = node.style.height = `${size}px`;
    },
    update(spins, colour) {
      const [up, down] = [rgba(UP), rgba(colour)];
      for (let i = 0; i < spins.length; i += 1) pixels.setUint32(4 * i, spins[i] > 0 ? up : down);
      context.putImageData(image, 0, 0);
    },
  };
}

/** Magnetisation above energy over the sweeps that are remembered, the newest at the right. */
function traceChart() {
  const [left, tall, height] = [30, 104, 318];
  const node = svg("svg", {
    ...{ class: "tc-chart", height, role: "img" },
    "aria-label": "Magnetisation and energy over the last sweeps",
  });
  let right = 0;
  const plots = [
    { title: "magnetisation m", top: 22, high: 1 },
    { title: "energy e", top: 170, high: 0 },
  ].map(({ title, top, high }) => {
    const y = (value) => top + ((high - value) / 2) * tall;
    const name = svg("text", { class: "tc-tick", x: left, y: top - 9 });
    name.textContent = title;
    const lines = [high, high - 1, high - 2].map((value) => {
      const text = svg("text", { class: "tc-tick", x: left - 7, y: y(value) + 4, "text-anchor": "end" });
      text.textContent = number(value);
      node.append(text);
      return node.appendChild(svg("line", { class: "tc-grid", x1: left, y1: y(value), y2: y(value) }));
    });
    const exact = svg("path", { class: "tc-exact" });
    const trace = svg("path", { class: "tc-trace" });
    node.append(name, exact, trace);
    return { y, lines, exact, trace };
  });
  const ticks = [TRACED, TRACED / 2, 0].map((ago) => {
    const text = svg("text", { class: "tc-tick", y: 291 });
    text.textContent = ago ? `−${ago.toLocaleString("en")}` : "now";
    return node.appendChild(text);
  });
  const title = svg("text", { class: "tc-tick", y: 309, "text-anchor": "middle" });
  title.textContent = "sweeps";
  node.append(title);
  return {
    node,
    layout(width) {
      right = width - 2;
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      plots.forEach(({ lines }) => lines.forEach((line) => move(line, { x2: right })));
      const middle = (left + right) / 2;
      move(ticks[0], { x: left, "text-anchor": "start" });
      move(ticks[1], { x: middle, "text-anchor": "middle" });
      move(ticks[2], { x: right, "text-anchor": "end" });
      move(title, { x: middle });
    },
    /** exact: for each plot the values that the infinite lattice has. */
    update({ sweeps, magnetisations, energies }, exact) {
      const first = Math.max(0, sweeps - TRACED + 1);
      // About one sweep a pixel is enough; always the same ones, so that the trace does not flicker as it moves.
      const apart = Math.ceil(TRACED / (right - left));
      const x = (sweep) => right - ((sweeps - sweep) / TRACED) * (right - left);
      [magnetisations, energies].forEach((values, i) => {
        const { y, trace, exact: line } = plots[i];
        const point = (sweep) => `${x(sweep).toFixed(1)} ${y(values[sweep % TRACED]).toFixed(1)}`;
        let d = `M${point(sweeps)}`;
        for (let sweep = sweeps - (sweeps % apart); sweep >= first; sweep -= apart) d += `L${point(sweep)}`;
        move(trace, { d });
        move(line, { d: exact[i].map((value) => `M${left} ${y(value).toFixed(1)}H${right}`).join("") });
      });
    },
  };
}

function regime(temperature) {
  const critical = "the critical temperature 2/ln(1 + √2) ≈ 2.269";
  if (temperature === 0) return "At T = 0 spins follow their neighbours, and only ties are left to a coin: a hot start may end in stripes.";
  if (temperature === Infinity) return "At T = ∞ each spin is a coin, whatever its neighbours are.";
  if (temperature === CRITICAL_TEMPERATURE) return `At ${critical} there are domains of every size.`;
  return temperature < CRITICAL_TEMPERATURE
    ? `Below ${critical} one direction wins, though domains may take long to give way.`
    : `Above ${critical} neither direction wins: domains come and go.`;
}

function build({ model, body, table, cleanup, redraw }) {
  const side = model.get("side");
  const stops = model.get("temperatures").map(Number);
  const lattice = new Simulation(side);
  const picture = latticeCanvas(side);
  const traces = traceChart();
  let began = null; // the start and the seed that the lattice began from
  let due = 0; // sweeps, not yet a whole one
  let quiet = 0; // ms since the figures last changed

  const run = (sweeps) => {
    for (let i = 0; i < sweeps; i += 1) lattice.sweep();
  };
  const tick = (elapsed) => {
    due += (elapsed * model.get("speeds")[model.get("speed")]) / 1000;
    const whole = Math.floor(due);
    due -= whole;
    quiet += elapsed;
    if (whole === 0) return;
    run(whole);
    paint();
    if (quiet >= CALM) tell();
  };
  const step = () => {
    run(1);
    redraw();
  };
  const { controls } = player({ node: body, tick, step, redraw, cleanup });

  const caption = element("figcaption");
  const swatch = (label) => {
    const square = element("i", { class: "tc-swatch" });
    return [element("span", {}, square, label), square];
  };
  const [upKey, upSquare] = swatch("up, +1");
  const [downKey, downSquare] = swatch("down, −1");
  upSquare.style.background = UP;
  const key = element("p", { class: "tc-key" }, upKey, downKey);
  const latticePanel = element("figure", { class: "tc-panel" }, caption, picture.node, key, controls);
  const dashes = element("i", { class: "tc-dashes" });
  const exactKey = element("span", { class: "tc-aside" }, dashes, "exact, infinite lattice");
  const tracesCaption = element("figcaption", {}, "Per spin ", exactKey);
  const tracesPanel = element("figure", { class: "tc-panel" }, tracesCaption, traces.node);
  body.append(element("div", { class: "tc-pair" }, latticePanel, tracesPanel));
  const say = facts(body, ["Sweeps", "Magnetisation m", "Energy e"]);
  const note = element("p", { class: "tc-note" });
  body.append(note);

  const restart = () => {
    began = { start: model.get("start"), seed: model.get("seed") };
    lattice.restart(STARTS[began.start], began.seed);
    due = 0;
  };

  const exact = () => {
    const m = exactMagnetisation(lattice.temperature);
    const e = exactEnergy(lattice.temperature);
    return { m, e, mText: m === 0 ? "0" : `±${known(m)}`, eText: known(e) };
  };

  const paint = () => {
    const { m, e } = exact();
    picture.update(lattice.spins, temperatureColour(lattice.temperature));
    traces.update(lattice, [[m, -m], [e]]);
  };

  const tell = () => {
    quiet = 0;
    const { m, e, mText, eText } = exact();
    const { magnetisations, energies } = lattice;
    const measured = (value) => ({ text: figure(value), value });
    say([
      lattice.sweeps.toLocaleString("en"),
      `${figure(lattice.now(magnetisations))} (exact ${mText})`,
      `${figure(lattice.now(energies))} (exact ${eText})`,
    ]);
    table.update({
      title: `${side} × ${side} spins at T = ${number(lattice.temperature)} after ${counted(lattice.sweeps)}`,
      columns: ["Per spin", "Now", `Average of ${counted(lattice.held)}`, "Exact, infinite lattice"],
      lines: [
        [
          cell.name("Magnetisation m"),
          measured(lattice.now(magnetisations)),
          measured(lattice.mean(magnetisations)),
          { text: mText },
        ],
        [
          cell.name("Its size |m|"),
          measured(Math.abs(lattice.now(magnetisations))),
          measured(lattice.mean(magnetisations, Math.abs)),
          { text: known(m), value: m },
        ],
        [
          cell.name("Energy e"),
          measured(lattice.now(energies)),
          measured(lattice.mean(energies)),
          { text: eText, value: e },
        ],
      ],
    });
  };

  const update = () => {
    if (began?.start !== model.get("start") || began.seed !== model.get("seed")) restart();
    lattice.hold(stops[model.get("index")]);
    setText(caption, `${side} × ${side} spins at T = ${number(lattice.temperature)}`);
    downSquare.style.background = temperatureColour(lattice.temperature);
    setText(note, regime(lattice.temperature));
    paint();
    tell();
  };

  cleanup(onWidth(latticePanel, picture.layout));
  cleanup(onWidth(tracesPanel, (width) => (traces.layout(width), update())));

  const summary = () => {
    const { mText, eText } = exact();
    const { magnetisations, energies } = lattice;
    return (
      `After ${counted(lattice.sweeps)} at temperature ${number(lattice.temperature)}: ` +
      `magnetisation ${figure(lattice.now(magnetisations))}, energy ${figure(lattice.now(energies))} per spin; ` +
      `exact for an infinite lattice ${mText} and ${eText}.`
    );
  };
  const reset = () => {
    restart();
    redraw();
  };
  return { update, summary, reset };
}

export default explorable({
  name: "explore_ising",
  title: "Explore the Ising model",
  settings: () => [
    temperatureSetting(),
    choiceSetting("start", "start", () => STARTS),
    numberSetting("seed", () => [0, LAST_SEED, 1]),
    choiceSetting("speed", "speed", (model) => model.get("speeds").map(String)),
  ],
  watch: () => ["index", "start", "seed"],
  build,
});
