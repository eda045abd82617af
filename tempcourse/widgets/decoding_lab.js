import { afterEach, chain, effectiveChoices, entropy, inverseCdf, randomSource, softmax, uniform } from "./maths.js";
import {
  button,
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  filterSetting,
  number,
  numberSetting,
  percent,
  scrollable,
  switchSetting,
  temperatureSetting,
} from "./explorable.js";
import { move, onWidth, svg, temperatureColour, tinted } from "./charts.js";
import { readLogprobs } from "./logprobs.js";
import { setText } from "./text.js";

const SLIDERS = ["top_k", "top_p", "min_p", "typical_p"];
const FIRST = 12; // tokens that are drawn before the rest is summed up
const DRAWS = 20;
const LAST_SEED = 9999;
const LONGEST = 60000; // characters that may be pasted
const REFUSAL = "transformers refuses τ = 0: the way to greedy decoding there is do_sample=False.";
const NARROW = 440; // pixels below which a chart has room for one number a row
const NAMED = 13; // characters of a token that a chart has room for
const UNLISTED = "not listed";
const EXAMPLE = `{"token": " Paris", "logprob": -0.42, "top_logprobs": [
  {"token": " Paris", "logprob": -0.42},
  {"token": " a", "logprob": -2.31},
  {"token": " the", "logprob": -2.64},
  {"token": " located", "logprob": -3.02},
  {"token": ":", "logprob": -4.17}
]}`;

/** A token so that it can be seen: spaces at its ends, line breaks, and quotes around what is no word. */
function visible(token) {
  const shown = token.replace(/\n/g, "↵").replace(/\t/g, "⇥").replace(/^ +| +$/g, (spaces) => "␣".repeat(spaces.length));
  return /[\p{L}\p{N}␣↵⇥]/u.test(shown) ? shown : `‘${shown}’`;
}

function short(name) {
  return name.length > NAMED ? `${name.slice(0, NAMED - 1)}…` : name;
}

/** A row a token: its probability before as an outline and after as a filled bar, over 0 to 100 %. */
function tokensChart() {
  const [tall, foot] = [26, 22];
  const node = svg("svg", {
    class: "tc-chart",
    role: "img",
    "aria-label": "Probabilities of the tokens before and after temperature and filters",
  });
  const grid = [0, 0.5, 1].map((at) => {
    const line = svg("line", { class: at ? "tc-grid" : "tc-axis", y1: 0 });
    const text = svg("text", { class: "tc-tick", "text-anchor": "middle" });
    setText(text, `${100 * at} %`);
    node.append(line, text);
    return { at, line, text };
  });
  const marks = tinted();
  const texts = svg("g");
  node.append(marks.node, texts);
  let rows = [];
  let [width, left, span] = [320, 0, 1];

  const remake = (size) => {
    rows = Array.from({ length: size }, (_, i) => ({
      name: svg("text", { class: "tc-label", x: 0, y: i * tall + 18 }),
      before: svg("rect", { class: "tc-before", y: i * tall + 4.5, height: tall - 9 }),
      after: svg("rect", { class: "tc-bar", y: i * tall + 8, height: tall - 16 }),
      value: svg("text", { class: "tc-value", y: i * tall + 18 }),
    }));
    marks.node.replaceChildren(...rows.flatMap(({ after, before }) => [after, before]));
    texts.replaceChildren(...rows.flatMap(({ name, value }) => [name, value]));
    layout();
  };
  const layout = () => {
    const height = rows.length * tall + foot;
    left = Math.min(116, Math.max(92, width / 5));
    span = width - left - (width < NARROW ? 76 : 140);
    move(node, { viewBox: `0 0 ${width} ${height}`, width, height });
    grid.forEach(({ at, line, text }) => {
      const x = left + at * span;
      move(line, { x1: x, x2: x, y2: height - foot + 2 });
      move(text, { x, y: height - 5 });
    });
    rows.forEach(({ before, after, value }) => {
      move(before, { x: left });
      move(after, { x: left });
      move(value, { x: width });
    });
  };
  return {
    node,
    layout(measured) {
      width = measured;
      layout();
    },
    /** lines: { name, before, after, kept } each; kept is null where there is no after. */
    update(lines, colour) {
      if (lines.length !== rows.length) remake(lines.length);
      marks.tint(colour);
      lines.forEach(({ name, before, after, kept }, i) => {
        const row = rows[i];
        const sliver = (p) => (p > 0 ? Math.max(1, p * span) : 0).toFixed(1);
        setText(row.name, short(name));
        const now = kept ? percent(after) : kept === null ? "–" : "dropped";
        const dropped = kept === false;
        setText(row.value, width < NARROW ? now : `${percent(before)} → ${now}`);
        move(row.name, { class: dropped ? "tc-label tc-gone" : "tc-label" });
        move(row.value, { class: dropped ? "tc-value tc-gone" : "tc-value" });
        move(row.before, { width: sliver(before), class: dropped ? "tc-before tc-dropped" : "tc-before" });
        move(row.after, { width: sliver(after) });
      });
    },
  };
}

/** Where a reader pastes; `read` is told of every change. */
function pasteField(read) {
  const id = `tc-own-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const area = element("textarea", {
    rows: "7",
    maxlength: String(LONGEST),
    spellcheck: "false",
    autocapitalize: "off",
    placeholder: " Paris -0.42\n a -2.31\n\nor CSV, or JSON with top_logprobs",
    "aria-describedby": id,
  });
  const label = element("label", {}, element("span", {}, "Tokens and log-probabilities, as an API returns them"), area);
  const example = button("Put in an example");
  const box = element("input", { type: "checkbox" });
  const missing = element("span");
  const others = element("label", { class: "tc-check" }, box, missing);
  const message = element("p", { class: "tc-note", id });
  const node = element("div", { class: "tc-own" }, label, element("div", { class: "tc-player" }, example, others), message);
  area.addEventListener("input", () => read({ own: area.value }));
  example.addEventListener("click", () => read({ own: EXAMPLE, others: true }));
  box.addEventListener("change", () => read({ others: box.checked }));
  return {
    node,
    update({ own, counted, share, said, wrong }) {
      if (area.value !== own) area.value = own;
      area.setAttribute("aria-invalid", String(wrong));
      box.checked = counted;
      others.hidden = !share;
      setText(missing, `count the missing ${percent(share)} as one entry`);
      setText(message, said);
    },
  };
}

/** What is to say of a pasted list. */
function remark({ tokens, logits, missing, note }, counted) {
  if (!missing) return `${note}${tokens.length} tokens; nothing is missing.`;
  const hidden =
    `${tokens.length} tokens. The other ${percent(missing)} lies with tokens that were cut off: ` +
    "how many, and how likely each, the list does not tell. ";
  if (!counted) return `${hidden}They are left out, as if these tokens were all there are.`;
  const most = Math.max(...logits);
  return (
    `${hidden}They stand as one entry, “${UNLISTED}”, that no filter can split and τ moves as if it were one token; ` +
    "as the many that they are, they would gain more from heat and lose more to cold." +
    (Math.log(missing) > most ? " Here they even outweigh your first token, and top-k and min-p take them for it." : "")
  );
}

/** A step as Python writes it. */
function step([filter, setting]) {
  return `${filter}(${setting === Infinity ? "inf" : setting})`;
}

function build({ model, body, table, cleanup, redraw }) {
  const words = model.get("words").map(visible);
  const contexts = model.get("contexts");
  const rows = model.get("log_probabilities");
  const engines = model.get("engines");
  const stops = model.get("temperatures").map(Number);
  const choices = model.get("filters");
  let all = false; // whether every token has a row

  const change = (traits) => {
    Object.entries(traits).forEach(([trait, value]) => model.set(trait, value));
    model.save_changes();
  };
  const field = pasteField(change);
  const chart = tokensChart();
  const title = element("span");
  const caption = element("figcaption", {}, title, " ");
  caption.append(element("span", { class: "tc-aside" }, "outline: before · filled: after · dashed: dropped"));
  const scroll = element("div", { class: "tc-scroll" }, chart.node);
  const more = button("Show all", { "aria-pressed": "false" });
  const picture = element("div", { class: "tc-body" }, element("figure", { class: "tc-panel" }, caption, scroll), more);
  const say = facts(picture, ["Kept", "Their share before", "Entropy H, nats", "Effective choices"]);
  const orders = engines.map(({ name }) => {
    const steps = element("code");
    const end = element("span");
    return { steps, end, node: element("li", {}, element("strong", {}, name), " ", steps, " ", end) };
  });
  const drawTitle = element("span");
  const draws = element("p", { class: "tc-draws" });
  const again = button(`Draw ${DRAWS}`);
  picture.append(
    element("p", { class: "tc-heading" }, "The same settings in each engine’s order"),
    element("ul", { class: "tc-engines" }, ...orders.map(({ node }) => node)),
    element("p", { class: "tc-heading" }, drawTitle),
    draws,
    again,
  );
  body.append(field.node, picture);

  more.addEventListener("click", () => {
    all = !all;
    redraw();
  });
  again.addEventListener("click", () => change({ seed: (model.get("seed") % LAST_SEED) + 1 }));

  /** The logits that are chosen: { names, logits }, and of pasted ones what was read, or what is wrong. */
  const chosen = () => {
    const context = model.get("context");
    if (context < contexts.length) return { names: words, logits: rows[context] };
    const own = model.get("own");
    const counted = model.get("others");
    if (!own.trim()) return { said: "Nothing is pasted yet. What you paste stays in this page, and in a link that you copy." };
    try {
      const read = readLogprobs(own);
      const names = read.tokens.map(visible);
      const pasted = { share: read.missing, said: remark(read, counted), names, logits: read.logits };
      if (!read.missing || !counted) return pasted;
      return { ...pasted, names: [...names, UNLISTED], logits: [...read.logits, Math.log(read.missing)] };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { said: error.message, wrong: true };
    }
  };

  /** What an engine makes of logits: its steps, the probabilities after them, and what is kept; null if it refuses. */
  const decode = (engine, logits, settings) => {
    if (settings.temperature === 0 && engine.greedy_below === 0) return null;
    const steps = chain(engine, settings);
    const last = afterEach(steps, logits).at(-1) ?? logits;
    const kept = last.map((z) => z > -Infinity);
    return { steps, after: softmax(last, 1), kept, left: kept.filter(Boolean).length };
  };

  let now = null;
  const look = () => {
    const temperature = stops[model.get("index")];
    const settings = Object.fromEntries(SLIDERS.map((name) => [name, choices[name][model.get(name)]]));
    const from = chosen();
    const shared = { temperature, settings, from, engine: engines[model.get("engine")] };
    if (!from.logits) return shared;
    const before = softmax(from.logits, 1);
    const decoded = engines.map((engine) => decode(engine, from.logits, { ...settings, temperature }));
    const order = [...before.keys()].sort((a, b) => before[b] - before[a] || a - b);
    return { ...shared, before, decoded, order, ...decoded[model.get("engine")] };
  };

  /** What has a row: the most likely tokens and the rest as one, or all. */
  const lines = () => {
    const { from, before, after, kept, order } = now;
    const one = (i) => {
      const [name, logit] = [from.names[i], from.logits[i]];
      return { name, logit, before: before[i], after: after?.[i] ?? 0, kept: kept?.[i] ?? null };
    };
    if (all || order.length <= FIRST + 1) return order.map(one);
    const rest = order.slice(FIRST).map(one);
    const add = (trait) => rest.reduce((total, each) => total + each[trait], 0);
    const left = rest.filter((each) => each.kept).length;
    const sums = { before: add("before"), after: add("after"), kept: kept ? left > 0 : null };
    const tail = { name: `${rest.length} more`, ...sums, left: `${left} of ${rest.length}` };
    return [...order.slice(0, FIRST).map(one), tail];
  };

  const tell = () => {
    const { from, before, after, kept, left, engine, decoded, settings } = now;
    const share = before.reduce((total, p, i) => total + (kept?.[i] ? p : 0), 0);
    const pair = (of) => [before, after].map((p) => (p ? of(p).toFixed(2) : "–")).join(" → ");
    say([
      after ? `${left} of ${from.logits.length}` : "–",
      after ? percent(Math.min(1, share)) : "–",
      pair(entropy),
      pair(effectiveChoices),
    ]);
    orders.forEach(({ steps, end, node }, i) => {
      const made = decoded[i];
      const lacks = SLIDERS.filter((name) => settings[name] !== null && !engines[i].order.includes(name));
      node.setAttribute("aria-current", String(engines[i] === engine));
      setText(steps, made ? made.steps.map(step).join(" → ") || "keep all" : "temperature=0");
      setText(end, made ? `keeps ${made.left}${lacks.length ? `, has no ${lacks.join(", ")}` : ""}` : "is an error");
    });
    setText(drawTitle, `${DRAWS} draws, seed ${model.get("seed")}`);
    setText(draws, after ? drawn().join(" · ") : REFUSAL);
  };
  const drawn = () => {
    const source = randomSource(model.get("seed"));
    return Array.from({ length: DRAWS }, () => now.from.names[inverseCdf(now.after, uniform(source))]);
  };

  const tabulate = (shown) => {
    const { temperature } = now;
    table.update({
      title: shown.length ? `${heading()}: before, and after ${now.engine.name} at τ = ${number(temperature)}` : heading(),
      columns: ["Token", "Log-probability", "Before", "After", "Kept"],
      lines: shown.map(({ name, logit, before, after, kept, left }) => [
        cell.name(name),
        logit === undefined ? { text: "", logit: "" } : cell.logit(logit),
        cell.probability(before, 1),
        kept === null ? { text: "–", probability: "" } : cell.probability(after, temperature),
        { text: kept === null ? "–" : (left ?? (kept ? "yes" : "no")) },
      ]),
    });
  };
  const heading = () => {
    const context = contexts[model.get("context")];
    return context === undefined ? "Your own tokens" : `After “${context} …”`;
  };

  const update = () => {
    now = look();
    const { from, temperature } = now;
    field.node.hidden = model.get("context") < contexts.length;
    if (!field.node.hidden) {
      const { said, share = 0, wrong = false } = from;
      field.update({ own: model.get("own"), counted: model.get("others"), share, said, wrong });
    }
    picture.hidden = !from.logits;
    if (!from.logits) return tabulate([]);
    const shown = lines();
    setText(title, heading());
    setText(more, all ? "Show the first" : `Show all ${from.logits.length}`);
    more.hidden = from.logits.length <= FIRST + 1;
    more.setAttribute("aria-pressed", String(all));
    scroll.classList.toggle("tc-long", all);
    scrollable(scroll, all, "All tokens");
    chart.update(shown, temperatureColour(temperature));
    tell();
    tabulate(shown);
  };

  cleanup(onWidth(body, (width) => (chart.layout(width), redraw())));

  const summary = () => {
    const { from, before, after, kept, left, engine, order, temperature } = now;
    if (!from.logits) return from.said;
    if (!after) return REFUSAL;
    const best = order.filter((i) => kept[i]).slice(0, 3);
    const first = best.map((i) => `${from.names[i]} ${percent(before[i])}, now ${percent(after[i])}`).join("; ");
    return (
      `${heading()}, in the order of ${engine.name} at temperature ${number(temperature)}: ` +
      `${left} of ${from.logits.length} kept, ${number(effectiveChoices(after), 3)} effective choices; ${first}. ` +
      `Seed ${model.get("seed")} draws ${drawn().slice(0, 5).join(", ")} and so on.`
    );
  };
  const reset = () => {
    all = false;
    redraw();
  };
  return { update, summary, reset };
}

function textSetting(trait) {
  return { key: trait, trait, write: (text) => text, read: (text) => text.slice(0, LONGEST) };
}

export default explorable({
  name: "decoding_lab",
  title: "Decoding lab",
  settings: () => [
    choiceSetting("context", "context", (model) => [...model.get("contexts"), "own"]),
    textSetting("own"),
    switchSetting("others", "others"),
    choiceSetting("engine", "engine", (model) => model.get("engines").map(({ name }) => name)),
    temperatureSetting(),
    ...SLIDERS.map(filterSetting),
    numberSetting("seed", () => [1, LAST_SEED, 1]),
  ],
  watch: () => ["context", "own", "others", "engine", "index", ...SLIDERS, "seed"],
  build,
});
