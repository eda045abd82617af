import { barChart } from "./kit/bars.js";
import { button, element, setText } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { facts, note, pair, panel } from "./kit/panels.js";
import {
  filterSettings,
  filtersOf,
  numberSetting,
  seedSetting,
  showWhatActs,
  switchSetting,
  temperatureSetting,
  textSetting,
} from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { wordList } from "./kit/word_list.js";
import { number, percent, percents } from "./kit/words.js";
import { chain, decode, readsText, steadiedCut, surpriseCut } from "./maths/decoding.js";
import { CLOSING, END, nearestWords, nextProbabilities, ngramModel, spell, tokenize } from "./maths/language.js";
import { inverseCdf, randomSource, uniform } from "./maths/random.js";
import { argsort, mean, sum } from "./maths/rows.js";
import { softmax } from "./maths/softmax.js";

const UNCHANGED = "τ = 1"; // the settings at which the model is as it is
const TOP = 10; // words that have a bar of their own
const HINT =
  "Underlined: not the likeliest word. Choose a word to see what it was drawn from; " +
  "Rewind goes back to that moment.";
const WHERE_0 =
  "This model’s logits are log-probabilities, none above 0. The repetition penalty asks where 0 is, " +
  "and so hardly touches a word that is sure.";
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

/** Where mirostat cut at a rewind, in a link. */
const CUT = {
  key: "cut",
  trait: "cut",
  write: (bits) => (bits === null ? "none" : String(bits)),
  read: (text) => (text.trim() && Number.isFinite(Number(text)) ? Number(text) : undefined),
};

/** A word where it stands alone: a lone mark is hard to see, and not read out. */
function named(word) {
  if (word === END) return "end of story";
  return MARKS[word] ? `${word} (${MARKS[word]})` : word;
}

/** The beginning that was typed, if it is of words that the model knows. */
function knownPrompt(text, model) {
  const vocabulary = model.get("vocabulary");
  return tokenize(text, vocabulary).every((word) => vocabulary.includes(word)) ? text : undefined;
}

/** Words as text, from one of them on. */
function textOf(words, from = 0) {
  const pieces = spell(words).slice(from);
  return pieces.map(({ space, written }) => space + written).join("");
}

function settingsOf(model) {
  return { temperature: model.get("temperatures")[model.get("temperature_index")], ...filtersOf(model) };
}

function settingsText({ temperature, ...filters }) {
  const used = Object.entries(filters).filter(([, setting]) => setting !== null);
  const spoken = (name) => name.replace("_penalty", " penalty").replace("dry", "DRY").replace("_", "-");
  const texts = used.map(([name, setting]) => `${spoken(name)} ${number(setting)}`);
  return [`τ = ${number(temperature)}`, ...texts].join(", ");
}

/** A model's row from the most likely token on: tokens, their logits at τ = 1, and of each token its rank. */
function rankedRow(row) {
  const tokens = Uint16Array.from(argsort(row.map((p) => -p)));
  const ranks = new Uint16Array(tokens.length);
  tokens.forEach((token, rank) => (ranks[token] = rank));
  return { tokens, ranks, logits: Array.from(tokens, (token) => Math.log(row[token])) };
}

/** The surprise of the most likely token, in bits. */
function leastSurprise(logits) {
  return -Math.log2(softmax(logits, 1).reduce((most, p) => Math.max(most, p)));
}

/**
 * What may come after the words of a text, from the most likely on: tokens, their logits at τ = 1, their probabilities
 * at the settings, and whether they are kept. Mirostat cuts at a surprise of so many bits; `least` is the smallest that
 * it finds.
 */
function nextWords(language, engine, { mirostat, ...settings }, ranked) {
  const decoded = new Map(); // logits → what is drawn from at these settings, where nothing else has a part in it
  const draw = ({ logits, ranks }, words, cut) => {
    const text = words.map(({ token }) => ranks[token]);
    const left = decode(chain(engine, { ...settings, text }), logits);
    const last = mirostat === null ? left : surpriseCut(left, cut);
    return { probabilities: softmax(last, 1), kept: last.map((z) => z > -Infinity), least: mirostat && leastSurprise(left) };
  };
  const remembers = mirostat !== null || readsText(settings);
  return (words, cut) => {
    const row = nextProbabilities(language, words.map(({ token }) => token));
    if (!ranked.has(row)) ranked.set(row, rankedRow(row));
    const here = ranked.get(row);
    if (remembers) return { ...here, ...draw(here, words, cut), cut };
    if (!decoded.has(row)) decoded.set(row, draw(here, words));
    return { ...here, ...decoded.get(row) };
  };
}

/** A word by its rank among those that may come. */
function ranked({ tokens, logits, probabilities }, rank) {
  const logit = logits[rank];
  return { token: tokens[rank], rank, probability: probabilities[rank], logit, left: logit < logits[0] };
}

/**
 * The writer: words from a beginning on, each drawn from the model's next-token distribution at some settings, with
 * the number that the seed has for its place.
 */
function storyWriter(language, engine, longest) {
  const rows = new Map(); // row of the model → its tokens from the most likely on, and their logits
  let next = null; // words, and where mirostat cuts → what may come after them
  let target = null; // mirostat's
  let first = 0; // and where it cuts after the beginning
  let dice = [];
  let given = 0;
  let leftOut = 0;
  let words = [];
  const cutAt = (place) => (place < given ? Infinity : (words[place - 1]?.cut ?? first));
  const step = (place) => next(words.slice(0, place), cutAt(place));
  const draw = () => {
    const here = step(words.length);
    const word = ranked(here, inverseCdf(here.probabilities, dice[words.length]));
    return target === null ? word : { ...word, cut: steadiedCut(here.cut, target, word.probability) };
  };
  return {
    step,
    /** The text, the beginning's words first: of each its token, rank, probability, logit at τ = 1, and the next cut. */
    words: () => words,
    /** How many of them are the beginning's. */
    given: () => given,
    /** How many more of the beginning's there were than a page holds. */
    leftOut: () => leftOut,
    /** Begin anew, at other settings; mirostat where it cut when the beginning was written, or as a new one does. */
    begin(tokens, seed, settings, cut) {
      next = nextWords(language, engine, settings, rows);
      target = settings.mirostat;
      first = cut ?? 2 * target;
      const source = randomSource(seed);
      dice = Array.from({ length: longest + 1 }, () => uniform(source));
      words = [];
      given = Math.min(tokens.length, longest);
      for (const token of tokens.slice(0, given)) {
        const here = step(words.length);
        words.push(ranked(here, here.tokens.indexOf(token)));
      }
      leftOut = tokens.length - given;
    },
    /** Write or take back until there are so many words after the beginning. */
    write(count) {
      words.length = Math.min(words.length, given + count);
      while (words.length < Math.min(given + count, longest)) words.push(draw());
    },
    /** Write to the end of a sentence, but no more words than so many. */
    sentence(most) {
      const end = Math.min(words.length + most, longest);
      const { vocabulary } = language;
      let coming = draw();
      while (words.length < end) {
        words.push(coming);
        coming = draw();
        const [before, last] = [-2, -1].map((place) => vocabulary[words.at(place)?.token]);
        const mark = last === CLOSING ? before : last;
        if ([".", "?", "!", END].includes(mark) && vocabulary[coming.token] !== CLOSING) break;
      }
    },
  };
}

/** Where a reader types a beginning; a word that the model does not know is refused, with what is near to it. */
function promptField(model, { vocabulary, index }, cleanup) {
  const field = element("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const refusal = element("p", { class: "tc-note tc-refusal", role: "alert" });
  const beginnings = model.get("beginnings");
  field.addEventListener("change", () => {
    const unknown = tokenize(field.value, vocabulary).find((word) => !index.has(word));
    field.setAttribute("aria-invalid", String(unknown !== undefined));
    if (unknown === undefined) return model.change({ prompt: field.value, cut: null });
    const near = nearestWords(unknown, vocabulary);
    const help = near.length ? ` Near to it: ${near.join(", ")}.` : "";
    return setText(refusal, `The stories have no word “${unknown}”.${help}`);
  });
  const onPrompt = () => {
    const place = beginnings.indexOf(model.get("prompt"));
    model.change({ beginning: place < 0 ? beginnings.length : place });
    field.value = model.get("prompt");
    field.removeAttribute("aria-invalid");
    setText(refusal, "");
  };
  const onBeginning = () => {
    const prompt = beginnings[model.get("beginning")];
    if (prompt !== undefined && prompt !== model.get("prompt")) model.change({ prompt, cut: null });
  };
  for (const [event, follow] of [["change:prompt", onPrompt], ["change:beginning", onBeginning]]) {
    model.on(event, follow);
    cleanup(() => model.off(event, follow));
  }
  onPrompt();
  const label = element("label", { class: "tc-field" }, element("span", {}, "Begin in your own words"), field);
  return { nodes: [label, refusal] };
}

/** What the list shows of the words, and, where there is room, of the place of the next one. */
function entriesOf({ words, given, fresh, spoken, longest }) {
  const entries = spell(spoken).map(({ space, written }, i) => {
    const kinds = [];
    if (i < given) kinds.push("tc-given");
    else if (words[i].left) kinds.push("tc-left");
    if (written === END) kinds.push("tc-end-of-story");
    if (i >= fresh) kinds.push("tc-fresh");
    return { space, written: written === END ? "end of story" : written, name: named(spoken[i]), kinds };
  });
  const coming = { space: " ", written: "…", name: "the next word", kinds: ["tc-given"] };
  return words.length < longest ? [...entries, coming] : entries;
}

/** What mirostat cuts at where a word was drawn, and what it has seen of its target; "" where it has no part. */
function mirostatText({ step: { cut, least }, chosen, words, given, settings: { mirostat: target } }) {
  if (target === null || chosen < given) return "";
  const bits = (value) => (number(value, 3) === "1" ? "1 bit" : `${number(value, 3)} bits`);
  const drawn = words.slice(given, chosen);
  const seen = mean(drawn.map(({ probability }) => -Math.log2(probability)));
  const short = cut < least ? ", and none is so sure, so the likeliest alone stays" : "";
  const kept = drawn.length ? ` Among those kept, the words so far had ${bits(seen)} on average; the target is ${target}.` : "";
  return `Mirostat keeps words of up to ${bits(Math.max(cut, 0))} here${short}.${kept}`;
}

/** The chosen step in words: what happened, its numbers, and mirostat's. */
function stepTexts(now) {
  const { step, chosen, words, given, spoken, settings, size } = now;
  const [word, steady] = [words[chosen], mirostatText(now)];
  if (!word) return ["What may come next", `${step.kept.filter(Boolean).length} of ${size} words may.`, steady];
  const surprise = `a surprise of ${number(-word.logit, 3)} nats`;
  const unchanged = settingsText(settings) === UNCHANGED;
  const alone = unchanged ? surprise : `${percent(Math.exp(word.logit))} at τ\u00a0=\u00a01, ${surprise}`;
  const numbers = `Rank ${word.rank + 1} of ${size}, probability ${percent(word.probability)}; ${alone}.`;
  return [`${chosen < given ? "Given" : "Drawn"}: ${named(spoken[chosen])}`, numbers, steady];
}

/** What the chosen word was drawn from: a bar for each of the most likely words, and one for all others. */
function stepPanel() {
  const bars = barChart(TOP + 1, { label: "Probabilities of the next word" });
  const figure = panel(bars);
  const remark = element("p", { class: "tc-note tc-step" });
  const steady = element("p", { class: "tc-note tc-steady" });
  bars.node.before(remark, steady);
  return {
    node: figure.node,
    layout: (width) => bars.layout(width, 136),
    update(now) {
      const { step, chosen, words, settings, vocabulary } = now;
      const { tokens, probabilities, kept } = step;
      const [name, numbers, mirostat] = stepTexts(now);
      figure.setTitle(name);
      setText(remark, numbers);
      steady.hidden = settings.mirostat === null;
      setText(steady, mirostat);
      const marked = words[chosen] ? Math.min(words[chosen].rank, TOP) : undefined;
      const names = Array.from(tokens.slice(0, TOP), (token) => named(vocabulary[token]));
      names.push(`${tokens.length - TOP} others`);
      const shown = [...probabilities.slice(0, TOP), sum(probabilities.slice(TOP))];
      const dropped = (i) => settings.temperature > 0 && !(i < TOP ? kept[i] : kept.slice(TOP).some(Boolean));
      bars.update({
        ...{ probabilities: shown, temperature: settings.temperature, marked },
        names: names.map((text, i) => (i === marked ? `▸ ${text}` : text)),
        values: percents(shown).map((share, i) => (dropped(i) ? "dropped" : share)),
      });
    },
  };
}

function measuresOf({ words, given }) {
  const drawn = words.slice(given);
  const pairs = drawn.slice(1).map(({ token }, i) => `${drawn[i].token} ${token}`);
  const left = drawn.filter((word) => word.left).length;
  const surprise = -mean(drawn.map(({ logit }) => logit));
  return { count: drawn.length, surprise, left, pairs: pairs.length, different: new Set(pairs).size };
}

function factsOf(now) {
  const { count, surprise, left, pairs, different } = measuresOf(now);
  const share = (part, all) => (all ? percent(part / all) : "–");
  const texts = count ? [`${surprise.toFixed(2)} nats`, number(Math.exp(surprise), 3)] : ["–", "–"];
  return [...texts, share(left, count), share(different, pairs)];
}

function tableOf({ words, given, vocabulary, settings }) {
  return {
    title: `The words that were written at ${settingsText(settings)}, and their probabilities`,
    columns: ["Word", "Probability", "At τ = 1", "Surprise at τ = 1, nats", "Rank"],
    lines: words.slice(given).map(({ token, probability, logit, rank }) => [
      cell.text(named(vocabulary[token])),
      cell.probability(probability, settings.temperature),
      cell.probability(Math.exp(logit), 1),
      cell.quantity(-logit),
      cell.text(String(rank + 1)),
    ]),
  };
}

function summaryOf(now) {
  const at = settingsText(now.settings);
  const { count, surprise, left } = measuresOf(now);
  const text = count
    ? `${count} words written at ${at}: perplexity ${number(Math.exp(surprise), 3)}, ${left} not the likeliest.`
    : `Nothing written yet at ${at}.`;
  const [name, ...texts] = stepTexts(now).filter(Boolean);
  return `${text} ${name}. ${texts.join(" ")}`;
}

/** What is said of a full page, and of what a long beginning had beyond it. */
function fullOf({ longest, leftOut }) {
  const more = leftOut === 1 ? "1 more word of the beginning is" : `${leftOut} more words of the beginning are`;
  return `The page is full at ${longest} words${leftOut ? `; ${more} left out` : ""}: rewind, or reset.`;
}

/** The text that the model's settings make, and what a reader is looking at in it. */
function storyOf(model, language) {
  const { vocabulary, index } = language;
  const longest = model.get("longest");
  const writer = storyWriter(language, model.get("engine"), longest);
  let chosen = Infinity; // the place whose step is shown
  let fresh = Infinity; // the first word of the last press
  let current = ""; // the prompt, seed and settings that the text was written with
  /** Bring the text to what the model says. */
  const follow = () => {
    const [prompt, seed, settings, cut] = [model.get("prompt"), model.get("seed"), settingsOf(model), model.get("cut")];
    const wanted = JSON.stringify([prompt, seed, settings, cut]);
    if (wanted !== current) {
      current = wanted;
      fresh = Infinity;
      writer.begin(tokenize(prompt, vocabulary).map((word) => index.get(word)), seed, settings, cut);
    }
    writer.write(model.get("count"));
    const words = writer.words();
    if (chosen > words.length || chosen === longest) chosen = Math.max(0, words.length - 1);
    const spoken = words.map(({ token }) => vocabulary[token]);
    const about = { vocabulary, size: vocabulary.length, longest, settings };
    return { words, given: writer.given(), leftOut: writer.leftOut(), spoken, chosen, fresh, ...about, step: writer.step(chosen) };
  };
  return {
    follow,
    choose: (place) => (chosen = place),
    /** Write by one of the writer's acts; returns what was written. */
    write(act) {
      follow();
      fresh = writer.words().length;
      act(writer);
      const words = writer.words();
      chosen = words.length - 1;
      model.change({ count: words.length - writer.given() });
      return textOf(words.map(({ token }) => vocabulary[token]), fresh).trim();
    },
    /**
     * What comes before the chosen word becomes the beginning: it stays, whatever the settings are from now on, and
     * mirostat is where it was.
     */
    rewind() {
      const { words, spoken, given } = follow();
      chosen = Math.max(0, Math.min(chosen, words.length - 1));
      fresh = Infinity;
      const cut = chosen < given ? null : (writer.step(chosen).cut ?? null);
      model.change({ prompt: textOf(spoken.slice(0, chosen)), cut, count: 0 });
      return spoken[chosen];
    },
    reset: () => ([chosen, fresh] = [Infinity, Infinity]),
  };
}

function build({ model, body, table, fit, redraw, cleanup }) {
  const language = ngramModel(model.get("training"), model.get("vocabulary"), model.get("order"));
  const story = storyOf(model, language);
  const prompt = promptField(model, language, cleanup);
  const list = wordList((place) => {
    story.choose(place);
    redraw();
  });
  const [writeOn, oneWord, rewind] = ["Write on", "One word", "Rewind"].map((name) => button(name));
  writeOn.classList.add("tc-primary");
  const group = { class: "tc-player", role: "group", "aria-label": "Writing" };
  const buttons = element("div", group, writeOn, oneWord, rewind);
  const [hint, where0] = [note(), note(WHERE_0)];
  const text = panel(list);
  text.node.append(hint);
  const step = stepPanel();
  const figures = facts(["Mean surprise at τ = 1", "Perplexity", "Not the likeliest", "Different pairs"]);
  body.append(...prompt.nodes, buttons, pair(text, step), where0, figures.node);
  fit(step.node, step.layout);

  let news = ""; // what the last press did, until it has been said
  const press = (node, act, tell) =>
    node.addEventListener("click", () => {
      news = tell(act());
      redraw();
    });
  const written = (words) => (words ? `Written: ${words}` : "The page is full: rewind, or reset.");
  press(writeOn, () => story.write((writer) => writer.sentence(model.get("length"))), written);
  press(oneWord, () => story.write((writer) => writer.write(model.get("count") + 1)), written);
  press(rewind, story.rewind, (word) => (word ? `Back to before ${named(word)}.` : "There is no word to take back."));

  const update = () => {
    showWhatActs(model);
    const now = story.follow();
    const { words, chosen, settings, longest } = now;
    text.setTitle(`Written word by word at ${settingsText(settings)}`);
    list.update(entriesOf(now), chosen, settings.temperature);
    step.update(now);
    figures.write(factsOf(now));
    table.update(tableOf(now));
    setText(hint, words.length < longest ? HINT : fullOf(now));
    where0.hidden = settings.repetition_penalty === null;
  };
  const summary = () => {
    const said = news;
    news = "";
    return said || summaryOf(story.follow());
  };
  return { update, summary, reset: () => (story.reset(), redraw()) };
}

export default explorable({
  name: "story_writer",
  title: "Write a story",
  settings: (model) => [
    textSetting("prompt", knownPrompt),
    temperatureSetting(),
    ...filterSettings(model),
    switchSetting("more", "more"),
    seedSetting(),
    numberSetting("count", () => [0, model.get("longest"), 1]),
    CUT,
  ],
  build,
});
