import { download } from "./kit/download.js";
import { button, element, move, setText, toggleButton } from "./kit/elements.js";
import { addRecord, deleteRecord, followRecord, isKept, parsedRecord, readRecord } from "./kit/record.js";
import { noteSetting, readSetting } from "./kit/record.js";
import { askInTurn } from "./kit/session.js";
import { daysUntilNext, dueQuestions } from "./maths/spacing.js";

const LONGEST = 600_000; // milliseconds of a session: ten minutes are enough
const NOT_KEPT = "This browser stores nothing for this page: what you do holds until you leave it. Save your record before.";
const NEVER = "Nothing is due yet. Answer the quizzes of a chapter, and they come back here.";

/** The questions as Anki reads them: front and back, with a tab between, a line each. */
function ankiText(questions) {
  const plain = (text) => text.replace(/[\t\n]+/g, " ").replace(/`/g, "");
  const lines = questions.map(({ question, choices, answer, explanations, chapter }) => {
    const front = [question, ...choices.map((choice, i) => `${"abcdefgh"[i]}) ${choice}`)].map(plain).join("<br>");
    const back = [`${"abcdefgh"[answer]}) ${choices[answer]}`, explanations[answer]].map(plain).join("<br>");
    return `${front}\t${back}\tchapter-${chapter}`;
  });
  return `#separator:tab\n#html:true\n#tags column:3\n${lines.join("\n")}\n`;
}

/** What is kept on this device: how much, and how it is saved, taken up and deleted. */
function recordTools(questions) {
  const said = element("p", { class: "tc-note", role: "status" });
  const file = element("input", { type: "file", accept: ".json,application/json" });
  const take = element("label", { class: "tc-file" }, element("span", {}, "Take up a saved record"), file);
  const [save, forget, anki] = [button("Save my record"), button("Delete all"), button("Questions for Anki")];
  save.addEventListener("click", () => download("temperature-record.json", JSON.stringify(readRecord())));
  anki.addEventListener("click", () => download("temperature-anki.txt", ankiText(questions)));
  file.addEventListener("change", async () => {
    const record = parsedRecord(await file.files[0]?.text());
    if (!record) setText(said, "This file is no record of this course.");
    else setText(said, addRecord(record) ? "It is taken up; what was here already is kept." : NOT_KEPT);
    file.value = "";
  });
  forget.addEventListener("click", () => {
    if (forget.dataset.asked) {
      const isGone = deleteRecord();
      setText(said, isGone ? "All that you answered is deleted from this device." : NOT_KEPT);
    }
    setText(forget, forget.dataset.asked ? "Delete all" : "Really delete all?");
    if (forget.dataset.asked) delete forget.dataset.asked;
    else forget.dataset.asked = "yes";
  });
  const sureness = toggleButton("Ask how sure I am", () => noteSetting("sureness", sureness.pressed()));
  move(sureness.node, { "aria-pressed": readSetting("sureness") !== false });
  if (!isKept()) setText(said, NOT_KEPT);
  const tools = element("div", { class: "tc-toolbar" }, save, take, anki, sureness.node, forget);
  return element("details", {}, element("summary", {}, "What is kept on this device"), tools, said);
}

/** How many questions are answered, right, and due. */
function countsText(questions, quizzes, due, now) {
  const answered = questions.filter(({ anchor }) => quizzes[anchor]?.length);
  const right = answered.filter(({ anchor }) => quizzes[anchor].at(-1).right);
  const state = `${answered.length} of ${questions.length} questions answered, ${right.length} of them right the last time.`;
  if (due.length) return `${state} ${due.length} due now.`;
  const days = daysUntilNext(questions.map(({ anchor }) => anchor), quizzes, now);
  return days === null ? NEVER : `${state} Nothing is due; the next in ${days} ${days === 1 ? "day" : "days"}.`;
}

function render({ model, el }) {
  const questions = model.get("questions");
  const names = questions.map(({ anchor }) => anchor);
  const counts = element("p", { class: "tc-note" });
  const start = button("Begin", { class: "tc-button tc-primary" });
  const session = askInTurn(update);
  const named = { role: "group", "aria-label": "Review" };
  const attributes = { class: "tc", "data-explorable": "review", "data-lm-suppress-shortcuts": "true", ...named };
  const root = element("div", attributes, counts, start, session.node, recordTools(questions));

  function update() {
    const { quizzes } = readRecord();
    const due = dueQuestions(names, quizzes, Date.now());
    setText(counts, countsText(questions, quizzes, due, Date.now()));
    start.hidden = session.runs() || !due.length;
  }
  start.addEventListener("click", () => {
    const due = dueQuestions(names, readRecord().quizzes, Date.now());
    const waiting = due.map((name) => questions.find(({ anchor }) => anchor === name));
    const end = Date.now() + LONGEST;
    session.begin(waiting, {
      // A wrong one comes back before the end.
      after: (question, { right }) => right || waiting.push(question),
      isOver: () => Date.now() > end,
      closing: () => (waiting.length ? "Ten minutes are enough. The others wait." : "Done for today."),
    });
    update();
  });
  const unfollow = followRecord(update);
  update();
  el.append(root);
  return () => {
    unfollow();
    session.leave();
    root.remove();
  };
}

export default { render };
