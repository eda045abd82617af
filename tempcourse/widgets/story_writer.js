import { afterEach, chain, inverseCdf, randomSource, softmax, uniform } from "./maths.js";
import { CLOSING, END, nextProbabilities, ngramModel, nearestWords, spell, tokenize } from "./language.js";
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
  temperatureSetting,
} from "./explorable.js";
import { barChart, move, onWidth, temperatureColour } from "./charts.js";
import { setText } from "./text.js";

const UNCHANGED = "τ = 1"; // the settings at which the model is as it is
const TOP = 10; // words that have a bar of their own
const SLIDERS = ["min_p", "top_k", "top_p"];
const HINT =
  "Underlined: not the likeliest word. Choose a word to see what it was drawn from; " +
  "Rewind goes back to that moment.";
const MARKS = {
  "!": "exclamation mark",
  ",": "comma",
  ".": "full stop",
  ":": "colon",
  ";": "semicolon",
  "?": "question mark",
  "“": "opening quote",
  [CLOSING]: "closing quote",
};

/** A word where it stands alone: a lone mark is hard to see, and not read out. */
function named(word) {
  if (word === END) return "end of story";
  return MARKS[word] ? `${word} (${MARKS[word]})` : word;
}

/** A beginning, of words that the model knows. */
function promptSetting() {
  return {
    key: "prompt",
    trait: "prompt",
    write: (prompt) => prompt,
    read: (text, model) => {
      const vocabulary = model.get("vocabulary");
      return tokenize(text, vocabulary).every((word) => vocabulary.includes(word)) ? text : undefined;
    },
  };
}

/** Words as text, from one of them on. */
function textOf(words, from = 0) {
  const pieces = spell(words).slice(from);
  return pieces.map(({ space, written }) => space + written).join("");
}

/**
 * The writer: words from a beginning on, each drawn from the model's next-token distribution at some settings, with
 * the number that the seed has for its place.
 */
function writer(language, engine, longest) {
  const ranked = new Map(); // row of the model → its tokens from the most likely on, and their logits
  let decoded = new Map(); // logits → what is drawn from at these settings
  let settings = {};
  let dice = [];
  let given = 0;
  let words = [];

  const rank = (row) => {
    const tokens = Uint16Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b);
    return { tokens, logits: Array.from(tokens, (token) => Math.log(row[token])) };
  };
  const decode = (logits) => {
    const kept = afterEach(chain(engine, settings), logits).at(-1) ?? logits;
    return { probabilities: softmax(kept, 1), kept: kept.filter((z) => z > -Infinity).length };
  };
  /** What may come at a place of the text, from the most likely on. */
  const step = (place) => {
    const tokens = words.slice(Math.max(0, place - language.order + 1), place).map(({ token }) => token);
    const row = nextProbabilities(language, tokens);
    if (!ranked.has(row)) ranked.set(row, rank(row));
    const { logits } = ranked.get(row);
    if (!decoded.has(logits)) decoded.set(logits, decode(logits));
    return { ...ranked.get(row), ...decoded.get(logits) };
  };
  /** A word at the end of the text, by its rank. */
  const word = ({ tokens, logits, probabilities }, i) => {
    return { token: tokens[i], rank: i, probability: probabilities[i], logit: logits[i], left: logits[i] < logits[0] };
  };
  const draw = () => {
    const next = step(words.length);
    return word(next, inverseCdf(next.probabilities, dice[words.length]));
  };

  return {
    step,
    /** The text, the beginning's words first: of each its token, rank, probability, and logit at τ = 1. */
    words: () => words,
    /** How many of them are the beginning's. */
    given: () => given,
    /** Begin anew, at other settings. */
    begin(tokens, seed, others) {
      settings = others;
      decoded = new Map();
      const source = randomSource(seed);
      dice = Array.from({ length: longest + 1 }, () => uniform(source));
      words = [];
      for (const token of tokens.slice(0, longest)) {
        const here = step(words.length);
        words.push(word(here, here.tokens.indexOf(token)));
      }
      given = words.length;
    },
    /** Write or take back until there are so many words after the beginning. */
    write(count) {
      words.length = Math.min(words.length, given + count);
      while (words.length < Math.min(given + count, longest)) words.push(draw());
    },
    /** Write to the end of a sentence, but no more words than so many. */
    sentence(most) {
      const end = Math.min(words.length + most, longest);
      const vocabulary = language.vocabulary;
      let next = draw();
      while (words.length < end) {
        words.push(next);
        next = draw();
        const [before, last] = [-2, -1].map((place) => vocabulary[words.at(place)?.token]);
        const mark = last === CLOSING ? before : last;
        if ([".", "?", "!", END].includes(mark) && vocabulary[next.token] !== CLOSING) break;
      }
    },
  };
}

function build({ model, body, table, cleanup, redraw }) {
  const [vocabulary, beginnings, longest] = ["vocabulary", "beginnings", "longest"].map((name) => model.get(name));
  const temperatures = model.get("temperatures").map(Number);
  const language = ngramModel(model.get("training"), vocabulary, model.get("order"));
  const pen = writer(language, model.get("engine"), longest);
  const set = (traits) => {
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };

  const field = element("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const refusal = element("p", { class: "tc-note tc-refusal", role: "alert" });
  const [writeOn, oneWord, rewind] = ["Write on", "One word", "Rewind"].map((name) => button(name));
  writeOn.classList.add("tc-primary");
  const title = element("figcaption");
  const story = element("div", {
    class: "tc-story tc-tinted",
    role: "listbox",
    "aria-orientation": "horizontal",
    "aria-label": "The text, word by word",
  });
  const hint = element("p", { class: "tc-note" });
  const stepTitle = element("figcaption");
  const stepNote = element("p", { class: "tc-note tc-step" });
  const bars = barChart(TOP + 1, { label: "Probabilities of the next word" });
  const stepPanel = element("figure", { class: "tc-panel" }, stepTitle, stepNote, bars.node);
  body.append(
    element("label", { class: "tc-field" }, element("span", {}, "Begin in your own words"), field),
    refusal,
    element("div", { class: "tc-player", role: "group", "aria-label": "Writing" }, writeOn, oneWord, rewind),
    element("div", { class: "tc-pair" }, element("figure", { class: "tc-panel" }, title, story, hint), stepPanel),
  );
  const say = facts(body, ["Mean surprise at τ = 1", "Perplexity", "Not the likeliest", "Different pairs"]);

  const options = []; // a node for each word, and one for the place of the next
  let chosen = Infinity; // the place whose step is shown
  let fresh = Infinity; // the first word of the last press
  let news = ""; // what it wrote, until it has been said
  let current = ""; // the prompt, seed and settings that the text was written with

  const state = () => {
    const filters = SLIDERS.map((name) => [name, model.get("filters")[name][model.get(name)]]);
    return { temperature: temperatures[model.get("index")], ...Object.fromEntries(filters) };
  };
  const settingsText = () => {
    const { temperature, ...filters } = state();
    const used = Object.entries(filters).filter(([, setting]) => setting !== null);
    const texts = used.map(([name, setting]) => `${name.replace("_", "-")} ${setting}`);
    return [`τ = ${number(temperature)}`, ...texts].join(", ");
  };

  /** Bring the text to what the model says. */
  const follow = () => {
    const [prompt, seed, settings] = [model.get("prompt"), model.get("seed"), state()];
    const wanted = JSON.stringify([prompt, seed, settings]);
    if (wanted !== current) {
      current = wanted;
      fresh = Infinity;
      const tokens = tokenize(prompt, vocabulary).map((word) => language.index.get(word));
      pen.begin(tokens, seed, settings);
    }
    pen.write(model.get("count"));
  };

  const press = (act) => {
    follow();
    fresh = pen.words().length;
    act();
    const words = pen.words();
    const text = textOf(words.map(({ token }) => vocabulary[token]), fresh);
    news = text ? `Written: ${text.trim()}` : "The page is full: rewind, or reset.";
    chosen = words.length - 1;
    set({ count: words.length - pen.given() });
    redraw();
  };
  writeOn.addEventListener("click", () => press(() => pen.sentence(model.get("length"))));
  oneWord.addEventListener("click", () => press(() => pen.write(model.get("count") + 1)));
  // What comes before the chosen word becomes the beginning: it stays, whatever the settings are from now on.
  rewind.addEventListener("click", () => {
    const words = pen.words();
    chosen = Math.max(0, Math.min(chosen, words.length - 1));
    fresh = Infinity;
    const word = words[chosen];
    news = word ? `Back to before ${named(vocabulary[word.token])}.` : "There is no word to take back.";
    set({ prompt: textOf(words.slice(0, chosen).map(({ token }) => vocabulary[token])), count: 0 });
    redraw();
  });

  field.addEventListener("change", () => {
    const unknown = tokenize(field.value, vocabulary).find((word) => !language.index.has(word));
    field.setAttribute("aria-invalid", String(unknown !== undefined));
    if (unknown === undefined) set({ prompt: field.value });
    const near = unknown === undefined ? [] : nearestWords(unknown, vocabulary);
    const help = near.length ? ` Near to it: ${near.join(", ")}.` : "";
    setText(refusal, unknown === undefined ? "" : `The stories have no word “${unknown}”.${help}`);
  });
  const onPrompt = () => {
    const place = beginnings.indexOf(model.get("prompt"));
    set({ beginning: place < 0 ? beginnings.length : place });
    field.value = model.get("prompt");
    field.removeAttribute("aria-invalid");
    setText(refusal, "");
  };
  const onBeginning = () => {
    if (model.get("beginning") < beginnings.length) set({ prompt: beginnings[model.get("beginning")] });
  };
  model.on("change:prompt", onPrompt);
  model.on("change:beginning", onBeginning);
  cleanup(() => {
    model.off("change:prompt", onPrompt);
    model.off("change:beginning", onBeginning);
  });
  onPrompt();

  story.addEventListener("focusin", ({ target }) => {
    chosen = options.findIndex(({ node }) => node === target);
    redraw();
  });
  story.addEventListener("keydown", (event) => {
    const last = options.findLastIndex(({ node }) => !node.hidden);
    const to = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    options[Math.max(0, Math.min(to, last))].node.focus();
  });

  const option = () => {
    const [space, node] = [document.createTextNode(""), element("span", { role: "option" })];
    story.append(space, node);
    return { space, node };
  };
  const showText = () => {
    const words = pen.words();
    const pieces = spell(words.map(({ token }) => vocabulary[token]));
    const places = words.length + (words.length < longest ? 1 : 0);
    if (chosen >= places) chosen = Math.max(0, words.length - 1);
    while (options.length < places) options.push(option());
    options.forEach(({ space, node }, i) => {
      node.hidden = i >= places;
      const { space: before, written: text } = pieces[i] ?? { space: i < places ? " " : "", written: "…" };
      if (space.data !== before) space.data = before;
      setText(node, text === END ? "end of story" : text);
      const kinds = ["tc-word"];
      if (i < pen.given() || i >= words.length) kinds.push("tc-given");
      else if (words[i].left) kinds.push("tc-left");
      if (text === END) kinds.push("tc-end-of-story");
      if (i >= fresh && i < words.length) kinds.push("tc-fresh");
      move(node, {
        class: kinds.join(" "),
        "aria-label": i < words.length ? named(vocabulary[words[i].token]) : "the next word",
        "aria-selected": i === chosen,
        tabindex: i === chosen ? 0 : -1,
      });
    });
    story.style.setProperty("--tc-temperature", temperatureColour(state().temperature));
  };

  /** The chosen step in words: what happened, and its numbers. */
  const stepTexts = (step, word) => {
    const [kept, all] = [step.kept, vocabulary.length];
    if (!word) return ["What may come next", `${kept} of ${all} words may.`];
    const surprise = `a surprise of ${number(-word.logit, 3)} nats`;
    const alone =
      settingsText() === UNCHANGED ? surprise : `${percent(Math.exp(word.logit))} at τ\u00a0=\u00a01, ${surprise}`;
    const numbers = `Rank ${word.rank + 1} of ${all}, probability ${percent(word.probability)}; ${alone}.`;
    return [`${chosen < pen.given() ? "Given" : "Drawn"}: ${named(vocabulary[word.token])}`, numbers];
  };
  const showStep = () => {
    const [step, word] = [pen.step(chosen), pen.words()[chosen]];
    const { tokens, probabilities, kept } = step;
    const { temperature } = state();
    const [name, numbers] = stepTexts(step, word);
    setText(stepTitle, name);
    setText(stepNote, numbers);
    const marked = word ? Math.min(word.rank, TOP) : -1;
    const rest = probabilities.slice(TOP).reduce((total, p) => total + p, 0);
    const names = Array.from(tokens.slice(0, TOP), (token) => named(vocabulary[token]));
    names.push(`${tokens.length - TOP} others`);
    const shown = [...probabilities.slice(0, TOP), rest];
    bars.update({
      probabilities: shown,
      names: names.map((text, i) => (i === marked ? `▸ ${text}` : text)),
      values: shown.map((p, i) => (i >= kept && temperature > 0 ? "dropped" : percent(p))),
      colour: temperatureColour(temperature),
    });
    bars.node.querySelectorAll(".tc-bar").forEach((bar, i) => bar.classList.toggle("tc-drawn", i === marked));
  };

  const measures = () => {
    const words = pen.words().slice(pen.given());
    const mean = -words.reduce((total, { logit }) => total + logit, 0) / words.length;
    const pairs = words.slice(1).map(({ token }, i) => `${words[i].token} ${token}`);
    const left = words.filter((word) => word.left).length;
    return { count: words.length, mean, left, pairs: pairs.length, different: new Set(pairs).size };
  };
  const showMeasures = () => {
    const { count, mean, left, pairs, different } = measures();
    const share = (part, whole) => (whole ? percent(part / whole) : "–");
    const texts = count ? [`${mean.toFixed(2)} nats`, number(Math.exp(mean), 3)] : ["–", "–"];
    say([...texts, share(left, count), share(different, pairs)]);
  };

  const showTable = () => {
    const { temperature } = state();
    table.update({
      title: `The words that were written at ${settingsText()}, and their probabilities`,
      columns: ["Word", "Probability", "At τ = 1", "Surprise at τ = 1, nats", "Rank"],
      lines: pen.words().slice(pen.given()).map(({ token, probability, logit, rank }) => [
        cell.name(named(vocabulary[token])),
        cell.probability(probability, temperature),
        cell.probability(Math.exp(logit), 1),
        cell.quantity(-logit),
        { text: String(rank + 1) },
      ]),
    });
  };

  const update = () => {
    follow();
    setText(title, `Written word by word at ${settingsText()}`);
    showText();
    showStep();
    showMeasures();
    showTable();
    setText(hint, pen.words().length < longest ? HINT : `The page is full at ${longest} words: rewind, or reset.`);
  };

  cleanup(onWidth(stepPanel, (width) => (bars.layout(width, 136), redraw())));

  const summary = () => {
    const said = news;
    news = "";
    if (said) return said;
    const settings = settingsText();
    const { count, mean, left } = measures();
    const text = count
      ? `${count} words written at ${settings}: perplexity ${number(Math.exp(mean), 3)}, ${left} not the likeliest.`
      : `Nothing written yet at ${settings}.`;
    return `${text} ${stepTexts(pen.step(chosen), pen.words()[chosen]).join(". ")}`;
  };
  const reset = () => {
    [chosen, fresh] = [Infinity, Infinity];
    redraw();
  };
  return { update, summary, reset };
}

export default explorable({
  name: "story_writer",
  title: "Write a story",
  settings: () => [
    promptSetting(),
    temperatureSetting(),
    ...SLIDERS.map(filterSetting),
    numberSetting("seed", (model) => [1, model.get("last_seed"), 1]),
    numberSetting("count", (model) => [0, model.get("longest"), 1]),
  ],
  watch: () => ["prompt", "index", ...SLIDERS, "seed", "count"],
  build,
});
