// When a question is due again: after 1, 3, 7, 16 and 35 days, as long as its answers are right; a wrong one begins anew.

const DAYS = [1, 3, 7, 16, 35];
const DAY = 86_400_000; // milliseconds

/**
 * Where a question stands after its answers { when, right }, oldest first: how many in a row came out right when they
 * were due, and from when on it is due. A right answer before its day changes nothing.
 */
export function standing(answers) {
  let [streak, due] = [0, 0];
  for (const { when, right } of answers) {
    if (right && when < due) continue;
    streak = right ? streak + 1 : 0;
    due = when + (streak ? DAYS[Math.min(streak, DAYS.length) - 1] * DAY : 0);
  }
  return { streak, due, known: answers.length > 0 };
}

/** The questions that are due, those first that have waited longest; what was never answered is not among them. */
export function dueQuestions(names, quizzes, now) {
  const standings = names.map((name) => ({ name, ...standing(quizzes[name] ?? []) }));
  const due = standings.filter((each) => each.known && each.due <= now).sort((a, b) => a.due - b.due);
  return due.map(({ name }) => name);
}

/** How many days until the next question is due; null where none is known. */
export function daysUntilNext(names, quizzes, now) {
  const known = names.map((name) => standing(quizzes[name] ?? [])).filter((each) => each.known);
  return known.length ? Math.max(0, Math.ceil((Math.min(...known.map(({ due }) => due)) - now) / DAY)) : null;
}
