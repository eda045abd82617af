// Texts of two words, as in tempcourse.sequences: the probabilities of the first word, `first`, and of the second
// after each, `then`, at a temperature on each token or on the text as a whole.

import { argsort, sum } from "./rows.js";
import { softmax } from "./softmax.js";

/** The branches of a tree at a temperature on each token: first words, and what follows each. */
export function byToken({ first, then }, temperature) {
  const tempered = (row) => softmax(row.map(Math.log), temperature);
  return { first: tempered(first), then: then.map(tempered) };
}

/** The same at a temperature on the text as a whole: softmax over all texts, and the branches that it makes. */
export function asWhole({ first, then }, temperature) {
  const logs = then.map((row, i) => row.map((p) => Math.log(first[i]) + Math.log(p)));
  const texts = softmax(logs.flat(), temperature);
  let end = 0;
  const joint = then.map((row) => texts.slice(end, (end += row.length)));
  const sums = joint.map(sum);
  return { first: sums, then: joint.map((row, i) => row.map((p) => (sums[i] > 0 ? p / sums[i] : 0))), texts };
}

/** The probabilities of all texts. */
export function textsOf({ first, then, texts }) {
  return texts ?? then.flatMap((row, i) => row.map((p) => first[i] * p));
}

/** How far texts drawn from p surprise who expects q: Σ p·log(p/q) in nats. */
export function divergence(p, q) {
  return Math.max(0, sum(p.map((share, i) => (share > 0 ? share * Math.log(share / q[i]) : 0))));
}

/** Indices of the largest numbers that are not 0, the largest first; of those that tie, the first. */
export function largestOf(values, count) {
  return argsort(values.map((value) => -value)).filter((i) => values[i] > 0).slice(0, count);
}

/** The texts, by index, that a beam search ends with; of width 1, the greedy text. */
export function beam({ first, then }, width) {
  const starts = then.map((_, i) => then.slice(0, i).flat().length);
  const kept = largestOf(first, width);
  const ways = kept.flatMap((i) => then[i].map((p, j) => ({ p: first[i] * p, text: starts[i] + j })));
  return largestOf(ways.map(({ p }) => p), width).map((i) => ways[i].text);
}

/** The texts of the largest probability, up to rounding. */
export function likeliest(p) {
  const most = Math.max(...p);
  return [...p.keys()].filter((i) => p[i] >= most * (1 - 1e-12));
}
