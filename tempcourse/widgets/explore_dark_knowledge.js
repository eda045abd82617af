import { barChart } from "./kit/bars.js";
import { element, setText } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { facts, note, panel } from "./kit/panels.js";
import { choiceSetting, temperatureSetting } from "./kit/settings.js";
import { distributionTable } from "./kit/table.js";
import { natsAndBits, number, percent, percents } from "./kit/words.js";
import { argsort } from "./maths/rows.js";
import { effectiveChoices, entropy, softmax } from "./maths/softmax.js";

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
    draw(pixels) {
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
    canvas.draw(pixels);
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

function stateOf(model) {
  const digits = model.get("digits");
  const digit = digits[model.get("digit")] ?? digits[0];
  const temperature = model.get("temperatures")[model.get("temperature_index")];
  const order = argsort(digit.logits.map((z) => -z));
  return { digit, temperature, order, probabilities: softmax(digit.logits, temperature) };
}

/** The second guess, the third, and the odds between them: exp((z₂ − z₃)/T), whatever the first has left. */
function guessesText({ digit, temperature, order, probabilities }) {
  const [, second, third] = order;
  const odds = Math.exp((digit.logits[second] - digit.logits[third]) / temperature);
  const times = odds < 10 ? odds.toFixed(1) : number(odds, 2);
  return (
    `${withArticle(second)} (${inPercent(probabilities[second])}), then ${withArticle(third)} ` +
    `(${inPercent(probabilities[third])}); the odds between them are ${times} : 1`
  );
}

function factsOf({ order, probabilities }) {
  return [
    `${order[0]}, ${percent(probabilities[order[0]])}`,
    natsAndBits(entropy(probabilities)),
    `${effectiveChoices(probabilities).toFixed(2)} of 10`,
  ];
}

function summaryOf(now) {
  const { digit, temperature, order, probabilities } = now;
  return (
    `Image ${digit.index}, labelled ${digit.label}, at temperature ${number(temperature)}: ` +
    `${withArticle(order[0])} with ${percent(probabilities[order[0]])}; ` +
    `what else it looks like: ${guessesText(now)}; ${effectiveChoices(probabilities).toFixed(2)} effective choices.`
  );
}

function build({ model, body, table, fit }) {
  const row = picker(model.get("digits"), (digit) => model.change({ digit }));
  const large = imageCanvas({ role: "img" });
  const bars = barChart(10, { label: "The teacher's probabilities of the ten digits" });
  const [imagePanel, barsPanel] = [panel(large), panel(bars)];
  const others = element("p");
  const looks = element("div", { class: "tc-looks" }, element("strong", {}, "What else it looks like"), others);
  const figures = facts(["Top class", "Entropy", "Effective choices"]);
  const remark = note();
  const lens = element("div", { class: "tc-lens" }, imagePanel.node, looks, barsPanel.node);
  body.append(row.node, lens, figures.node, remark);
  fit(barsPanel.node, (width) => bars.layout(width, 52));

  const update = () => {
    const now = stateOf(model);
    const { digit, temperature, order, probabilities } = now;
    const at = `T = ${number(temperature)}`;
    row.update(model.get("digits").indexOf(digit));
    large.draw(digit.pixels);
    large.node.setAttribute("aria-label", `The image: a handwritten ${digit.label}`);
    imagePanel.setTitle(`Labelled ${digit.label}`);
    imagePanel.setAside(`image ${digit.index}`);
    barsPanel.setTitle(`The teacher at ${at}`);
    barsPanel.setAside(probabilities[order[0]] > 0.9 ? "turn T up: the rest is small, not nothing" : "");
    setText(others, `${guessesText(now)}.`);
    const ranked = probabilities.map((_, k) => [k, RANKS[order.indexOf(k)]].filter((part) => part !== undefined));
    bars.update({
      ...{ probabilities, temperature, values: percents(probabilities) },
      names: ranked.map((parts) => parts.join(", ")),
    });
    figures.write(factsOf(now));
    setText(remark, digit.note);
    const title = `Image ${digit.index}, labelled ${digit.label}: the teacher at ${at}`;
    const names = [...probabilities.keys()].map(String);
    table.update(distributionTable({ title, head: "Digit", names, logits: digit.logits, probabilities, temperature }));
  };
  return { update, summary: () => summaryOf(stateOf(model)) };
}

export default explorable({
  name: "explore_dark_knowledge",
  title: "Explore what a teacher knows about wrong answers",
  settings: () => [
    choiceSetting("digit", "digit", (model) => model.get("digits").map((digit) => String(digit.index))),
    temperatureSetting(),
  ],
  build,
});
