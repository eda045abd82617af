import { tinted } from "./kit/colours.js";
import { button, element, move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { bottomAxis, chartFrame, shareScale } from "./kit/frame.js";
import { chartNode, diamond, lineThrough, pickWithPointer, sliver, tickText } from "./kit/marks.js";
import { facts, keyEntry, note, pair, panel, remade } from "./kit/panels.js";
import { numberSetting, seedSetting, switchSetting, temperatureSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { temperatureChart } from "./kit/temperature_chart.js";
import { number, percent, whole } from "./kit/words.js";
import { expectedTokens, speculativePass, verification } from "./maths/many_samples.js";
import { randomSource } from "./maths/random.js";
import { argmax, sum } from "./maths/rows.js";
import { softmax } from "./maths/softmax.js";

const TICKS = [0, 0.1, 0.3, 1, 3, 10, Infinity];
const FIRST = 100; // passes that are drawn from the outset
const MANY = 1000; // and by the second button
const IGNORED = 1; // the temperature of a draft that ignores the one it is given
const [TALL, FOOT, THICK] = [46, 22, 15]; // pixels: of a word, for the scale, and of a bar
const HOW =
  "In a pass the draft proposes γ tokens. The target accepts them up to the first that it rejects, and replaces that " +
  "one; where it accepts all, it adds one of its own, which is not counted above.";
const EXACT = 1e-9; // more than rounding makes of the difference between output and target

/** Distributions at two temperatures: the target's, what the draft draws from, and what it says that it draws from. */
function distributionsOf(model, temperature, draft) {
  const [target, errors, disagreement] = ["target", "errors", "disagreement"].map((name) => model.get(name));
  const logits = target.map((z, i) => z + disagreement * errors[i]);
  const said = softmax(logits, draft);
  return { target: softmax(target, temperature), said, drawn: model.get("ignores") ? softmax(logits, IGNORED) : said };
}

/** How many times as fast a pass is, with so many tokens at a cost: Theorem 3.8 of Leviathan and others. */
function speedUp(rate, length, cost) {
  return expectedTokens(rate, length) / (length * cost + 1);
}

function stateOf(model) {
  const [length, cost, ignores, tied] = ["length", "cost", "ignores", "tied"].map((name) => model.get(name));
  const [temperature, draft] = ["temperature_index", "draft_index"].map(
    (name) => model.get("temperatures")[model.get(name)],
  );
  const distributions = distributionsOf(model, temperature, draft);
  const checked = verification(distributions);
  const [, longest] = model.get("lengths");
  const speeds = Array.from({ length: longest + 1 }, (_, gamma) => speedUp(checked.rate, gamma, cost));
  const misplaced = sum(checked.output.map((p, i) => Math.max(0, p - distributions.target[i])));
  return {
    ...{ length, cost, ignores, tied, temperature, draft, words: model.get("words") },
    ...distributions,
    ...checked,
    ...{ speeds, best: argmax(speeds), tokens: expectedTokens(checked.rate, length) },
    misplaced: misplaced < EXACT ? 0 : misplaced,
  };
}

/** A word: above, what comes out, in the outline of the target; below, what the draft proposes. */
function wordRow(word, y) {
  const [above, below] = [y + 4, y + 4 + THICK + 4];
  const text = (height) => height + THICK / 2 + 4.5;
  return {
    inside: {
      accepted: svg("rect", { class: "tc-bar", y: above + 3, height: THICK - 6 }),
      replaced: svg("rect", { class: "tc-replaced", y: above + 3, height: THICK - 6 }),
    },
    proposed: { kept: svg("rect", { class: "tc-bar", y: below, height: THICK }) },
    over: {
      name: svg("text", { class: "tc-label", x: 0, y: text(above) }, word),
      wanted: svg("rect", { class: "tc-wanted", y: above, height: THICK }),
      rejected: svg("rect", { class: "tc-before tc-dropped", y: below, height: THICK }),
      said: svg("line", { class: "tc-said-tick", y1: below - 2, y2: below + THICK + 2 }),
      drawn: svg("path", { class: "tc-diamond", d: diamond(5) }),
      out: svg("text", { class: "tc-value", y: text(above) }),
      draft: svg("text", { class: "tc-value tc-second", y: text(below) }),
    },
    middle: above + THICK / 2,
  };
}

function wordsChart(words) {
  const height = words.length * TALL + FOOT;
  const label = "For each word what comes out beside the target, and what the draft proposes";
  const node = chartNode(label, height, "tc-words");
  const scale = shareScale([0, 0.25, 0.5, 0.75, 1], true);
  const [output, draft] = [tinted(), tinted()];
  const rows = words.map((word, i) => wordRow(word, i * TALL));
  rows.forEach(({ inside, proposed }) => {
    output.node.append(...Object.values(inside));
    draft.node.append(...Object.values(proposed));
  });
  node.append(scale.node, output.node, draft.node, ...rows.flatMap(({ over }) => Object.values(over)));
  let [left, span] = [52, 1];
  return {
    node,
    layout(width) {
      span = width - left - 68;
      move(node, { viewBox: `0 0 ${width} ${height}`, width });
      scale.layout({ left, span, top: 2, bottom: height - FOOT + 2, y: height - 5 });
      rows.forEach(({ inside, proposed, over }) => {
        [inside.accepted, proposed.kept, over.wanted].forEach((bar) => move(bar, { x: left }));
        [over.out, over.draft].forEach((text) => move(text, { x: width }));
      });
    },
    /** counted: shares of what was drawn. */
    update(now, counted) {
      output.tint(now.temperature);
      draft.tint(now.ignores ? IGNORED : now.draft);
      rows.forEach(({ inside, proposed, over, middle }, i) => {
        const wide = (share) => sliver(share, span).toFixed(1);
        const end = (left + now.accepted[i] * span).toFixed(1);
        move(inside.accepted, { width: wide(now.accepted[i]) });
        move(inside.replaced, { x: end, width: wide(now.replaced[i]) });
        move(proposed.kept, { width: wide(now.accepted[i]) });
        move(over.wanted, { width: wide(now.target[i]) });
        move(over.rejected, { x: end, width: wide(now.rejected[i]) });
        const said = (left + now.said[i] * span).toFixed(1);
        move(over.said, { x1: said, x2: said, visibility: now.ignores ? "visible" : "hidden" });
        move(over.drawn, { transform: `translate(${(left + counted[i] * span).toFixed(1)} ${middle})` });
        setText(over.out, percent(now.output[i]));
        setText(over.draft, percent(now.drawn[i]));
      });
    },
  };
}

/** The speed-up over how many tokens are proposed at once; a pointer chooses among them. */
function speedChart(model) {
  const [least, longest] = model.get("lengths");
  const text = (speed) => number(speed, 2);
  const frame = chartFrame({
    ...{ label: "Speed-up over the draft length, with the best and the chosen one", kind: "tc-pick", left: 36, top: 26 },
    plots: [{ tall: 150, parts: [0, 0.5, 1], text, axis: true }],
  });
  const { node, floor } = frame;
  const [plot] = frame.plots;
  const lengths = Array.from({ length: longest + 1 }, (_, gamma) => gamma);
  const axis = bottomAxis(frame, "draft length γ", lengths.map((gamma) => (gamma % 2 ? "" : String(gamma))));
  const even = svg("line", { class: "tc-limit" });
  const evenName = tickText({ class: "tc-tick tc-halo", "text-anchor": "end" }, "as without a draft");
  const line = svg("path", { class: "tc-exact" });
  const cursor = svg("line", { class: "tc-middle", y1: plot.top - 6, y2: floor });
  const dots = lengths.map(() => svg("circle", { class: "tc-score", r: 3 }));
  const ring = svg("circle", { class: "tc-ring", r: 8 });
  node.append(even, line, cursor, ...dots, evenName, ring);
  const x = (gamma) => frame.x(gamma / longest);
  pickWithPointer(node, () => lengths.map(x), (gamma) => model.change({ length: Math.max(least, gamma) }));
  return {
    node,
    layout(width) {
      frame.layout(width);
      axis.layout(lengths.map(x));
    },
    update({ speeds, best, length }) {
      const high = Math.max(2, Math.ceil(Math.max(...speeds)));
      plot.setHigh(high);
      const y = (speed) => plot.base - (speed / high) * (plot.base - plot.top);
      move(even, { x1: frame.left, x2: frame.right, y1: y(1), y2: y(1) });
      move(evenName, { x: frame.right, y: y(1) - 5 });
      move(line, { d: lineThrough(speeds.map((speed, gamma) => [x(gamma), y(speed)])) });
      dots.forEach((dot, gamma) => move(dot, { cx: x(gamma), cy: y(speeds[gamma]), r: gamma === length ? 5 : 3 }));
      move(cursor, { x1: x(length), x2: x(length) });
      move(ring, { cx: x(best), cy: y(speeds[best]) });
    },
  };
}

/** The acceptance rate over the temperature; the draft's goes along where it is tied. */
function rateChart(model) {
  const draft = model.get("temperatures")[model.get("draft_index")];
  const tied = model.get("tied");
  const of = (temperature) => [verification(distributionsOf(model, temperature, tied ? temperature : draft)).rate];
  const plot = { of, tall: 150, low: 0, high: 1, parts: [0, 0.5, 1], text: (p) => `${100 * p} %`, labels: ["α"] };
  const label = "Acceptance rate over the target’s temperature, with a cursor at the chosen one";
  return temperatureChart({ model, ticks: TICKS, label, plots: [plot] });
}

/** Passes that are drawn, from the seed on, at the settings that are shown: some, and what the buttons add. */
function passesOf(model) {
  const named = ["temperature_index", "draft_index", "ignores", "disagreement", "length", "seed"];
  let [shown, source, counts, passes, last] = ["", null, [], 0, []];
  const begin = () => {
    source = randomSource(model.get("seed"));
    counts = model.get("words").map(() => 0);
    [passes, last] = [0, []];
  };
  const draw = (count, now) => {
    for (let i = 0; i < count; i += 1) {
      last = speculativePass(now, source);
      for (const { proposed, token } of last) if (proposed !== null) counts[token] += 1;
    }
    passes += count;
  };
  return {
    draw,
    /** Begin anew where a setting has changed. */
    follow(now) {
      const settings = named.map((name) => model.get(name)).join();
      if (settings === shown) return;
      shown = settings;
      begin();
      draw(FIRST, now);
    },
    forget: () => (shown = ""),
    state() {
      const total = sum(counts);
      return { passes, last, counts, total, shares: counts.map((count) => count / total) };
    },
  };
}

/** A token of a pass: its mark and its word, and the same in words. */
function tokenSaid({ proposed, token }, words) {
  if (proposed === null) return [`+ ${words[token]}`, `${words[token]} added by the target`];
  if (proposed === token) return [`${words[token]} ✓`, `${words[token]} accepted`];
  return [`✗ → ${words[token]}`, `${words[proposed]} rejected, ${words[token]} instead`];
}

function passNodes(last, words) {
  return last.flatMap((each, i) => {
    const [mark] = tokenSaid(each, words);
    const gone = each.proposed !== null && each.proposed !== each.token ? [element("s", {}, words[each.proposed])] : [];
    return [i ? "\u00a0· " : "", element("span", {}, ...gone, gone.length ? ` ${mark}` : mark)];
  });
}

function verdictOf({ words, target, output, misplaced }) {
  if (!misplaced) return "What comes out is the target, exactly: accepted and replaced add up to p for every word.";
  const worst = argmax(output.map((p, i) => Math.abs(p - target[i])));
  return (
    `What comes out is not the target: ${words[worst]} comes with ${percent(output[worst])} where ` +
    `${percent(target[worst])} is right, and ${percent(misplaced)} of the tokens are misplaced.`
  );
}

function remarkOf({ ignores, draft, rate, speeds, best }) {
  if (ignores && draft === IGNORED) return "A draft that ignores the temperature is not noticed at τ = 1.";
  if (ignores) {
    return (
      "The draft draws at τ = 1, and the target checks against what the draft says. " +
      "No error is raised, and the text is no longer the target’s."
    );
  }
  if (best === 0) return `Here no draft pays: with γ = 1 the speed-up is ${speeds[1].toFixed(2)}, and longer ones are slower.`;
  if (rate === 1) return "Here the draft is the target itself: every token is accepted, however many are proposed.";
  return "The two temperatures change how much is accepted, and so the speed; the draft’s never changes what comes out.";
}

function bestText({ speeds, best }) {
  const end = best === speeds.length - 1 ? " or more" : "";
  return best ? `${best}${end}, ${speeds[best].toFixed(2)} ×` : "none";
}

function tableOf(now, { counts, total, passes }) {
  const { words, target, said, drawn, accepted, rejected, replaced, output, temperature, draft } = now;
  const none = Array.from({ length: 7 }, () => cell.text(""));
  const measure = (name, value) => [cell.text(name), cell.quantity(value), ...none.slice(1)];
  return {
    title:
      `Target at τ = ${number(temperature)}, draft at τ = ${number(draft)}` +
      `${now.ignores ? " by what it says" : ""}; ${whole(passes)} passes drawn`,
    columns: ["Word", "Target p", "Draft q", "Says", "Accepted", "Rejected", "Replaced", "Comes out", "Drawn"],
    lines: [
      ...words.map((word, i) => [
        cell.text(word),
        cell.probability(target[i], temperature),
        cell.probability(drawn[i], now.ignores ? IGNORED : draft),
        ...[said, accepted, rejected, replaced, output].map((each) => cell.quantity(each[i])),
        cell.count(counts[i], `${whole(counts[i])} of ${whole(total)}`),
      ]),
      measure("Acceptance rate α", now.rate),
      measure("Tokens a pass", now.tokens),
      measure("Speed-up", now.speeds[now.length]),
      measure("Best γ", now.best),
      measure("Misplaced", now.misplaced),
    ].map((line) => [...line, ...none].slice(0, 9)),
  };
}

function summaryOf(now, { passes, last }) {
  const { words, rate, tokens, speeds, length, temperature, draft, misplaced, ignores } = now;
  const who =
    temperature === draft
      ? `Target and draft at temperature ${number(temperature)}`
      : `Target at temperature ${number(temperature)}, draft at ${number(draft)}`;
  const out = misplaced
    ? `What comes out is not the target: ${percent(misplaced)} of the tokens are misplaced.`
    : "What comes out is the target, exactly.";
  const drawn = last.map((each) => tokenSaid(each, words)[1]).join(", ");
  return (
    `${who}${ignores ? " as it says" : ""}: ${percent(rate)} of the proposed tokens are accepted; ` +
    `with ${length} proposed at once a pass gives ${tokens.toFixed(2)} tokens, and is ` +
    `${speeds[length].toFixed(2)} times as fast. ${out} ` +
    `Pass ${whole(passes)}: ${drawn}.`
  );
}

/** Where the draft is tied, each of the two temperatures follows the other. */
function tie(model, cleanup) {
  const [target, draft] = ["temperature_index", "draft_index"];
  const follow = (from, to) => () => {
    if (model.get("tied") && model.get(to) !== model.get(from)) model.change({ [to]: model.get(from) });
  };
  for (const [trait, from, to] of [[target, target, draft], [draft, draft, target], ["tied", target, draft]]) {
    const listener = follow(from, to);
    model.on(`change:${trait}`, listener);
    cleanup(() => model.off(`change:${trait}`, listener));
  }
}

function build({ model, body, table, fit, redraw, cleanup }) {
  tie(model, cleanup);
  const passes = passesOf(model);
  const bars = wordsChart(model.get("words"));
  const speeds = speedChart(model);
  const figure = panel(bars, { title: "Each word", aside: "above: what comes out; below: the draft" });
  const ratePanel = panel(null, { title: "Accepted, over τ" });
  const speedPanel = panel(speeds, { title: "Speed-up", aside: "ring: the best γ" });
  const said = element("span", {}, "│ what the draft says");
  const key = element("p", { class: "tc-key" });
  key.append(
    keyEntry("tc-swatch tc-hollow", "target p"),
    keyEntry("tc-swatch tc-filled", "accepted"),
    keyEntry("tc-swatch tc-light", "in place of a rejected one"),
    keyEntry("tc-swatch tc-broken", "rejected"),
    said,
    element("span", {}, "◇ drawn so far"),
  );
  const verdict = element("p", { class: "tc-verdict" });
  const figures = facts(["Accepted α", "Tokens a pass", "Speed-up", "Best γ"]);
  const passed = element("p", { class: "tc-passed" });
  const buttons = [1, MANY].map((count) => {
    const node = button(count === 1 ? "Draw another pass" : `Draw ${whole(count)}`);
    node.addEventListener("click", () => {
      passes.draw(count, stateOf(model));
      redraw();
    });
    return node;
  });
  const draws = element("div", { class: "tc-player", role: "group", "aria-label": "Passes" }, ...buttons);
  const remark = note();
  const pairs = pair(ratePanel, speedPanel);
  body.append(verdict, figure.node, key, note(HOW), draws, passed, figures.node, pairs, remark);
  fit(figure.node, bars.layout);
  fit(speedPanel.node, speeds.layout);
  let curve = null; // what the curve of the acceptance rate is drawn for
  const rates = remade(fit, ratePanel.node, () => {
    const chart = rateChart(model);
    ratePanel.setChart(chart);
    return chart;
  });
  const follow = () => {
    const tied = model.get("tied");
    const settings = [tied || model.get("draft_index"), model.get("disagreement"), model.get("ignores")].join();
    if (settings !== curve?.settings) curve = { settings };
    return curve;
  };

  const update = () => {
    const now = stateOf(model);
    passes.follow(now);
    const drawn = passes.state();
    bars.update(now, drawn.shares);
    speeds.update(now);
    rates.of(follow()).update(now.temperature);
    const at = now.tied ? "both at τ" : `draft at ${number(now.draft)}`;
    ratePanel.setAside(now.ignores ? `${at} by its word` : at);
    said.hidden = !now.ignores;
    setText(verdict, verdictOf(now));
    figures.write([
      percent(now.rate),
      now.tokens.toFixed(2),
      `${now.speeds[now.length].toFixed(2)} ×`,
      bestText(now),
    ]);
    passed.replaceChildren(`Pass ${whole(drawn.passes)}: `, ...passNodes(drawn.last, now.words));
    setText(remark, remarkOf(now));
    table.update(tableOf(now, drawn));
  };
  const reset = () => {
    passes.forget();
    redraw();
  };
  return { update, summary: () => summaryOf(stateOf(model), passes.state()), reset };
}

export default explorable({
  name: "explore_speculative",
  title: "Explore speculative decoding",
  settings: () => [
    temperatureSetting(),
    { ...temperatureSetting(), key: "draft", trait: "draft_index" },
    switchSetting("tied", "tied"),
    switchSetting("ignores", "ignores"),
    numberSetting("disagreement", (model) => model.get("disagreements")),
    numberSetting("length", (model) => [...model.get("lengths"), 1]),
    numberSetting("cost", (model) => model.get("costs")),
    seedSetting(),
  ],
  build,
});
