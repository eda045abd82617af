// Exercises answered on the page: a field beside each check, judged at once, and kept on this device.

import { element, withCode } from "../../../tempcourse/widgets/kit/elements.js";
import { noteExercise, readRecord } from "../../../tempcourse/widgets/kit/record.js";
import { judge } from "../../../tempcourse/widgets/maths/judge.js";
import { checkedNumber } from "../live_python/page.js";

const EMPTY = "not attempted yet.";

/** A value as JSON can hold it: the infinities by their names. */
function storable(value) {
  return Array.isArray(value) ? value.map(storable) : Number.isFinite(value) ? value : String(value);
}

/** The field of an exercise whose answer is a value, with what was written in it before. */
function answerField(number, exercise, written) {
  const input = element("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const what = exercise.shape.length ? `${exercise.shape[0]} numbers, with commas` : "a number, or 1/1.5, log(2), 5 %";
  input.placeholder = what;
  const label = element("label", {}, element("span", {}, `Your answer to ${number}`), input);
  const name = `verdict-${number.replace(".", "-")}`;
  const said = element("p", { class: "exercise-verdict", role: "status", id: name });
  input.setAttribute("aria-describedby", name);
  const form = element("form", { class: "exercise-field" }, label, element("button", { type: "submit" }, "Check"), said);
  const tell = () => {
    const { right, text, value } = judge(exercise, input.value);
    said.replaceChildren(...withCode(`Exercise ${number}: ${text}`));
    form.dataset.verdict = right ? "right" : text === EMPTY ? "" : "wrong";
    input.setAttribute("aria-invalid", String(form.dataset.verdict === "wrong"));
    return { right, value: storable(value), written: input.value.trim() };
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answer = tell();
    if (answer.written) noteExercise(number, answer);
  });
  if (written) {
    input.value = written;
    tell();
  }
  return form;
}

/** What stands beside a check that only Python can make. */
function pythonNote() {
  const top = document.querySelector("article section[id]")?.id ?? "";
  const link = element("a", { href: `#${top}` }, "links under the chapter’s title");
  const note = element("p", { class: "exercise-field" });
  note.append("This answer is a function, which Python tries: the ", link, " say where it runs.");
  return note;
}

/** What a page judges by, behind its veil: each letter stands for the one 13 further on, each digit for the one 5 on. */
function unveiled(text) {
  const turned = (letter, first, count) => String.fromCharCode(((letter.charCodeAt(0) - first + count / 2) % count) + first);
  const plain = text.replace(/[A-Z]/g, (letter) => turned(letter, 65, 26)).replace(/[a-z]/g, (letter) => turned(letter, 97, 26));
  return JSON.parse(plain.replace(/\d/g, (digit) => turned(digit, 48, 10)));
}

/** Put a field beside each check of the page. */
export function showFields() {
  const data = document.querySelector('script[type="application/vnd.tempcourse.exercises"]');
  const exercises = data ? unveiled(data.textContent) : {};
  const known = readRecord().exercises;
  for (const cell of document.querySelectorAll(".cell.tag_check")) {
    const number = checkedNumber(cell.textContent);
    if (!Object.hasOwn(exercises, number ?? "")) continue;
    const exercise = exercises[number];
    cell.querySelector(":scope > .cell_output")?.toggleAttribute("hidden", Boolean(exercise));
    cell.append(exercise ? answerField(number, exercise, known[number]?.written) : pythonNote());
  }
}
