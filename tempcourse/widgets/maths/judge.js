// Whether a value is the answer to an exercise, and what is said of it: tempcourse.checks.judge, for numbers and arrays.

import { readings } from "./expression.js";
import { sum } from "./rows.js";
import { softmax } from "./softmax.js";

/** The tests of the chapters that have a name: what they find is a fault. */
const NAMED = {
  not_falling: (z) => z.some((value, i) => i > 0 && value >= z[i - 1]),
  /** Whether the second class stays below 40 % at every temperature, on the grid of the exercise. */
  weak_second(z) {
    const quarter = z.map((value) => value / 4);
    const [toSecond, toThird] = [1, 2].map((i) => quarter[0] - quarter[i]);
    const end = Math.min(toThird, 1e6 * toSecond);
    const grid = Array.from({ length: 2001 }, (_, i) => toSecond * (end / toSecond) ** (i / 2000));
    return Math.max(...grid.map((tau) => softmax(quarter, tau)[1])) < 0.4;
  },
  unsure: (z) => Math.max(...softmax(z, 1)) < 0.8,
  concentrated: (z) => sum([...softmax(z, 3)].sort((a, b) => b - a).slice(0, 2)) >= 0.8,
  first_is_beaten: (z) => z[0] <= Math.max(...z.slice(1)),
  second_is_beaten: (z) => 1.2 * z[1] <= Math.max(z[0], z[2]),
};

const TESTS = {
  near(values, [wanted, rtol, atol]) {
    const close = (a, b) => a === b || (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b));
    return values.every((value, i) => close(value, Number(Array.isArray(wanted) ? wanted[i] : wanted)));
  },
  between: (values, [low, high]) => values.every((value) => toNumber(low) <= value && value <= toNumber(high)),
  entries: (values, tests) => tests.every((test, i) => passes([values[i]], test)),
  without: (values, faults) => !faults.some((fault) => passes(values, fault)),
  named: (values, name) => NAMED[name](values),
};

function toNumber(written) {
  return { inf: Infinity, "-inf": -Infinity }[written] ?? written;
}

function passes(values, test) {
  const [[sort, made]] = Object.entries(test);
  return TESTS[sort](values, made);
}

/** What is wrong with a value before it is looked at: what was seen, and a hint if there is one. */
function fault({ shape }, value) {
  const values = [value].flat();
  const wanted = shape.length > 0;
  if (values.some(Number.isNaN)) return { seen: Array.isArray(value) ? "Yours holds nan (not a number)." : "Yours is nan (not a number)." };
  if (!wanted && values.some((each) => !Number.isFinite(each)))
    return { seen: Array.isArray(value) ? "Yours holds an infinity." : "Yours is infinite." };
  if (wanted ? !Array.isArray(value) || value.length !== shape[0] : values.length !== 1)
    return { seen: `Yours has shape ${Array.isArray(value) ? `(${value.length},)` : "()"}.` };
  if (values.includes(Infinity))
    return { seen: "Yours holds an infinity.", hint: "Give finite numbers, or -inf for a logit that is masked." };
  return null;
}

/** What is said of a value: { right, text }. */
export function verdict(exercise, value) {
  const wrong = fault(exercise, value);
  const values = [value].flat();
  if (!wrong && passes(values, exercise.test)) return { right: true, text: `right. ${exercise.right}`.trimEnd() };
  const slip = wrong ? null : exercise.slips.find(([test]) => passes(values, test));
  const hint = wrong?.hint ?? slip?.[1] ?? exercise.hint;
  const seen = wrong ? ` ${wrong.seen}` : "";
  return { right: false, text: `not yet. Expected: ${exercise.kind}.${seen}\nHint: ${hint}` };
}

/** What is said of what a reader wrote, of whose readings the best counts: { right, text, value }. */
export function judge(exercise, written) {
  if (!written.trim() || written.trim() === "...") return { right: false, text: "not attempted yet." };
  let meant;
  try {
    meant = readings(written);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { right: false, text: `not yet. Expected: ${exercise.kind}.\nHint: ${error.message}` };
  }
  const said = meant.map((value) => ({ ...verdict(exercise, value), value }));
  return said.find(({ right }) => right) ?? said[0];
}
