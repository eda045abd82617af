import { entropy, softmax } from "./maths.js";
import { cell, choiceSetting, element, explorable, facts, number, percent, temperatureSetting } from "./explorable.js";
import { move, onWidth, svg, temperatureColour, tinted } from "./charts.js";
import { quantityChart } from "./quantities.js";
import { setText } from "./text.js";

const WORDS = "ABCD";
const LEAVES = "abcdefghijkl";
const TICKS = [0, 0.1, 0.3, 1, 3, 10, Infinity];
const WIDTH = 2; // of the beam

/** The branches of a tree at a temperature on each token: first words, and what follows each. */
function byToken({ first, then }, temperature) {
  const tempered = (row) => softmax(row.map(Math.log), temperature);
  return { first: tempered(first), then: then.map(tempered) };
}

/** The same at a temperature on the text as a whole: softmax over all texts, and the branches that it makes. */
function asWhole({ first, then }, temperature) {
  const logs = then.map((row, i) => row.map((p) => Math.log(first[i]) + Math.log(p)));
  const texts = softmax(logs.flat(), temperature);
  let end = 0;
  const joint = then.map((row) => texts.slice(end, (end += row.length)));
  const sums = joint.map((row) => row.reduce((total, p) => total + p, 0));
  return { first: sums, then: joint.map((row, i) => row.map((p) => (sums[i] > 0 ? p / sums[i] : 0))), texts };
}

/** The probabilities of all texts. */
function textsOf({ first, then, texts }) {
  return texts ?? then.flatMap((row, i) => row.map((p) => first[i] * p));
}

/** How far texts drawn from p surprise who expects q: Σ p·log(p/q) in nats. */
function divergence(p, q) {
  return Math.max(0, p.reduce((total, share, i) => total + (share > 0 ? share * Math.log(share / q[i]) : 0), 0));
}

/** Indices of the largest numbers that are not 0, the largest first; of those that tie, the first. */
function largestOf(values, count) {
  const order = [...values.keys()].filter((i) => values[i] > 0).sort((a, b) => values[b] - values[a] || a - b);
  return order.slice(0, count);
}

/** The texts, by index, that a beam search ends with; of width 1, the greedy text. */
function beam({ first, then }, width) {
  const starts = then.map((_, i) => then.slice(0, i).flat().length);
  const kept = largestOf(first, width);
  const ways = kept.flatMap((i) => then[i].map((p, j) => ({ p: first[i] * p, text: starts[i] + j })));
  return largestOf(ways.map(({ p }) => p), width).map((i) => ways[i].text);
}

/**
 * The tree, its branches as wide as they are likely; beside each text its probability twice, and who ends there.
 */
function treePicture({ first, then }, { greedy, best }) {
  const [tall, apart, thick, top] = [50, 10, 34, 8];
  const parents = then.flatMap((row, i) => row.map(() => i));
  const names = then.flatMap((row, i) => row.map((_, j) => `${WORDS[i]}\u00a0${LEAVES[j]}`));
  const rowAt = names.map((_, k) => top + k * tall + parents[k] * apart + tall / 2);
  const middles = first.map((_, i) => {
    const own = rowAt.filter((_, k) => parents[k] === i);
    return (own[0] + own.at(-1)) / 2;
  });
  const root = (middles[0] + middles.at(-1)) / 2;
  const foot = rowAt.at(-1) + tall / 2;
  const height = foot + 22;
  const node = svg("svg", {
    class: "tc-chart",
    height,
    role: "img",
    "aria-label": "A tree of texts of two words, and the probability of each text under both temperatures",
  });
  const grid = [0, 0.5, 1].map((at) => {
    const line = svg("line", { class: at ? "tc-grid" : "tc-axis", y1: top, y2: foot });
    const text = svg("text", { class: "tc-tick", y: height - 5, "text-anchor": "middle" });
    setText(text, `${100 * at} %`);
    node.append(line, text);
    return { at, line, text };
  });
  const marks = tinted();
  const branches = [...first, ...names].map(() => svg("path", { class: "tc-branch" }));
  const paths = [greedy, best].map((_, i) => svg("path", { class: i ? "tc-route" : "tc-route tc-greedy" }));
  const words = middles.map((y) => {
    const aside = y < root ? -thick / 2 - 3 : thick / 2 + 13;
    return svg("text", { class: "tc-rider", "text-anchor": "middle", y: y + aside });
  });
  const rows = names.map((name, k) => {
    const y = rowAt[k];
    const row = {
      name: svg("text", { class: "tc-label", y: y - 8 }),
      found: svg("text", { class: "tc-tick", y: y + 6 }),
      kept: svg("text", { class: "tc-tick", y: y + 19 }),
      token: svg("rect", { class: "tc-bar", y: y - 17, height: 13 }),
      whole: svg("rect", { class: "tc-before", y: y + 3.5, height: 13 }),
      tokenValue: svg("text", { class: "tc-value", y: y - 5.5 }),
      wholeValue: svg("text", { class: "tc-value tc-second", y: y + 15 }),
    };
    setText(row.name, name);
    setText(row.found, [k === greedy && "greedy", k === best && "best"].filter(Boolean).join(", "));
    return row;
  });
  marks.node.append(...branches, ...rows.map(({ token }) => token));
  node.append(marks.node, ...paths, ...words);
  rows.forEach(({ token, ...rest }) => node.append(...Object.values(rest)));
  const x0 = 4;
  let [x1, x2, left, span] = [60, 110, 190, 100];

  const curve = (x, y, toX, toY) => {
    const [middle, from, to] = [(x + toX) / 2, y.toFixed(1), toY.toFixed(1)];
    return `M${x} ${from}C${middle} ${from} ${middle} ${to} ${toX} ${to}`;
  };
  return {
    node,
    names,
    layout(width) {
      x2 = Math.max(88, Math.min(240, width * 0.33));
      x1 = x2 * 0.5;
      left = x2 + 82;
      span = width - left - 58;
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      grid.forEach(({ at, line, text }) => {
        move(line, { x1: left + at * span, x2: left + at * span });
        move(text, { x: left + at * span, visibility: at === 0.5 && span < 120 ? "hidden" : "visible" });
      });
      words.forEach((text) => move(text, { x: x1 }));
      rows.forEach(({ name, found, kept, token, whole, tokenValue, wholeValue }) => {
        [name, found, kept].forEach((text) => move(text, { x: x2 + 6 }));
        [token, whole].forEach((bar) => move(bar, { x: left }));
        [tokenValue, wholeValue].forEach((text) => move(text, { x: width }));
      });
    },
    /** tree: whose branches are drawn; token, whole: probabilities of the texts; beams: texts, by index. */
    update({ tree, token, whole, beams, colour }) {
      marks.tint(colour);
      const draw = (path, share, d) => move(path, { d, "stroke-width": share > 0 ? Math.max(1, share * thick).toFixed(2) : 0 });
      const starts = stacked(tree.first, thick, root);
      const routes = [];
      tree.first.forEach((share, i) => {
        draw(branches[i], share, curve(x0, starts[i], x1, middles[i]));
        setText(words[i], `${WORDS[i]} ${percent(Math.min(1, share))}`);
        const joint = tree.then[i].map((p) => share * p);
        stacked(joint, thick, middles[i]).forEach((y, j) => {
          const end = rowAt[routes.length];
          draw(branches[first.length + routes.length], joint[j], curve(x1, y, x2, end));
          routes.push(curve(x0, starts[i], x1, y) + curve(x1, y, x2, end));
        });
      });
      paths.forEach((path, i) => move(path, { d: routes[[greedy, best][i]] }));
      rows.forEach((row, text) => {
        const wide = (p) => (p > 0 ? Math.max(1, p * span) : 0).toFixed(1);
        move(row.token, { width: wide(token[text]) });
        move(row.whole, { width: wide(whole[text]) });
        setText(row.tokenValue, percent(token[text]));
        setText(row.wholeValue, percent(whole[text]));
        setText(row.kept, beams.includes(text) ? "beam" : "");
      });
    },
  };
}

/** The middles of bands of these shares that lie on each other, all around a height. */
function stacked(shares, thick, middle) {
  const total = shares.reduce((all, share) => all + share, 0);
  let edge = middle - (total * thick) / 2;
  return shares.map((share) => {
    edge += share * thick;
    return edge - (share * thick) / 2;
  });
}

/** The texts of the largest probability, up to rounding. */
function likeliest(p) {
  const most = Math.max(...p);
  return [...p.keys()].filter((i) => p[i] >= most * (1 - 1e-12));
}

function build({ model, body, table, cleanup }) {
  const stops = model.get("temperatures").map(Number);
  const presets = model.get("presets");
  let now = null;
  let picture = null;
  let chart = null;
  let width = 0;

  const swatch = (kind) => element("span", { class: `tc-swatch ${kind}` });
  const key = element("p", { class: "tc-key" });
  key.append(
    element("span", {}, swatch("tc-filled"), "token temperature"),
    element("span", {}, swatch("tc-hollow"), "sequence temperature"),
    element("span", {}, element("span", { class: "tc-dashes" }), "greedy path"),
    element("span", {}, element("span", { class: "tc-dashes tc-solid" }), "best path"),
  );
  const title = element("span");
  const panel = element("figure", { class: "tc-panel" });
  const aside = element("span", { class: "tc-aside" });
  const caption = element("figcaption", {}, title, " ", aside);
  const curves = element("figure", { class: "tc-panel" });
  const curvesCaption = element("figcaption", {}, "Entropy of the text, nats ");
  const ring = element("span", { class: "tc-aside" }, "ring: the likeliest text changes");
  curvesCaption.append(ring);
  body.append(panel, key);
  const say = facts(body, ["Likeliest: token τ", "Likeliest: sequence τ", "Entropies, nats", "KL, nats"]);
  const note = element("p", { class: "tc-note" });
  body.append(curves, note);

  const pick = (index) => {
    model.set("index", index);
    model.save_changes();
  };
  const state = () => {
    const preset = presets[model.get("preset")] ?? presets[0];
    const temperature = stops[model.get("index")];
    const trees = [byToken, asWhole].map((of) => of(preset, temperature));
    const [token, whole] = trees.map(textsOf);
    const mode = model.get("mode");
    // On the whole text a temperature changes no order, so the beam is the model's own.
    const beams = beam(mode ? preset : trees[0], WIDTH);
    return { preset, temperature, mode, tree: trees[mode] ?? trees[0], token, whole, beams };
  };
  const remake = () => {
    const { preset } = now;
    const [greedy] = beam(preset, 1);
    const [best] = largestOf(textsOf(preset), 1);
    picture = { ...treePicture(preset, { greedy, best }), greedy, best };
    const high = Math.log(preset.then.flat().length);
    const of = (tree) => (temperature) => entropy(textsOf(tree(preset, temperature)));
    chart = quantityChart({
      ...{ stops, pick, ticks: TICKS },
      label: "Entropy of the text over temperature, with a cursor at the chosen one",
      quantities: [
        { name: "by token temperature", of: of(byToken), low: 0, high },
        { name: "by sequence temperature", of: of(asWhole), low: 0, high },
      ],
    });
    ring.hidden = preset.flips.length === 0;
    panel.replaceChildren(caption, picture.node);
    curves.replaceChildren(curvesCaption, chart.node);
    layout();
  };
  const layout = () => {
    picture.layout(width);
    chart.layout(width);
  };

  const most = (p) => {
    const [first, ...others] = likeliest(p);
    return others.length ? `${others.length + 1} texts, ${percent(p[first])} each` : `${picture.names[first]}, ${percent(p[first])}`;
  };
  /** What to say of the orders of the texts at this temperature. */
  const verdict = () => {
    const { preset, temperature, token, whole } = now;
    const [ours, theirs] = [token, whole].map(likeliest);
    const agree = ours.some((text) => theirs.includes(text));
    const flip = preset.flips.map((at) => number(at)).join(" and ");
    const turn = flip ? ` By token temperature the likeliest text changes at τ ≈ ${flip}.` : "";
    if (temperature === 1) return `At τ = 1 both are the model itself.${turn}`;
    if (agree) return turn.trim();
    const name = (all) => all.map((text) => picture.names[text]).join(", ");
    return `Flipped: by token temperature ${name(ours)} is likeliest now, by sequence temperature ${name(theirs)}.${turn}`;
  };

  const tabulate = () => {
    const { preset, temperature, token, whole, beams } = now;
    const own = textsOf(preset);
    const found = (text) =>
      [text === picture.greedy && "greedy", text === picture.best && "best", beams.includes(text) && "beam"].filter(Boolean).join(", ");
    const none = { text: "" };
    table.update({
      title: `${preset.label} at τ = ${number(temperature)}`,
      columns: ["Text", "Model", "Token temperature", "Sequence temperature", "Found by"],
      lines: [
        ...picture.names.map((name, text) => [
          cell.name(name),
          cell.probability(own[text], 1),
          cell.probability(token[text], temperature),
          cell.probability(whole[text], temperature),
          { text: found(text) },
        ]),
        [
          cell.name("Entropy, nats"),
          cell.quantity(entropy(own), 1),
          cell.quantity(entropy(token), temperature),
          cell.quantity(entropy(whole), temperature),
          none,
        ],
        [cell.name("KL(token ‖ sequence), nats"), none, cell.quantity(divergence(token, whole), temperature), none, none],
      ],
    });
  };

  const update = () => {
    const before = now;
    now = state();
    const { preset, temperature, mode, tree, token, whole, beams } = now;
    if (preset !== before?.preset) remake();
    setText(title, `Texts at τ = ${number(temperature)}`);
    setText(aside, `branches: ${mode ? "sequence" : "token"} temperature`);
    picture.update({ tree, token, whole, beams, colour: temperatureColour(temperature) });
    chart.update(temperature, preset.flips.at(-1));
    const entropies = [token, whole].map((p) => entropy(p).toFixed(2)).join(" and ");
    say([most(token), most(whole), entropies, number(Number(divergence(token, whole).toPrecision(3)), 3)]);
    setText(note, `${preset.note} ${verdict()}`);
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
    const { preset, temperature, token, whole } = now;
    const each = picture.names.map((name, i) => `${name} ${percent(token[i])} and ${percent(whole[i])}`).join(", ");
    return (
      `${preset.label}, temperature ${number(temperature)} on each token and on the sequence: ${each}; ` +
      `entropy ${entropy(token).toFixed(2)} and ${entropy(whole).toFixed(2)} nats. ${verdict()}`
    ).trim();
  };
  return { update, summary };
}

export default explorable({
  name: "sequence_tree",
  title: "Token and sequence temperature on a tree",
  settings: () => [
    choiceSetting("tree", "preset", (model) => model.get("presets").map(({ name }) => name)),
    choiceSetting("branches", "mode", () => ["token", "text"]),
    temperatureSetting(),
  ],
  watch: () => ["preset", "mode", "index"],
  build,
});
