import { setText, toggleButton } from "./kit/elements.js";
import { explorable } from "./kit/explorable.js";
import { facts, note, panel } from "./kit/panels.js";
import { followRecord, readRecord } from "./kit/record.js";
import { reliabilityChart } from "./kit/reliability.js";
import { choiceSetting, switchSetting } from "./kit/settings.js";
import { cell } from "./kit/table.js";
import { number, percent } from "./kit/words.js";
import { BINS, moreToTell, readerReport } from "./maths/reader.js";

/** 1, 2, … as text. */
const wholes = (count) => Array.from({ length: count }, (_, i) => String(i + 1));
const ATTEMPTS = ["first", "latest"];
const EMPTY =
  "You have not said yet how sure you are. Each quiz asks for it once you have made your choice; what you say stays on this device.";
const MODEST = "Whoever answers so knows more than they say, and may be bolder.";
const BOLD = "Whoever answers so says more than they know: of what feels certain, check some.";

/** The reader's answers with a sureness: of each quiz the first or the latest, of one chapter or of all. */
function answersOf(record, { chapter, attempt }) {
  return Object.values(record.quizzes)
    .map((answers) => answers.at(ATTEMPTS[attempt] === "first" ? 0 : -1))
    .filter((answer) => (answer?.sure ?? null) !== null && (!chapter || answer.chapter === chapter));
}

/** What the numbers mean, and what they do not. */
function verdictOf(report, isExample) {
  const { count, missing, confidence, accuracy, temperature, interval } = report;
  if (!count) return EMPTY;
  const who = isExample ? "The example reader was" : "You were";
  const said = `${who} ${percent(confidence)} sure in the mean, and right in ${percent(accuracy)} of ${count} answers.`;
  if (missing) return `${said} That is too few for a verdict: ${missing} more, and there is one.`;
  if (temperature === undefined) return `${said} No temperature can be fitted: all were guesses, or too one-sided.`;
  const [low, high] = interval.map((bound) => number(bound, 2));
  const as = `as sure as a calibrated reader would be at τ = ${number(1 / temperature, 2)}`;
  const fit = `${said} To be true, the answers want τ = ${number(temperature, 2)} (nine in ten resampled: ${low} to ${high})`;
  if (interval[0] > 1) return `${fit}. ${BOLD} That is ${as}.`;
  if (interval[1] < 1) return `${fit}. ${MODEST} That is ${as}.`;
  const more = moreToTell(report);
  const far = Number.isFinite(more) && more < 10 * count ? ` If it stays there, some ${more} answers more would tell.` : "";
  return `${fit}. That cannot be told from 1, which is calibrated.${far}`;
}

function tableOf({ count, curve }) {
  return {
    title: `${count} answers by how sure they were`,
    columns: ["Sure", "Answers", "Mean sureness", "Right"],
    lines: curve.map(([said, were, n], i) => [
      cell.text(`${[i, i + 1].map((edge) => Math.round((100 * edge) / BINS)).join(" to ")} %`),
      cell.count(n),
      ...[said, were].map((share) => (n ? cell.probability(share, 1) : cell.text("–"))),
    ]),
  };
}

function build({ model, body, table, fit, redraw, cleanup }) {
  const verdict = note();
  const chart = reliabilityChart(BINS);
  const figure = panel(chart, { title: "Your reliability", aside: "box: gap to what you said" });
  const figures = facts(["Right", "Sure, in the mean", "ECE, and by chance", "NLL", "Brier score", "Your τ"]);
  const example = toggleButton("Show an example reader", () => model.change({ shown: example.pressed() }));
  body.append(verdict, figure.node, figures.node, example.node);
  fit(figure.node, chart.layout);
  cleanup(followRecord(redraw));

  let known = ["", null]; // what was asked, and what came out: an interval takes a while
  const report = () => {
    const [chapter, attempt, shown] = ["chapter", "attempt", "shown"].map((name) => model.get(name));
    const answers = shown ? model.get("example") : answersOf(readRecord(), { chapter, attempt });
    const asked = JSON.stringify(answers);
    if (known[0] !== asked) known = [asked, readerReport(answers)];
    return known[1];
  };
  const update = () => {
    const now = report();
    const { count, curve, confidence, accuracy, ece, chance, nll, brier, temperature } = now;
    const shown = model.get("shown");
    if (shown !== example.pressed()) example.turn(shown);
    setText(verdict, verdictOf(now, shown));
    figure.setTitle(shown ? "An example reader’s reliability" : "Your reliability");
    for (const node of [figure.node, figures.node]) node.hidden = !count;
    table.update(tableOf(now));
    if (!count) return;
    chart.update({ curve, total: count, accuracy, confidence, temperature: 1 });
    const errors = `${percent(ece)}, ${percent(chance)}`;
    const tau = temperature === undefined ? "not yet" : number(temperature, 2);
    figures.write([percent(accuracy), percent(confidence), errors, nll.toFixed(2), brier.toFixed(2), tau]);
  };
  return { update, summary: () => verdictOf(report(), model.get("shown")) };
}

export default explorable({
  name: "your_calibration",
  title: "Your own calibration",
  settings: () => [
    choiceSetting("chapter", "chapter", (model) => ["all", ...wholes(model.get("chapters"))]),
    choiceSetting("attempt", "attempt", () => ATTEMPTS),
    switchSetting("shown", "shown"),
  ],
  build,
});
