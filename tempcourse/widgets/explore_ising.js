import { temperatureColour } from "./kit/colours.js";
import { element, move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { bottomAxis, chartFrame } from "./kit/frame.js";
import { facts, keyEntry, note, pair, panel } from "./kit/panels.js";
import { player } from "./kit/player.js";
import { choiceSetting, seedSetting, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { number, whole } from "./kit/words.js";
import {
  CRITICAL_TEMPERATURE,
  exactEnergy,
  exactMagnetisation,
  isingEnergy,
  isingLattice,
  isingSweep,
  magnetisation,
} from "./maths/ising.js";
import { randomSource } from "./maths/random.js";

const TRACED = 1000; // sweeps that are remembered
const LARGEST = 384; // pixels that the lattice takes at most
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
  return sweeps === 1 ? "1 sweep" : `${whole(sweeps)} sweeps`;
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
    update({ spins, temperature }) {
      const [up, down] = [rgba(UP), rgba(temperatureColour(temperature))];
      for (let i = 0; i < spins.length; i += 1) pixels.setUint32(4 * i, spins[i] > 0 ? up : down);
      context.putImageData(image, 0, 0);
    },
  };
}

/** Magnetisation above energy over the sweeps that are remembered, the newest at the right. */
function traceChart() {
  const plot = (name, low) => ({ name, low, high: low + 2, tall: 104, text: (value) => number(value) });
  const frame = chartFrame({
    ...{ label: "Magnetisation and energy over the last sweeps", left: 30, top: 26, between: 44 },
    plots: [plot("magnetisation m", -1), plot("energy e", -2)],
  });
  const past = [TRACED, TRACED / 2].map((ago) => `−${whole(ago)}`);
  const axis = bottomAxis(frame, "sweeps", [...past, "now"], ["start", "middle", "end"]);
  const lines = frame.plots.map(({ y }) => {
    const [exact, trace] = ["tc-exact", "tc-trace"].map((kind) => svg("path", { class: kind }));
    frame.node.append(exact, trace);
    return { y, exact, trace };
  });
  return {
    node: frame.node,
    layout(width) {
      frame.layout(width, 2);
      axis.layout([0, 0.5, 1].map(frame.x));
    },
    /** exact: for each plot the values that the infinite lattice has. */
    update({ sweeps, magnetisations, energies }, exact) {
      const { left, right } = frame;
      const first = Math.max(0, sweeps - TRACED + 1);
      // About one sweep a pixel is enough; always the same ones, so that the trace does not flicker as it moves.
      const apart = Math.ceil(TRACED / (right - left));
      [magnetisations, energies].forEach((values, i) => {
        const { y, trace, exact: line } = lines[i];
        const point = (sweep) => {
          const x = right - ((sweeps - sweep) / TRACED) * (right - left);
          return `${x.toFixed(1)} ${y(values[sweep % TRACED]).toFixed(1)}`;
        };
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
  if (temperature === 0) {
    const ties = "only ties are left to a coin: a hot start may end in stripes.";
    return `At T = 0 spins follow their neighbours, and ${ties}`;
  }
  if (temperature === Infinity) return "At T = ∞ each spin is a coin, whatever its neighbours are.";
  if (temperature === CRITICAL_TEMPERATURE) return `At ${critical} there are domains of every size.`;
  return temperature < CRITICAL_TEMPERATURE
    ? `Below ${critical} one direction wins, though domains may take long to give way.`
    : `Above ${critical} neither direction wins: domains come and go.`;
}

/** What the infinite lattice has at a temperature, as numbers and in words. */
function exactOf({ temperature }) {
  const [m, e] = [exactMagnetisation(temperature), exactEnergy(temperature)];
  return { m, e, mText: m === 0 ? "0" : `±${known(m)}`, eText: known(e) };
}

function factsOf(lattice) {
  const { mText, eText } = exactOf(lattice);
  return [
    whole(lattice.sweeps),
    `${figure(lattice.now(lattice.magnetisations))} (exact ${mText})`,
    `${figure(lattice.now(lattice.energies))} (exact ${eText})`,
  ];
}

function tableOf(lattice) {
  const { side, temperature, sweeps, held, magnetisations, energies } = lattice;
  const { m, e, mText, eText } = exactOf(lattice);
  const measured = (value) => cell.text(figure(value), { value });
  const line = (name, values, of, exact) => [
    cell.text(name),
    measured(of(lattice.now(values))),
    measured(lattice.mean(values, of)),
    exact,
  ];
  return {
    title: `${side} × ${side} spins at T = ${number(temperature)} after ${counted(sweeps)}`,
    columns: ["Per spin", "Now", `Average of ${counted(held)}`, "Exact, infinite lattice"],
    lines: [
      line("Magnetisation m", magnetisations, (value) => value, cell.text(mText)),
      line("Its size |m|", magnetisations, Math.abs, cell.text(known(m), { value: m })),
      line("Energy e", energies, (value) => value, cell.text(eText, { value: e })),
    ],
  };
}

function summaryOf(lattice) {
  const { mText, eText } = exactOf(lattice);
  const [m, e] = [lattice.magnetisations, lattice.energies].map((values) => figure(lattice.now(values)));
  return (
    `After ${counted(lattice.sweeps)} at temperature ${number(lattice.temperature)}: ` +
    `magnetisation ${m}, energy ${e} per spin; exact for an infinite lattice ${mText} and ${eText}.`
  );
}

function build({ model, body, table, fit, redraw, cleanup }) {
  const side = model.get("side");
  const lattice = new Simulation(side);
  const picture = latticeCanvas(side);
  const traces = traceChart();
  let began = null; // the start and the seed that the lattice began from
  let due = 0; // sweeps, not yet a whole one

  const drawFrame = () => {
    const { m, e } = exactOf(lattice);
    picture.update(lattice);
    traces.update(lattice, [[m, -m], [e]]);
  };
  const figures = facts(["Sweeps", "Magnetisation m", "Energy e"]);
  const writeFigures = () => {
    figures.write(factsOf(lattice));
    table.update(tableOf(lattice));
  };
  const tick = (elapsed) => {
    due += (elapsed * model.get("speeds")[model.get("speed")]) / 1000;
    if (due < 1) return;
    for (; due >= 1; due -= 1) lattice.sweep();
    drawFrame();
  };
  const step = () => lattice.sweep();
  const { controls } = player({ node: body, tick, writeFigures, step, redraw, cleanup });

  const latticePanel = panel(picture);
  const [up, down] = ["up, +1", "down, −1"].map((text) => keyEntry("tc-swatch", text));
  up.firstChild.style.background = UP;
  latticePanel.node.append(element("p", { class: "tc-key" }, up, down), controls);
  const exactKey = keyEntry("tc-dashes", "exact, infinite lattice");
  const tracesPanel = panel(traces, { title: "Per spin", aside: exactKey });
  const remark = note();
  body.append(pair(latticePanel, tracesPanel), figures.node, remark);
  fit(latticePanel.node, picture.layout);
  fit(tracesPanel.node, traces.layout);

  const restart = () => {
    began = { start: model.get("start"), seed: model.get("seed") };
    lattice.restart(model.get("starts")[began.start], began.seed);
    due = 0;
  };
  const update = () => {
    if (began?.start !== model.get("start") || began.seed !== model.get("seed")) restart();
    lattice.hold(model.get("temperatures")[model.get("temperature_index")]);
    const { temperature } = lattice;
    latticePanel.setTitle(`${side} × ${side} spins at T = ${number(temperature)}`);
    down.firstChild.style.background = temperatureColour(temperature);
    setText(remark, regime(temperature));
    drawFrame();
    writeFigures();
  };
  const reset = () => {
    restart();
    redraw();
  };
  return { update, summary: () => summaryOf(lattice), reset };
}

export default explorable({
  name: "explore_ising",
  title: "Explore the Ising model",
  settings: () => [
    temperatureSetting(),
    choiceSetting("start", "start", (model) => model.get("starts")),
    seedSetting(0),
    choiceSetting("speed", "speed", (model) => model.get("speeds").map(String)),
  ],
  build,
});
