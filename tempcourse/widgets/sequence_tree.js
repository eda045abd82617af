import { tinted } from "./kit/colours.js";
import { element, move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { shareScale } from "./kit/frame.js";
import { chartNode, sliver, tickText } from "./kit/marks.js";
import { facts, keyEntry, note, panel, remade } from "./kit/panels.js";
import { choiceSetting, presetSetting, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { temperatureChart } from "./kit/temperature_chart.js";
import { number, percent } from "./kit/words.js";
import { sum } from "./maths/rows.js";
import { asWhole, beam, byToken, divergence, largestOf, likeliest, textsOf } from "./maths/sequences.js";
import { entropy } from "./maths/softmax.js";

const TICKS = [0, 0.1, 0.3, 1, 3, 10, Infinity];
const WIDTH = 2; // of the beam
const [TALL, APART, THICK, TOP, FOOT] = [50, 10, 34, 8, 22]; // pixels: of a text, between words, of all branches, ...
const X0 = 4; // where the tree begins

/** The names of all texts. */
function namesOf({ then }, { words, leaves }) {
  return then.flatMap((row, i) => row.map((_, j) => `${words[i]}\u00a0${leaves[j]}`));
}

/** Heights: of each text, of each first word in the middle of its texts, and of the root. */
function treeHeights({ first, then }) {
  const parents = then.flatMap((row, i) => row.map(() => i));
  const rows = parents.map((parent, k) => TOP + k * TALL + parent * APART + TALL / 2);
  const middle = (all) => (all[0] + all.at(-1)) / 2;
  const words = first.map((_, i) => middle(rows.filter((_, k) => parents[k] === i)));
  return { rows, words, root: middle(words), bottom: rows.at(-1) + TALL / 2 };
}

/** A bend from one place of the tree to another. */
function bend(x, y, toX, toY) {
  const [middle, from, to] = [(x + toX) / 2, y.toFixed(1), toY.toFixed(1)];
  return `M${x} ${from}C${middle} ${from} ${middle} ${to} ${toX} ${to}`;
}

/** The middles of bands of these shares that lie on each other, all around a height. */
function stacked(shares, middle) {
  let edge = middle - (sum(shares) * THICK) / 2;
  return shares.map((share) => {
    edge += share * THICK;
    return edge - (share * THICK) / 2;
  });
}

/** The branches of a tree, as wide as they are likely, and the routes to two of its texts. */
function branchMarks({ first, then }, { rows, words, root }, names, ends) {
  const branches = [...first, ...rows].map(() => svg("path", { class: "tc-branch" }));
  const routes = ends.map((_, i) => svg("path", { class: i ? "tc-route" : "tc-route tc-greedy" }));
  const labels = words.map((y) => {
    const aside = y < root ? -THICK / 2 - 3 : THICK / 2 + 13;
    return svg("text", { class: "tc-mark-name", "text-anchor": "middle", y: y + aside });
  });
  const draw = (path, share, d) => move(path, { d, "stroke-width": sliver(share, THICK).toFixed(2) });
  return {
    ...{ branches, above: [...routes, ...labels] },
    layout: (x1) => labels.forEach((label) => move(label, { x: x1 })),
    update(tree, x1, x2) {
      const starts = stacked(tree.first, root);
      const ways = []; // to each text
      tree.first.forEach((share, i) => {
        draw(branches[i], share, bend(X0, starts[i], x1, words[i]));
        setText(labels[i], `${names[i]} ${percent(Math.min(1, share))}`);
        const joint = tree.then[i].map((p) => share * p);
        stacked(joint, words[i]).forEach((y, j) => {
          const end = rows[ways.length];
          draw(branches[first.length + ways.length], joint[j], bend(x1, y, x2, end));
          ways.push(bend(X0, starts[i], x1, y) + bend(x1, y, x2, end));
        });
      });
      routes.forEach((path, i) => move(path, { d: ways[ends[i]] }));
    },
  };
}

/** A text at an end of the tree: its name, who finds it, and its probability under both temperatures. */
function textRow(name, found, y) {
  return {
    name: svg("text", { class: "tc-label", y: y - 8 }, name),
    found: tickText({ y: y + 6 }, found),
    kept: tickText({ y: y + 19 }),
    token: svg("rect", { class: "tc-bar", y: y - 17, height: 13 }),
    whole: svg("rect", { class: "tc-before", y: y + 3.5, height: 13 }),
    tokenValue: svg("text", { class: "tc-value", y: y - 5.5 }),
    wholeValue: svg("text", { class: "tc-value tc-second", y: y + 15 }),
  };
}

/** The tree, and beside each text its probability twice, and who ends there. */
function treePicture(preset, names, { words, greedy, best }) {
  const heights = treeHeights(preset);
  const { bottom } = heights;
  const height = bottom + FOOT;
  const label = "A tree of texts of two words, and the probability of each text under both temperatures";
  const node = chartNode(label, height);
  const scale = shareScale([0, 0.5, 1], true);
  const marks = tinted();
  const tree = branchMarks(preset, heights, words, [greedy, best]);
  const found = (text) => [text === greedy && "greedy", text === best && "best"].filter(Boolean).join(", ");
  const rows = names.map((name, text) => textRow(name, found(text), heights.rows[text]));
  marks.node.append(...tree.branches, ...rows.map(({ token }) => token));
  node.append(scale.node, marks.node, ...tree.above);
  rows.forEach(({ token, ...rest }) => node.append(...Object.values(rest)));
  let [x1, x2, span] = [60, 110, 100];
  return {
    node,
    layout(width) {
      x2 = Math.max(88, Math.min(240, width * 0.33));
      x1 = x2 * 0.5;
      const left = x2 + 82;
      span = width - left - 58;
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      scale.layout({ left, span, top: TOP, bottom, y: height - 5 });
      tree.layout(x1);
      rows.forEach(({ name, found, kept, token, whole, tokenValue, wholeValue }) => {
        [name, found, kept].forEach((text) => move(text, { x: x2 + 6 }));
        [token, whole].forEach((bar) => move(bar, { x: left }));
        [tokenValue, wholeValue].forEach((text) => move(text, { x: width }));
      });
    },
    /** tree: whose branches are drawn; token, whole: probabilities of the texts; beams: texts, by index. */
    update({ tree: drawn, token, whole, beams, temperature }) {
      marks.tint(temperature);
      tree.update(drawn, x1, x2);
      rows.forEach((row, text) => {
        move(row.token, { width: sliver(token[text], span).toFixed(1) });
        move(row.whole, { width: sliver(whole[text], span).toFixed(1) });
        setText(row.tokenValue, percent(token[text]));
        setText(row.wholeValue, percent(whole[text]));
        setText(row.kept, beams.includes(text) ? "beam" : "");
      });
    },
  };
}

function entropyChart(model, preset) {
  const high = Math.log(preset.then.flat().length);
  const plot = (name, tree) => {
    return { name, tall: 92, of: (temperature) => [entropy(textsOf(tree(preset, temperature)))], high };
  };
  return temperatureChart({
    ...{ model, ticks: TICKS },
    label: "Entropy of the text over temperature, with a cursor at the chosen one",
    plots: [plot("by token temperature", byToken), plot("by sequence temperature", asWhole)],
  });
}

function stateOf(model) {
  const preset = model.get("presets")[model.get("preset")] ?? model.get("presets")[0];
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const trees = [byToken, asWhole].map((of) => of(preset, temperature));
  const [own, token, whole] = [preset, ...trees].map(textsOf);
  const mode = model.get("mode");
  const [words, leaves] = [model.get("words"), model.get("leaves")];
  return {
    ...{ preset, temperature, mode, own, token, whole, names: namesOf(preset, { words, leaves }) },
    tree: trees[mode] ?? trees[0],
    greedy: beam(preset, 1)[0],
    best: largestOf(own, 1)[0],
    // On the whole text a temperature changes no order, so the beam is the model's own.
    beams: beam(mode ? preset : trees[0], WIDTH),
  };
}

function mostText(p, names) {
  const [first, ...others] = likeliest(p);
  if (others.length) return `${others.length + 1} texts, ${percent(p[first])} each`;
  return `${names[first]}, ${percent(p[first])}`;
}

function factsOf({ token, whole, names }) {
  return [
    mostText(token, names),
    mostText(whole, names),
    [token, whole].map((p) => entropy(p).toFixed(2)).join(" and "),
    number(Number(divergence(token, whole).toPrecision(3)), 3),
  ];
}

/** What to say of the orders of the texts at this temperature. */
function verdictOf({ preset, temperature, token, whole, names }) {
  const [ours, theirs] = [token, whole].map(likeliest);
  const agree = ours.some((text) => theirs.includes(text));
  const flip = preset.flips.map((at) => number(at)).join(" and ");
  const turn = flip ? ` By token temperature the likeliest text changes at τ ≈ ${flip}.` : "";
  if (temperature === 1) return `At τ = 1 both are the model itself.${turn}`;
  if (agree) return turn.trim();
  const [mine, other] = [ours, theirs].map((all) => all.map((text) => names[text]).join(", "));
  return `Flipped: by token temperature ${mine} is likeliest now, by sequence temperature ${other}.${turn}`;
}

function tableOf({ preset, temperature, own, token, whole, names, greedy, best, beams }) {
  const found = (text) =>
    [text === greedy && "greedy", text === best && "best", beams.includes(text) && "beam"].filter(Boolean).join(", ");
  const [none, tempered] = [cell.text(""), [token, whole]];
  return {
    title: `${preset.label} at τ = ${number(temperature)}`,
    columns: ["Text", "Model", "Token temperature", "Sequence temperature", "Found by"],
    lines: [
      ...names.map((name, text) => [
        cell.text(name),
        cell.probability(own[text], 1),
        ...tempered.map((p) => cell.probability(p[text], temperature)),
        cell.text(found(text)),
      ]),
      [
        cell.text("Entropy, nats"),
        cell.quantity(entropy(own), 1),
        ...tempered.map((p) => cell.quantity(entropy(p), temperature)),
        none,
      ],
      [cell.text("KL(token ‖ sequence), nats"), none, cell.quantity(divergence(token, whole), temperature), none, none],
    ],
  };
}

function summaryOf(now) {
  const { preset, temperature, token, whole, names } = now;
  const each = names.map((name, i) => `${name} ${percent(token[i])} and ${percent(whole[i])}`).join(", ");
  const [first, second] = [token, whole].map((p) => entropy(p).toFixed(2));
  return (
    `${preset.label}, temperature ${number(temperature)} on each token and on the sequence: ${each}; ` +
    `entropy ${first} and ${second} nats. ${verdictOf(now)}`
  ).trim();
}

function build({ model, body, table, fit }) {
  const key = element("p", { class: "tc-key" });
  key.append(
    keyEntry("tc-swatch tc-filled", "token temperature"),
    keyEntry("tc-swatch tc-hollow", "sequence temperature"),
    keyEntry("tc-dashes", "greedy path"),
    keyEntry("tc-dashes tc-solid", "best path"),
  );
  const treePanel = panel();
  const curvesPanel = panel(null, { title: "Entropy of the text, nats" });
  const figures = facts(["Likeliest: token τ", "Likeliest: sequence τ", "Entropies, nats", "KL, nats"]);
  const remark = note();
  body.append(treePanel.node, key, figures.node, curvesPanel.node, remark);
  const charts = remade(fit, body, (preset) => {
    const { names, greedy, best } = stateOf(model);
    const picture = treePicture(preset, names, { words: model.get("words"), greedy, best });
    const curves = entropyChart(model, preset);
    treePanel.setChart(picture);
    curvesPanel.setChart(curves);
    curvesPanel.setAside(preset.flips.length ? "ring: the likeliest text changes" : "");
    return { picture, curves, layout: (width) => [picture, curves].forEach((chart) => chart.layout(width)) };
  });

  const update = () => {
    const now = stateOf(model);
    const { preset, temperature, mode } = now;
    const { picture, curves } = charts.of(preset);
    treePanel.setTitle(`Texts at τ = ${number(temperature)}`);
    treePanel.setAside(`branches: ${mode ? "sequence" : "token"} temperature`);
    picture.update(now);
    curves.update(temperature, preset.flips.at(-1));
    figures.write(factsOf(now));
    setText(remark, `${preset.note} ${verdictOf(now)}`);
    table.update(tableOf(now));
  };
  return { update, summary: () => summaryOf(stateOf(model)) };
}

export default explorable({
  name: "sequence_tree",
  title: "Token and sequence temperature on a tree",
  settings: () => [
    presetSetting("tree"),
    choiceSetting("branches", "mode", () => ["token", "text"]),
    temperatureSetting(),
  ],
  build,
});
