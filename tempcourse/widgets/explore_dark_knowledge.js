import { effectiveChoices, entropy, softmax } from "./maths.js";
import {
  cell,
  choiceSetting,
  element,
  explorable,
  facts,
  number,
  percent,
  temperatureSetting,
} from "./explorable.js";
import { barChart, onWidth, temperatureColour, widthOf } from "./charts.js";
import { setText } from "./text.js";

const SIDE = 8; // pixels of an image
const INK = 16; // the darkest pixel's value
const RANKS = ["1st", "2nd", "3rd"];
let pickers = 0; // radio buttons of one row share a name that no other row has

/** A canvas for one image, and what paints one on it: ink on paper, on a dark page too. */
function imageCanvas(attributes = {}) {
  const node = element("canvas", { class: "tc-digit", width: SIDE, height: SIDE, ...attributes });
  const context = node.getContext("2d");
  return {
    node,
    paint(pixels) {
      const image = context.createImageData(SIDE, SIDE);
      pixels.forEach((value, i) => {
        const light = 255 * (1 - value / INK);
        image.data.set([light, light, light, 255], 4 * i);
      });
      context.putImageData(image, 0, 0);
    },
  };
}

/** A row of small pictures, one of which is chosen: radio buttons, with all that a keyboard does with them. */
function picker(digits, pick) {
  const group = `tc-digits-${(pickers += 1)}`;
  const radios = digits.map(({ label, index }, i) => {
    const name = `a ${label}, image ${index}`;
    const radio = element("input", { type: "radio", class: "tc-unseen", name: group, value: i, "aria-label": name });
    radio.addEventListener("change", () => pick(i));
    return radio;
  });
  const labels = digits.map(({ pixels }, i) => {
    const canvas = imageCanvas({ "aria-hidden": "true" });
    canvas.paint(pixels);
    return element("label", {}, radios[i], canvas.node);
  });
  const node = element("fieldset", { class: "tc-digits" }, element("legend", {}, "Pick a digit"), ...labels);
  return { node, update: (chosen) => radios.forEach((radio, i) => (radio.checked = i === chosen)) };
}

function withArticle(digit) {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/** A share in per cent with two digits, however small: what the bars can no longer show. */
function inPercent(p) {
  return `${number(100 * p, 2)} %`;
}

function build({ model, body, table, cleanup }) {
  const stops = model.get("temperatures").map(Number);
  const digits = model.get("digits");
  const choose = (digit) => {
    model.set("digit", digit);
    model.save_changes();
  };
  const row = picker(digits, choose);
  const large = imageCanvas({ role: "img" });
  const [label, source] = [element("span"), element("span", { class: "tc-aside" })];
  const [title, hint] = [element("span"), element("span", { class: "tc-aside" })];
  const [heading, others] = [element("strong"), element("p")];
  const bars = barChart(10, { label: "The teacher's probabilities of the ten digits" });
  const imagePanel = element("figure", { class: "tc-panel" }, element("figcaption", {}, label, " ", source), large.node);
  const barsPanel = element("figure", { class: "tc-panel" }, element("figcaption", {}, title, " ", hint), bars.node);
  const looks = element("div", { class: "tc-looks" }, heading, others);
  setText(heading, "What else it looks like");
  body.append(row.node, element("div", { class: "tc-lens" }, imagePanel, looks, barsPanel));
  const say = facts(body, ["Top class", "Entropy", "Effective choices"]);
  const note = element("p", { class: "tc-note" });
  body.append(note);

  const state = () => {
    const digit = digits[model.get("digit")] ?? digits[0];
    const temperature = stops[model.get("index")];
    const order = digit.logits.map((_, k) => k).sort((a, b) => digit.logits[b] - digit.logits[a]);
    return { digit, temperature, order, probabilities: softmax(digit.logits, temperature) };
  };

  /** The second guess, the third, and the odds between them: exp((z₂ − z₃)/T), whatever the first has left. */
  const guesses = ({ digit, temperature, order, probabilities }) => {
    const [, second, third] = order;
    const odds = Math.exp((digit.logits[second] - digit.logits[third]) / temperature);
    const times = odds < 10 ? odds.toFixed(1) : number(odds, 2);
    return (
      `${withArticle(second)} (${inPercent(probabilities[second])}), then ${withArticle(third)} ` +
      `(${inPercent(probabilities[third])}); the odds between them are ${times} : 1`
    );
  };

  const update = () => {
    const now = state();
    const { digit, temperature, order, probabilities } = now;
    const at = `T = ${number(temperature)}`;
    const nats = entropy(probabilities);
    row.update(digits.indexOf(digit));
    large.paint(digit.pixels);
    large.node.setAttribute("aria-label", `The image: a handwritten ${digit.label}`);
    setText(label, `Labelled ${digit.label}`);
    setText(source, `image ${digit.index}`);
    setText(title, `The teacher at ${at}`);
    setText(hint, probabilities[order[0]] > 0.9 ? "turn T up: the rest is small, not nothing" : "");
    setText(others, `${guesses(now)}.`);
    bars.update({
      probabilities,
      names: probabilities.map((_, k) => [k, RANKS[order.indexOf(k)]].filter((part) => part !== undefined).join(", ")),
      values: probabilities.map(percent),
      colour: temperatureColour(temperature),
    });
    say([
      `${order[0]}, ${percent(probabilities[order[0]])}`,
      `${nats.toFixed(3)} nats (${(nats / Math.LN2).toFixed(3)} bits)`,
      `${effectiveChoices(probabilities).toFixed(2)} of 10`,
    ]);
    setText(note, digit.note);
    table.update({
      title: `Image ${digit.index}, labelled ${digit.label}: the teacher at ${at}`,
      columns: ["Digit", "Logit", "Probability"],
      lines: probabilities.map((p, k) => [
        cell.name(String(k)),
        cell.logit(digit.logits[k]),
        cell.probability(p, temperature),
      ]),
    });
  };

  cleanup(
    onWidth(barsPanel, (width) => {
      bars.layout(width, 52);
      update();
    }),
  );

  const summary = () => {
    const now = state();
    const { digit, temperature, order, probabilities } = now;
    return (
      `Image ${digit.index}, labelled ${digit.label}, at temperature ${number(temperature)}: ` +
      `${withArticle(order[0])} with ${percent(probabilities[order[0]])}; what else it looks like: ${guesses(now)}; ` +
      `${effectiveChoices(probabilities).toFixed(2)} effective choices.`
    );
  };
  return { update, summary };
}

export default explorable({
  name: "explore_dark_knowledge",
  title: "Explore what a teacher knows about wrong answers",
  settings: () => [
    choiceSetting("digit", "digit", (model) => model.get("digits").map((digit) => String(digit.index))),
    temperatureSetting(),
  ],
  watch: () => ["digit", "index"],
  build,
});
