// Pieces of charts in SVG. Elements are made once and then only moved. One SVG unit is one CSS pixel: charts
// are laid out by the width that they are given, so text keeps its size on a phone.

import { setText } from "./text.js";

const COLD = [0x21, 0x66, 0xac];
const ONE = [0x7f, 0x5a, 0x9c];
const HOT = [0xc8, 0x37, 0x2d];

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  move(node, attributes);
  node.append(...children);
  return node;
}

/** Set attributes, but touch only those that change: an untouched element costs no layout. */
export function move(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}

/** A group whose marks have a temperature's colour; `tint` gives it one. */
export function tinted() {
  const node = svg("g", { class: "tc-tinted" });
  let last = "";
  const tint = (colour) => {
    if (colour !== last) node.style.setProperty("--tc-temperature", (last = colour));
  };
  return { node, tint };
}

/** The course's colour of a temperature, from cold blue to hot red; u = τ/(1+τ) is the place on the ramp. */
export function temperatureColour(temperature) {
  const u = temperature === Infinity ? 1 : temperature / (1 + temperature);
  const [from, to, t] = u < 0.5 ? [COLD, ONE, 2 * u] : [ONE, HOT, 2 * u - 1];
  const channels = from.map((channel, i) => Math.round(channel + t * (to[i] - channel)));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** An element's width, or a phone's while it is not shown. */
export function widthOf(node) {
  return Math.round(node.clientWidth) || 320;
}

/** Call back with the element's width now and whenever it changes; returns what stops it. */
export function onWidth(node, callback) {
  let last = 0;
  const tell = () => {
    if (widthOf(node) !== last) callback((last = widthOf(node)));
  };
  const observer = new ResizeObserver(tell);
  observer.observe(node);
  tell();
  return () => observer.disconnect();
}

/**
 * Horizontal bars over 0 to 1, a row a class: name, bar, value, and, with `claims`, a second line and an
 * outlined diamond for a number that somebody claimed.
 */
export function barChart(size, { claims = false, label }) {
  const rowHeight = claims ? 42 : 30;
  const axisHeight = 22;
  const height = size * rowHeight + axisHeight;
  const node = svg("svg", { class: "tc-chart", height, role: "img", "aria-label": label });
  const grid = [0, 0.25, 0.5, 0.75, 1].map((at) => {
    const line = svg("line", { class: "tc-grid", y1: 2, y2: height - axisHeight + 2 });
    const text = svg("text", { class: "tc-tick", y: height - 5 });
    text.textContent = `${100 * at} %`;
    node.append(line, text);
    return { at, line, text };
  });
  const marks = tinted();
  node.append(marks.node);
  const rows = Array.from({ length: size }, (_, i) => {
    const y = i * rowHeight;
    const middle = y + rowHeight / 2;
    const row = {
      name: svg("text", { class: "tc-label", x: 0, y: middle + 5 }),
      bar: svg("rect", { class: "tc-bar", y: y + 6, height: rowHeight - 12, rx: 2 }),
      value: svg("text", { class: "tc-value", y: middle + 5 }),
    };
    marks.node.append(row.bar);
    node.append(row.name, row.value);
    if (claims) {
      row.claim = svg("text", { class: "tc-claim", y: middle + 14 });
      row.diamond = svg("path", { class: "tc-diamond", d: diamond(7) });
      node.append(row.claim, row.diamond);
    }
    return row;
  });
  let left = 0;
  let span = 1;
  let right = 1;

  return {
    node,
    layout(width, labelWidth) {
      left = labelWidth;
      right = width;
      span = Math.max(20, width - left - (claims ? 72 : 66));
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      for (const { at, line, text } of grid) {
        const x = left + at * span;
        const shown = at % 0.5 === 0 || span > 220;
        const visibility = shown ? "visible" : "hidden";
        move(line, { x1: x, x2: x, visibility });
        move(text, { x, "text-anchor": "middle", visibility });
      }
      for (const { bar, value, claim } of rows) {
        move(bar, { x: left });
        move(value, { x: right });
        if (claim) move(claim, { x: right });
      }
    },
    /** names, values: texts a row; claimed: numbers, or null where nothing is claimed. */
    update({ probabilities, names, values, colour, claimed = [] }) {
      marks.tint(colour);
      rows.forEach((row, i) => {
        const p = probabilities[i];
        // A sliver for what is small but not nothing.
        move(row.bar, { width: p > 0 ? Math.max(1, p * span) : 0 });
        setText(row.name, names[i]);
        setText(row.value, values[i]);
        if (!row.claim) return;
        const claim = claimed[i] ?? null;
        setText(row.claim, claim === null ? "" : `◇ ${Number((100 * claim).toPrecision(4))} %`);
        const visibility = claim === null ? "hidden" : "visible";
        const y = i * rowHeight + rowHeight / 2;
        move(row.value, { y: claim === null ? y + 5 : y - 3 });
        move(row.diamond, { visibility, transform: `translate(${left + (claim ?? 0) * span} ${y})` });
      });
    },
  };
}

export function diamond(r) {
  return `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
}

/**
 * Places on a temperature axis: the stops 0 and ∞ at its ends, each set off by a break, and the logarithmic
 * grid between. `at` takes a temperature to its x, `temperature` an x between the breaks back, and `nearest`
 * an x to the index of the stop nearest to it.
 */
export function temperatureAxis(stops, left, right) {
  const gap = Math.min(38, (right - left) / 9);
  const first = stops[1];
  const last = stops[stops.length - 2];
  const [from, to] = [left + gap, right - gap];
  const at = (temperature) => {
    if (temperature === 0) return left;
    if (temperature === Infinity) return right;
    return from + ((to - from) * Math.log(temperature / first)) / Math.log(last / first);
  };
  const places = stops.map(at);
  const nearest = (x) =>
    places.reduce((best, place, i) => (Math.abs(place - x) < Math.abs(places[best] - x) ? i : best), 0);
  const temperature = (x) => first * (last / first) ** Math.min(1, Math.max(0, (x - from) / (to - from)));
  return { at, nearest, temperature, left, right, from, to, gap };
}

/** Draw the axis' line with its two breaks, and its ticks. Returns what lays it out for an axis. */
export function temperatureAxisMarks(parent, ticks, symbol = "τ") {
  const line = svg("path", { class: "tc-axis" });
  const texts = ticks.map((tick) => {
    const text = svg("text", { class: "tc-tick", "text-anchor": "middle" });
    text.textContent = tick === Infinity ? "∞" : String(tick);
    return text;
  });
  const title = svg("text", { class: "tc-tick", "text-anchor": "middle" });
  title.textContent = `temperature ${symbol}, log scale`;
  parent.append(line, ...texts, title);
  return (axis, y) => {
    const slash = (x) => `M${x - 6} ${y + 5}l5 -10m3 0l-5 10`;
    const [a, b] = [axis.left + axis.gap / 2, axis.right - axis.gap / 2];
    const d = `M${axis.left - 4} ${y}H${a - 4}M${a + 3} ${y}H${b - 4}M${b + 3} ${y}H${axis.right + 4}`;
    move(line, { d: d + slash(a) + slash(b) });
    ticks.forEach((tick, i) => move(texts[i], { x: axis.at(tick), y: y + 19 }));
    move(title, { x: (axis.left + axis.right) / 2, y: y + 37 });
  };
}

/** A horizontal gradient that gives each place on a temperature axis the colour of its temperature. */
export function temperatureGradient(parent) {
  // Each kind of explorable loads a copy of this file, so a count would give the same ids twice on a page.
  const id = `tc-gradient-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const gradient = svg("linearGradient", { id, gradientUnits: "userSpaceOnUse", y1: 0, y2: 0 });
  parent.append(svg("defs", {}, gradient));
  return {
    paint: `url(#${id})`,
    layout(axis) {
      move(gradient, { x1: axis.left, x2: axis.right });
      const stops = Array.from({ length: 25 }, (_, i) => {
        const stop = svg("stop", { class: "tc-stop", offset: i / 24 });
        const x = axis.left + (i / 24) * (axis.right - axis.left);
        stop.style.setProperty("--tc-temperature", temperatureColour(axis.temperature(x)));
        return stop;
      });
      gradient.replaceChildren(...stops);
    },
  };
}

/** Push heights apart so that labels of `room` pixels do not overlap, in order, within [low, high]. */
export function spread(heights, room, low, high) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
  const placed = [...heights];
  let floor = low;
  for (const i of order) floor = (placed[i] = Math.max(placed[i], floor)) + room;
  let ceiling = high;
  for (const i of order.reverse()) ceiling = (placed[i] = Math.min(placed[i], ceiling)) - room;
  return placed;
}

/** Points on a number line, a row a class, with a stem from zero: what the bars beside them are made of. */
export function dotChart(size, { low, high, label }) {
  const rowHeight = 30;
  const height = size * rowHeight + 22;
  const node = svg("svg", { class: "tc-chart", height, role: "img", "aria-label": label });
  const ticks = [low, low / 2, 0, high / 2, high].map((at) => {
    const line = svg("line", { class: at === 0 ? "tc-axis" : "tc-grid", y1: 2, y2: height - 20 });
    const text = svg("text", { class: "tc-tick", y: height - 5, "text-anchor": "middle" });
    text.textContent = String(at).replace("-", "−");
    node.append(line, text);
    return { at, line, text };
  });
  const rows = Array.from({ length: size }, (_, i) => {
    const y = i * rowHeight + rowHeight / 2;
    const row = {
      name: svg("text", { class: "tc-label", x: 0, y: y + 5 }),
      stem: svg("line", { class: "tc-stem", y1: y, y2: y }),
      dot: svg("circle", { class: "tc-score", cy: y, r: 6 }),
      value: svg("text", { class: "tc-value", y: y + 5 }),
    };
    node.append(row.stem, row.dot, row.name, row.value);
    return row;
  });
  let x = (value) => value;
  return {
    node,
    layout(width, labelWidth) {
      const left = labelWidth + 8;
      const right = width - 62;
      x = (value) => left + ((value - low) / (high - low)) * (right - left);
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      for (const { at, line, text } of ticks) {
        move(line, { x1: x(at), x2: x(at) });
        move(text, { x: x(at) });
      }
      for (const { stem, value } of rows) {
        move(stem, { x1: x(0) });
        move(value, { x: width });
      }
    },
    update({ values, names, texts }) {
      rows.forEach(({ name, stem, dot, value }, i) => {
        setText(name, names[i]);
        setText(value, texts[i]);
        move(stem, { x2: x(values[i]) });
        move(dot, { cx: x(values[i]) });
      });
    },
  };
}

// A curve is told from the next by its dashes and by the number that rides on the cursor, not by its colour:
// that is the temperature's.
const DASHES = [
  ...["none", "9 4", "3 3", "12 3 3 3", "6 6", "1 4"],
  ...["9 3 1 3", "14 5", "4 2", "12 3 1 3 1 3", "2 6", "7 2"],
];

/** Let a pointer on a chart choose the stop under it. Up and down still scroll the page on a touch screen. */
export function pickWithPointer(node, axis, pick) {
  const choose = (event) => pick(axis().nearest(event.clientX - node.getBoundingClientRect().left));
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    node.setPointerCapture(event.pointerId);
    choose(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) choose(event);
  });
}

/**
 * The curves p_i(τ) above H(τ) over one temperature axis, with a cursor.
 *
 * grid    temperatures of the points between the breaks
 * values  for each of them the probabilities, then the entropy; `ends` holds the same at τ = 0 and τ = ∞
 */
export function curveChart({ stops, grid, size, values, ends, unmasked, pick }) {
  const [top, tall, between, low] = [26, 190, 46, 84];
  const [base, floor] = [top + tall, top + tall + between + low];
  const height = floor + 44;
  const node = svg("svg", {
    class: "tc-chart tc-pick",
    height,
    role: "img",
    "aria-label": "Probabilities and entropy over temperature, with a cursor at the chosen one",
  });
  const gradient = temperatureGradient(node);
  const highest = Math.log(unmasked) || 1;
  const yOf = (p) => base - p * tall;
  const yOfEntropy = (h) => floor - (h / highest) * low;

  const levels = [
    ...[0, 0.5, 1].map((p) => [yOf(p), `${100 * p} %`]),
    [yOfEntropy(0), "0"],
    [yOfEntropy(highest), highest.toFixed(2)],
  ].map(([y, label]) => {
    const line = svg("line", { class: "tc-grid", y1: y, y2: y });
    const text = svg("text", { class: "tc-tick", x: 36, y: y + 4, "text-anchor": "end" });
    text.textContent = label;
    node.append(line, text);
    return line;
  });
  const limits = [[0, "argmax", "start"], [1, "unchanged", "middle"], [Infinity, "uniform", "end"]].map(
    ([temperature, label, anchor]) => {
      const line = svg("line", { class: "tc-limit", y1: top - 8, y2: floor });
      const text = svg("text", { class: "tc-tick", y: 12, "text-anchor": anchor });
      text.textContent = label;
      node.append(line, text);
      return { temperature, line, text };
    },
  );
  const title = svg("text", { class: "tc-tick", x: 46, y: base + between - 8 });
  title.textContent = "entropy H, nats";
  node.append(title);
  const layAxis = temperatureAxisMarks(node, [0, 0.01, 0.1, 1, 10, 100, Infinity]);
  const area = svg("path", { class: "tc-area", fill: gradient.paint });
  node.append(area);
  const drawn = Array.from({ length: size + 1 }, (_, i) => {
    const dash = i < size ? DASHES[i % DASHES.length] : "none";
    const y = i < size ? yOf : yOfEntropy;
    const curve = {
      line: svg("path", { class: "tc-curve", stroke: gradient.paint, "stroke-dasharray": dash }),
      bridges: svg("path", { class: "tc-bridge" }),
      ends: [0, 1].map((end) => svg("circle", { class: "tc-end", r: 4, cy: y(ends[end][i]) })),
    };
    if (i < size && values.every((row) => row[i] === 0)) return { ...curve, masked: true };
    node.append(curve.bridges, curve.line, ...curve.ends);
    return curve;
  });
  const cursor = svg("line", { class: "tc-cursor", y1: top - 8, y2: floor });
  const marks = tinted();
  marks.node.append(cursor);
  node.append(marks.node);
  const riders = drawn.map(({ masked }, i) => {
    const rider = {
      leader: svg("line", { class: "tc-leader" }),
      dot: svg("circle", { class: "tc-dot", r: 4.5 }),
      label: svg("text", { class: "tc-rider", "text-anchor": "middle" }),
    };
    rider.label.textContent = i < size ? String(i + 1) : "H";
    if (masked) return rider;
    marks.node.append(rider.leader, rider.dot);
    node.append(rider.label);
    return rider;
  });
  let axis = null;
  pickWithPointer(node, () => axis, pick);

  return {
    node,
    layout(width) {
      axis = temperatureAxis(stops, 46, width - 14);
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      gradient.layout(axis);
      layAxis(axis, floor);
      levels.forEach((line) => move(line, { x1: axis.left, x2: axis.right }));
      limits.forEach(({ temperature, line, text }) => {
        const x = axis.at(temperature);
        move(line, { x1: x, x2: x });
        move(text, { x: x + { start: -6, middle: 0, end: 6 }[text.getAttribute("text-anchor")] });
      });
      drawn.forEach(({ line, bridges, ends: circles }, i) => {
        const y = i < size ? yOf : yOfEntropy;
        const points = grid.map((t, k) => `${axis.at(t).toFixed(1)} ${y(values[k][i]).toFixed(1)}`);
        const d = `M${points.join("L")}`;
        move(line, { d });
        move(bridges, {
          d:
            `M${axis.left} ${y(ends[0][i])}L${points[0]}` +
            `M${points.at(-1)}L${axis.right} ${y(ends[1][i])}`,
        });
        move(circles[0], { cx: axis.left });
        move(circles[1], { cx: axis.right });
        if (i === size) move(area, { d: `${d}L${axis.to} ${floor}L${axis.from} ${floor}Z` });
      });
    },
    update({ temperature, probabilities, entropy }) {
      const x = axis.at(temperature);
      marks.tint(temperatureColour(temperature));
      move(cursor, { x1: x, x2: x });
      const heights = [...probabilities.map(yOf), yOfEntropy(entropy)];
      const side = x > (axis.left + axis.right) / 2 ? -1 : 1;
      const shown = drawn.flatMap(({ masked }, i) => (masked || i === size ? [] : [i]));
      const room = Math.min(16, (tall + 16) / shown.length);
      const placed = spread(shown.map((i) => heights[i]), room, top - 2, base + 6);
      riders.forEach(({ leader, dot, label }, i) => {
        const y = i === size ? heights[i] : (placed[shown.indexOf(i)] ?? heights[i]);
        move(dot, { cx: x, cy: heights[i] });
        move(leader, { x1: x, y1: heights[i], x2: x + 13 * side, y2: y });
        move(label, { x: x + 19 * side, y: y + 4.5 });
      });
    },
  };
}

/** How far each temperature misses: dots where the reader has looked, a ring at the best. */
export function missChart({ stops, pick }) {
  const [top, tall] = [22, 110];
  const base = top + tall;
  const height = base + 44;
  const node = svg("svg", {
    class: "tc-chart tc-pick",
    height,
    role: "img",
    "aria-label": "Largest miss over temperature, where you have looked",
  });
  const title = svg("text", { class: "tc-tick", x: 0, y: 10 });
  title.textContent = "largest miss, points";
  const levels = [0, 1].map(() => ({
    line: svg("line", { class: "tc-grid" }),
    text: svg("text", { class: "tc-tick", x: 26, "text-anchor": "end" }),
  }));
  const whole = svg("path", { class: "tc-whole" });
  const seen = svg("path", { class: "tc-seen" });
  const ring = svg("circle", { class: "tc-ring", r: 8 });
  const cursor = svg("line", { class: "tc-cursor", y1: top - 4, y2: base });
  const dot = svg("circle", { class: "tc-dot", r: 4.5 });
  node.append(title, ...levels.flatMap(({ line, text }) => [line, text]));
  const layAxis = temperatureAxisMarks(node, [0, 0.1, 0.3, 1, 3, 10, Infinity]);
  const marks = tinted();
  marks.node.append(cursor, dot);
  node.append(whole, seen, marks.node, ring);
  let axis = null;
  pickWithPointer(node, () => axis, pick);
  return {
    node,
    layout(width) {
      axis = temperatureAxis(stops, 36, width - 14);
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      layAxis(axis, base);
      levels.forEach(({ line }) => move(line, { x1: axis.left, x2: axis.right }));
    },
    /** misses: points for each stop; visited: stops; best, index: a stop; revealed: draw the whole curve. */
    update({ misses, visited, best, index, revealed }) {
      const highest = Math.ceil(Math.max(...misses) / 10) * 10;
      const y = (miss) => base - (miss / highest) * tall;
      const point = (i) => `${axis.at(stops[i]).toFixed(1)} ${y(misses[i]).toFixed(1)}`;
      marks.tint(temperatureColour(stops[index]));
      levels.forEach(({ line, text }, i) => {
        move(line, { y1: y(i * highest), y2: y(i * highest) });
        move(text, { y: y(i * highest) + 4 });
        setText(text, String(i * highest));
      });
      const inner = stops.map((_, i) => i).slice(1, -1);
      move(whole, { d: revealed ? `M${inner.map(point).join("L")}` : "" });
      move(seen, { d: visited.map((i) => `M${point(i)}h0`).join("") });
      const x = axis.at(stops[index]);
      move(cursor, { x1: x, x2: x });
      move(dot, { cx: x, cy: y(misses[index]) });
      move(ring, { cx: axis.at(stops[best]), cy: y(misses[best]) });
    },
  };
}
