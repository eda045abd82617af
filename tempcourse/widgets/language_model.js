import { button, element, move, setText, svg } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { chartNode, lineThrough, tickText } from "./kit/marks.js";
import { facts, note, panel } from "./kit/panels.js";
import {
  choiceSetting,
  filterSettings,
  filtersOf,
  seedSetting,
  switchSetting,
  temperatureSetting,
  textSetting,
} from "./kit/settings.js";
import { recordedName, tokensChart, tokensTable, visible } from "./kit/tokens.js";
import { wordList } from "./kit/word_list.js";
import { number, percent, stepsText, whole } from "./kit/words.js";
import { chain, decode, refusal } from "./maths/decoding.js";
import { recordedLogits } from "./maths/contexts.js";
import { inverseCdf, randomSource, uniform } from "./maths/random.js";
import { argsort, sum } from "./maths/rows.js";
import { effectiveChoices, entropy, logSumExp, softmax } from "./maths/softmax.js";

const FIRST = 12; // tokens that are drawn before the rest is summed up
const OTHERS = 8; // tokens that can be put in a place
const MANY = 20; // tokens that one press writes
const ROOM = 200; // tokens that a page holds
const PROMPT = 2000; // characters of a prompt
const BESIDE = [0.2, 1, 1.5]; // temperatures that are shown side by side
const SURPRISES = [1, 3, 6]; // nats from which a token is tinted, more and more
const MEGABYTES = 1e6;
const AHEAD = "The model reads only this page’s text, in this page. Nothing leaves your machine.";
const REFUSED = "The model could not be loaded here: ";
const RECORDED = "Until then, these are its logits after 24 texts, recorded before: one next token each.";

/** The address of the page's loader, and null where the page has none. */
function loaderAddress() {
  const address = document.querySelector('meta[name="language-model"]')?.content;
  return address ? new URL(address, document.baseURI).href : null;
}

/** What a chat's format makes of a message; see Transformer.chat in Python. */
function chatPrompt(message) {
  const system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";
  const said = [["system", system], ["user", message]].map(([who, what]) => `<|im_start|>${who}\n${what}<|im_end|>\n`);
  return `${said.join("")}<|im_start|>assistant\n`;
}

/** Tokens from the most likely on: their ids, names and logits. A text keeps those of each place, so they are packed. */
function rankedTokens(logits, pieces) {
  const ids = Uint16Array.from(argsort(logits.map((z) => -z)));
  return { ids, logits: Float64Array.from(ids, (id) => logits[id]), name: (rank) => pieces[ids[rank]] };
}

function recordedTokens(context, width) {
  const logits = recordedLogits(context, width);
  return { logits, name: (rank) => recordedName(context.tokens, rank) };
}

/** What may come at a place: its tokens, and at τ = 1 their entropy and what their logits are short of logarithms. */
function placeOf(tokens) {
  return { ...tokens, entropy: entropy(softmax(tokens.logits, 1)), excess: logSumExp(tokens.logits, 1) };
}

/** The probabilities of a place at the settings, and what is kept; null where the engine refuses them. */
function afterSettings({ logits }, { engine, settings }) {
  if (refusal(engine, settings.temperature)) return null;
  const steps = chain(engine, settings);
  const decoded = decode(steps, logits);
  const kept = Array.from(decoded, (z) => z > -Infinity);
  return { steps, after: softmax(decoded, 1), kept, left: kept.filter(Boolean).length };
}

/** The settings, as the model has them. */
function settingsOf(model) {
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  return { engine: model.get("engines")[model.get("engine")], settings: { ...filtersOf(model), temperature } };
}

/** The numbers that a seed has for the places of a text. */
function diceOf(seed) {
  const source = randomSource(seed);
  return Array.from({ length: ROOM + 1 }, () => uniform(source));
}

/**
 * A text that the model writes: the tokens of its prompt, and those that were drawn or put after them. Of each place it
 * knows what could have come, once that has been asked for.
 */
function passage(live) {
  let ids = [];
  let given = 0;
  let places = new Map();
  return {
    ids: () => ids,
    given: () => given,
    name: (i) => live.pieces[ids[i]],
    /** What is written from a place on. */
    from: (place) => ids.slice(place).map((id) => live.pieces[id]).join(""),
    place: (i) => places.get(i),
    /** The entropies of the places that were asked for. */
    known: () => [...places].map(([at, place]) => ({ at, entropy: place.entropy })).sort((a, b) => a.at - b.at),
    surprise(i) {
      const place = places.get(i);
      return place ? place.excess - place.logits[place.ids.indexOf(ids[i])] : null;
    },
    async begin(text) {
      const tokens = text ? await live.encode(text) : [];
      const end = text ? tokens : await live.encode("<|endoftext|>");
      [ids, given, places] = [end.slice(0, ROOM / 2), Math.min(end.length, ROOM / 2), new Map()];
    },
    /** Ask what may come at a place. */
    async ask(i) {
      if (i > 0 && !places.has(i)) {
        const logits = await live.logits(ids.slice(0, i));
        places.set(i, placeOf(rankedTokens([...logits], live.pieces)));
      }
      return places.get(i);
    },
    full: () => ids.length >= ROOM,
    add: (id) => ids.push(id),
    /** Put another token in a place; what came after it goes. */
    put(i, id) {
      this.cut(i);
      ids.push(id);
    },
    cut(i) {
      ids.length = Math.max(i, given);
      for (const place of places.keys()) if (place > ids.length) places.delete(place);
    },
  };
}

/** Draw the next token of a passage; null where an engine refuses, or the text is full. */
async function drawNext(text, dice, how) {
  if (text.full()) return null;
  const place = await text.ask(text.ids().length);
  const now = afterSettings(place, how);
  if (!now) return null;
  const id = place.ids[inverseCdf(now.after, dice[text.ids().length])];
  text.add(id);
  return id;
}

/** The button that loads the model, what it costs, how far it is, and what went wrong. */
function loadPanel(session) {
  const start = button("Load the model (about 100 MB, once)", { class: "tc-button tc-primary" });
  const stop = button("Cancel");
  const bar = element("progress", { max: "1", value: "0", "aria-label": "Loading the model" });
  const text = note(`${AHEAD} ${RECORDED}`);
  start.addEventListener("click", session.load);
  stop.addEventListener("click", session.cancel);
  return {
    node: element("div", { class: "tc-load" }, element("div", { class: "tc-player" }, start, bar, stop), text),
    update({ state, share, said }) {
      start.hidden = state !== "offered";
      stop.hidden = bar.hidden = state !== "loading";
      bar.value = share;
      if (said) setText(text, said);
    },
  };
}

/** Where a reader writes a prompt. */
function promptPanel(model) {
  const area = element("textarea", { rows: "2", maxlength: String(PROMPT), spellcheck: "false" });
  const box = element("input", { type: "checkbox" });
  const label = element("label", { class: "tc-own" }, element("span", {}, "The text that the model reads"), area);
  const chat = element("label", { class: "tc-check" }, box, element("span", {}, "as a message in a chat"));
  area.addEventListener("change", () => model.change({ prompt: area.value, context: model.get("contexts").length }));
  box.addEventListener("change", () => model.change({ chat: box.checked }));
  return {
    node: element("div", { class: "tc-own" }, label, chat),
    update() {
      if (area !== document.activeElement) area.value = model.get("prompt");
      box.checked = model.get("chat");
    },
  };
}

const [LINE, BELOW, LEFT] = [72, 18, 34]; // pixels: the line's height, what is below it, and left of it

/** Entropy at each place of the text as a line. */
function entropyLine() {
  const path = svg("path", { class: "tc-trace" });
  const [high, low] = [tickText({ x: 0, y: 12 }), tickText({ x: 0, y: LINE }, "0")];
  const mark = svg("circle", { class: "tc-dot", r: 4 });
  const axis = svg("line", { class: "tc-axis", x1: LEFT, y1: LINE, y2: LINE });
  const node = chartNode("Entropy at each place, in nats", LINE + BELOW);
  node.append(axis, path, mark, high, low);
  let width = 320;
  return {
    node,
    layout: (measured) => (width = measured),
    /** places: { at, entropy } of those that are known, in order. */
    update(places, chosen) {
      const [first, last] = [places[0]?.at ?? 0, places.at(-1)?.at ?? 1];
      const most = Math.max(1, ...places.map(({ entropy }) => entropy));
      const x = (at) => LEFT + 6 + ((at - first) / Math.max(1, last - first)) * (width - LEFT - 12);
      const y = (value) => LINE - (value / most) * (LINE - 14);
      move(node, { viewBox: `0 0 ${width} ${LINE + BELOW}`, width });
      move(axis, { x2: width });
      move(path, { d: lineThrough(places.map(({ at, entropy }) => [x(at), y(entropy)])) });
      setText(high, most.toFixed(1));
      const here = places.find(({ at }) => at === chosen);
      move(mark, { visibility: here ? "visible" : "hidden", cx: x(chosen), cy: y(here?.entropy ?? 0) });
    },
  };
}

/** The lines of the chart: the first tokens, and the rest as one. */
function linesOf({ place, before, now }) {
  const size = place.logits.length;
  const lines = Array.from({ length: FIRST }, (_, i) => ({
    ...{ name: visible(place.name(i)), logit: place.logits[i], before: before[i] },
    ...{ after: now?.after[i] ?? 0, kept: now ? now.kept[i] : null },
  }));
  const left = now ? now.kept.slice(FIRST).filter(Boolean).length : 0;
  const [share, shareAfter] = [before, now?.after ?? []].map((p) => sum(p.slice(FIRST)));
  const rest = { name: `${whole(size - FIRST)} more`, before: share, after: shareAfter, kept: now ? left > 0 : null };
  return [...lines, { ...rest, left: `${whole(left)} of ${whole(size - FIRST)}` }];
}

/** How many of the most likely hold a share of the probability. What a filter dropped in between counts nothing. */
function nucleusSize(probabilities, share) {
  let [count, total] = [0, 0];
  for (const p of [...probabilities].sort((a, b) => b - a)) {
    if (total >= share) break;
    [count, total] = [count + 1, total + p];
  }
  return count;
}

function factsOf({ place, before, now, dice }) {
  const both = (of) => [before, now?.after].map((p) => (p ? of(p) : "–")).join(" → ");
  return [
    now ? `${whole(now.left)} of ${whole(place.logits.length)}` : "–",
    both((p) => entropy(p).toFixed(2)),
    both((p) => number(effectiveChoices(p), 3)),
    both((p) => whole(nucleusSize(p, 0.9))),
    both((p) => percent(Math.min(1, sum(p.slice(100))))),
    now ? `${visible(place.name(inverseCdf(now.after, dice)))}, by u = ${dice.toFixed(3)}` : "–",
  ];
}

function summaryOf({ place, before, now, heading, how }) {
  const { engine, settings } = how;
  if (!place) return heading;
  if (!now) return refusal(engine, settings.temperature);
  const share = (i) => `${visible(place.name(i))} ${percent(before[i])}, now ${percent(now.after[i])}`;
  const kept = `${whole(now.left)} of ${whole(place.logits.length)} kept`;
  return `${heading}, at temperature ${number(settings.temperature)}: ${kept}; ${[0, 1, 2].map(share).join("; ")}.`;
}

/** How a token of the text looks: given, or tinted by its surprise. */
function entriesOf(text) {
  const entries = text.ids().map((_, i) => {
    const [name, surprise] = [text.name(i), text.surprise(i)];
    const level = surprise === null ? 0 : SURPRISES.filter((least) => surprise >= least).length;
    const kinds = i < text.given() ? ["tc-given"] : [`tc-surprise-${level}`];
    const said = surprise === null ? visible(name) : `${visible(name)}, surprise ${number(surprise, 2)} nats`;
    const space = /^\s+/.exec(name)?.[0] ?? "";
    return { space, written: name.slice(space.length) || "␣", name: said, kinds };
  });
  return text.full() ? entries : [...entries, { space: " ", written: "…", name: "the next token", kinds: ["tc-given"] }];
}

/**
 * What happens between the reader and the model: it is loaded, reads a prompt, and writes; one thing at a time, and what
 * fails is said. `redraw` follows each change.
 */
function sessionOf(model, redraw) {
  const address = loaderAddress();
  let live = null; // what the loader returned
  let text = null; // what is written
  let chosen = 0; // the place of it that is shown
  let [busy, halt] = [false, false];
  let stopper = null; // ends the load
  let read = ""; // the prompt that the text was begun with
  let news = ""; // what the last act did, until it has been said
  let status = { state: address ? "offered" : "none", share: 0, said: address ? "" : model.get("elsewhere") };

  const tell = (now) => {
    status = { ...status, ...now };
    redraw();
  };
  const work = async (act) => {
    if (!live || busy) return;
    [busy, halt] = [true, false];
    redraw();
    try {
      await act();
    } catch (error) {
      news = `The model stopped: ${error.message}`;
      tell({ said: news });
    }
    busy = false;
    redraw();
  };
  const show = async (place) => {
    chosen = place;
    await text.ask(place);
  };
  const prompt = () => (model.get("chat") ? chatPrompt(model.get("prompt")) : model.get("prompt"));
  const begin = () =>
    work(async () => {
      read = prompt();
      text ??= passage(live);
      await text.begin(read);
      await show(text.ids().length);
    });

  return {
    status: () => status,
    text: () => text,
    chosen: () => chosen,
    busy: () => busy,
    begin,
    /** Read the prompt anew if it is another. */
    follow: () => live && !busy && prompt() !== read && begin(),
    news() {
      const said = news;
      news = "";
      return said;
    },
    async load() {
      stopper = new AbortController();
      tell({ state: "loading", share: 0, said: "Loading …" });
      try {
        const { loadModel } = await import(address);
        const megabytes = (bytes) => Math.round(bytes / MEGABYTES);
        const progress = (bytes, of) =>
          tell({ share: bytes / of, said: `${megabytes(bytes)} of ${megabytes(of)} MB` });
        const loaded = await loadModel({ progress, signal: stopper.signal });
        const decoder = new TextDecoder();
        live = { ...loaded, pieces: loaded.pieces.map((bytes) => decoder.decode(bytes)) };
        tell({ state: "live", said: AHEAD });
        await begin();
      } catch (error) {
        const why = error.name === "AbortError" ? "Cancelled." : `${REFUSED}${error.message}`;
        tell({ state: "offered", said: `${why} ${RECORDED}` });
      }
    },
    cancel: () => stopper?.abort(),
    stop: () => (halt = true),
    choose(place) {
      chosen = place;
      if (busy) redraw();
      else work(() => show(place));
    },
    write: (count) =>
      work(async () => {
        const dice = diceOf(model.get("seed"));
        const from = text.ids().length;
        for (let i = 0; i < count && !halt; i += 1) {
          if ((await drawNext(text, dice, settingsOf(model))) === null) break;
          chosen = text.ids().length;
          redraw();
        }
        await show(text.ids().length);
        news = `Written: ${text.from(from)}`;
      }),
    back: () =>
      work(async () => {
        text.cut(chosen);
        await show(text.ids().length);
      }),
    put: (rank) =>
      work(async () => {
        text.put(chosen, text.place(chosen).ids[rank]);
        await show(text.ids().length);
      }),
    /** Write at several temperatures from the same prompt and seed; `progress(i, text)` as each grows. */
    beside: (temperatures, progress) =>
      work(async () => {
        const { engine, settings } = settingsOf(model);
        const dice = diceOf(model.get("seed"));
        for (const [i, temperature] of temperatures.entries()) {
          const other = passage(live);
          await other.begin(prompt());
          for (let count = 0; count < MANY && !halt; count += 1) {
            await drawNext(other, dice, { engine, settings: { ...settings, temperature } });
            progress(i, other.from(other.given()));
          }
        }
        news = "Written at three temperatures.";
      }),
    end() {
      halt = true;
      stopper?.abort();
      live?.exit();
    },
  };
}

/** What a reader does with the model, once it is there: write, look, put another token in a place. */
function writingPanel(session) {
  const press = (name, act, kind = "tc-button") => {
    const node = button(name, { class: kind });
    node.addEventListener("click", act);
    return node;
  };
  const columns = BESIDE.map(() => element("p", { class: "tc-written" }));
  const acts = [
    press("Draw one token", () => session.write(1), "tc-button tc-primary"),
    press(`Write ${MANY}`, () => session.write(MANY)),
    press("Back to here", session.back),
    press("Start over", session.begin),
    press("At three temperatures", () => session.beside(BESIDE, (i, written) => setText(columns[i], written))),
  ];
  const stop = press("Stop", session.stop);
  const tools = element("div", { class: "tc-player", role: "group", "aria-label": "Writing" }, ...acts, stop);
  const list = wordList(session.choose);
  const hint = "tinted: what surprised the model; choose a token to see what else could have come";
  const story = panel(list, { title: "The text", aside: hint });
  const titles = BESIDE.map((tau, i) => element("div", {}, element("strong", {}, `τ = ${tau}`), columns[i]));
  const sides = element("div", { class: "tc-sides" }, ...titles);
  return {
    nodes: [tools, story.node, sides],
    update(temperature) {
      const text = session.text();
      for (const node of acts) node.disabled = session.busy() || !text;
      stop.disabled = !session.busy();
      sides.hidden = !columns.some(({ textContent }) => textContent);
      if (text) list.update(entriesOf(text), Math.min(session.chosen(), text.ids().length), temperature);
    },
  };
}

/** Buttons for the likeliest tokens of a place, which can be put there. */
function othersPanel(session) {
  const buttons = Array.from({ length: OTHERS }, (_, rank) => {
    const node = button("");
    node.addEventListener("click", () => session.put(rank));
    return node;
  });
  const group = { class: "tc-player tc-others", role: "group", "aria-label": "Put another token here" };
  const node = element("div", group, element("span", { class: "tc-note" }, "Put here:"), ...buttons);
  return {
    node,
    update: (place) =>
      buttons.forEach((each, rank) => {
        setText(each, visible(place.name(rank)));
        each.disabled = session.busy();
      }),
  };
}

function build({ model, body, table, fit, redraw, cleanup }) {
  const contexts = model.get("contexts");
  const read = new Map(); // the recorded places that were asked for
  const session = sessionOf(model, redraw);
  cleanup(session.end);
  const onContext = () => {
    const context = contexts[model.get("context")];
    if (context) model.change({ prompt: context.text, chat: context.kind === "chat" });
  };
  model.on("change:context", onContext);
  cleanup(() => model.off("change:context", onContext));

  const [loading, prompt] = [loadPanel(session), promptPanel(model)];
  const [writing, others] = [writingPanel(session), othersPanel(session)];
  const [line, chart] = [entropyLine(), tokensChart()];
  const lineFigure = panel(line, { title: "Entropy at each place, in nats at τ = 1" });
  const figure = panel(chart, { aside: "outline: before · filled: after · dashed: dropped" });
  const figures = facts(["Kept", "Entropy H, nats", "Effective choices", "Nucleus 0.9", "Beyond the first 100", "The seed draws"]);
  const alive = [prompt.node, ...writing.nodes, lineFigure.node];
  const order = element("code");
  const said = element("p", { class: "tc-note" }, order);
  body.append(loading.node, ...alive, figure.node, others.node, figures.node, said);
  fit(figure.node, chart.layout);
  fit(lineFigure.node, line.layout);

  /** The place that is shown, and what is made of it. */
  const shown = () => {
    const [text, chosen, how] = [session.text(), session.chosen(), settingsOf(model)];
    const context = contexts[Math.min(model.get("context"), contexts.length - 1)];
    if (!text && !read.has(context)) read.set(context, placeOf(recordedTokens(context, model.get("width"))));
    const place = text ? (text.place(chosen) ?? null) : read.get(context);
    const inText = text && chosen < text.ids().length ? `In place of “${visible(text.name(chosen))}”` : "The next token";
    const heading = !text ? `After “${visible(context.text)}”` : chosen > 0 ? inText : "Before the first token there is nothing to read";
    if (!place) return { place, how, heading };
    const dice = diceOf(model.get("seed"))[text ? chosen : 0];
    return { place, how, heading, dice, before: softmax(place.logits, 1), now: afterSettings(place, how) };
  };
  const update = () => {
    session.follow();
    const [now, text] = [shown(), session.text()];
    loading.update(session.status());
    prompt.update();
    for (const node of alive) node.hidden = session.status().state !== "live";
    writing.update(now.how.settings.temperature);
    if (text) line.update(text.known(), session.chosen());
    figure.setTitle(now.heading);
    for (const node of [chart.node, figures.node, said]) node.toggleAttribute("hidden", Boolean(text) && session.chosen() === 0);
    others.node.hidden = !now.place || !text || session.chosen() < text.given();
    if (!now.place) return;
    const lines = linesOf(now);
    chart.update(lines, now.how.settings.temperature);
    figures.write(factsOf(now));
    setText(order, now.now ? stepsText(now.now.steps) : refusal(now.how.engine, now.how.settings.temperature));
    table.update(tokensTable(now.heading, lines, now.how.settings.temperature));
    if (text) others.update(now.place);
  };
  return { update, summary: () => session.news() || summaryOf(shown()), reset: session.begin };
}

export default explorable({
  name: "language_model",
  title: "A language model in this page",
  settings: (model) => [
    choiceSetting("context", "context", () => [...model.get("contexts").map(({ text }) => text), "own"]),
    textSetting("prompt", (text) => text.slice(0, PROMPT)),
    switchSetting("chat", "chat"),
    choiceSetting("engine", "engine", () => model.get("engines").map(({ name }) => name)),
    temperatureSetting(),
    ...filterSettings(model),
    seedSetting(),
  ],
  build,
});
