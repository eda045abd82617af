// What a chapter's page has of code.

/** A chapter's name, as its page and its notebook have it. */
export function chapterHere() {
  return location.pathname.split("/").at(-1).replace(/\.html$/, "");
}

/** The cells whose code can be seen, in order. */
export function codeCells() {
  return [...document.querySelectorAll("article .cell")].filter((node) => node.querySelector(".cell_input pre"));
}

/** Whether one of these cells has a button: not if it is alive, or a check, or an exercise whose check has a field. */
export function hasButton(node, cells) {
  const check = cells[cells.indexOf(node) + 1];
  const hasField = node.matches(".tag_exercise") && check?.querySelector("form.exercise-field");
  return !node.matches(".tag_check") && !node.querySelector(".static-widget") && !hasField;
}

/** The number of the exercise that a code checks; undefined for none. */
export function checkedNumber(code) {
  return /check\("(\d+\.\d+)"/.exec(code)?.[1];
}
