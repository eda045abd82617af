// How far a reader is, beside the chapters' names and under their titles, and where to go on.

import { element } from "../../../tempcourse/widgets/kit/elements.js";
import { followRecord, noteSetting, readRecord, readSetting } from "../../../tempcourse/widgets/kit/record.js";
import { dueQuestions } from "../../../tempcourse/widgets/maths/spacing.js";

const MARK = "progress-mark";

/** How much of a chapter is answered, and how much of it there is. */
function stateOf({ quizzes, exercises }, record) {
  const answered = quizzes.filter((name) => record.quizzes[name]?.length).length;
  const solved = exercises.filter((number) => record.exercises[number]?.right).length;
  return { answered, solved, done: answered + solved, all: quizzes.length + exercises.length };
}

/** Whether a link leads to a page of the book, whatever stands behind its name. */
function leadsTo(link, page) {
  return new URL(link.href).pathname.endsWith(`/${page}`);
}

/** Put a short mark behind a link, with words for who does not see it; none takes it away. */
function mark(link, short, spoken) {
  let node = link.querySelector(`.${MARK}`);
  if (!short) return node?.remove();
  if (!node) link.append((node = element("span", { class: MARK })));
  const unseen = element("span", { class: "progress-unseen" }, ` (${spoken})`);
  node.replaceChildren(element("span", { "aria-hidden": "true" }, short), unseen);
}

function markChapters(links, chapters, record) {
  for (const chapter of chapters) {
    const { done, all } = stateOf(chapter, record);
    const short = done === all ? "✓" : done ? `${done}/${all}` : "";
    for (const link of links) if (leadsTo(link, chapter.page)) mark(link, short, `${done} of ${all} done`);
  }
}

function markReview(links, chapters, record) {
  const names = chapters.flatMap(({ quizzes }) => quizzes);
  const due = dueQuestions(names, record.quizzes, Date.now()).length;
  for (const link of links) if (leadsTo(link, "book/review.html")) mark(link, due ? `${due} due` : "", `${due} due`);
}

/** A line that comes and goes, where the page wants it. */
function line(place) {
  const node = element("p", { class: "progress-line", hidden: "" });
  place(node);
  return (...children) => {
    node.hidden = !children.length;
    node.replaceChildren(...children);
  };
}

/** What of this chapter is done, under its title. */
function chapterLine(chapter, record) {
  const { answered, solved, done, all } = stateOf(chapter, record);
  if (!done) return [];
  const questions = `${answered} of ${chapter.quizzes.length} questions`;
  const exercises = chapter.exercises.length ? ` and ${solved} of ${chapter.exercises.length} exercises` : "";
  return [done === all ? "You have been through all of this chapter." : `Done here: ${questions}${exercises}.`];
}

/** The section that is being read: what the page's contents mark. */
function placeHere(chapter) {
  const section = document.querySelector(".bd-toc-nav a.active");
  const title = document.querySelector("h1").firstChild.textContent.trim();
  return section && { page: `${chapter.page}${section.hash}`, title: `${title}, ${section.textContent.trim()}` };
}

/** Note the place whenever the page is left or put aside. */
function followPlace(chapter) {
  const note = () => {
    const place = document.visibilityState === "hidden" && placeHere(chapter);
    if (place && place.page !== readSetting("place")?.page) noteSetting("place", place);
  };
  addEventListener("visibilitychange", note);
}

/** The way on, on the front page. */
function goOn(front) {
  const place = readSetting("place");
  if (!place) return [];
  return ["Go on where you were: ", element("a", { href: new URL(`../${place.page}`, front) }, place.title), "."];
}

/** Show all of it, now and after each answer, of this page or of another one; functions count where there is Python. */
export function showProgress(parts, hasPython) {
  const done = ({ exercises, functions }) => (hasPython ? [...exercises, ...functions] : exercises);
  const chapters = parts.map((chapter) => ({ ...chapter, exercises: done(chapter) }));
  const links = [...document.querySelectorAll(".bd-sidebar-primary a.reference.internal, .bd-article table a")];
  const chapter = chapters.find(({ page }) => location.pathname.endsWith(`/${page}`));
  const heading = document.querySelector("article h1");
  const lede = document.querySelector("article .lede");
  const showHere = chapter && line((node) => (document.querySelector("nav.launch-buttons") ?? heading).after(node));
  const showWay = lede && line((node) => lede.after(node));
  const update = () => {
    const record = readRecord();
    markChapters(links, chapters, record);
    markReview(links, chapters, record);
    showHere?.(...chapterLine(chapter, record));
    showWay?.(...goOn(location.href));
  };
  if (chapter) followPlace(chapter);
  followRecord(update);
  update();
}
