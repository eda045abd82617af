// Decoding, as in tempcourse.decoding: a filter returns the logits, -Infinity for those that are dropped.

import { argsort, refuse, sum } from "./rows.js";
import { entropy, largest, softmax, temper } from "./softmax.js";

function checkShare(p) {
  if (!(p > 0 && p <= 1)) refuse(`p must be above 0 and at most 1, got ${p}`);
}

function mostLikelyFirst(logits) {
  largest(logits, 1);
  return argsort(logits.map((z) => -z));
}

function keepFirst(count, order, logits) {
  const kept = logits.map(() => -Infinity);
  for (const i of order.slice(0, count)) kept[i] = logits[i];
  return kept;
}

/** What rounding can do to the sum of n probabilities: see _how_many in Python. */
function roundingOf(n) {
  return Number.EPSILON * (2 + Math.log(n) + n);
}

/** Keep the first of an order until their probabilities sum to at least p, but for rounding. */
function keepUntil(p, order, logits) {
  if (p === 1) return logits.slice();
  const probabilities = softmax(order.map((i) => logits[i]), 1);
  let [count, total] = [1, probabilities[0]];
  const enough = p - roundingOf(order.length);
  while (total < enough && count < order.length) total += probabilities[count++];
  return keepFirst(count, order, logits);
}

/** Indices by their key, and by index where keys differ by no more than their rounding: see _ordered in Python. */
function ordered(keys, scale) {
  const order = argsort(keys);
  const ranks = keys.map(() => 0);
  for (let j = 1; j < order.length; j += 1) {
    const [before, key] = [keys[order[j - 1]], keys[order[j]]];
    ranks[order[j]] = ranks[order[j - 1]] + Number(key - before > 4 * Number.EPSILON * (scale + before));
  }
  return argsort(ranks);
}

/** The filters by their names in Python: each takes logits and its setting. */
export const FILTERS = {
  temper,

  /** Keep the k largest logits, and with `ties` all that tie with the k-th. */
  top_k(logits, k, ties = false) {
    if (!(Number.isInteger(k) && k >= 1)) refuse(`k must be a whole number of at least 1, got ${k}`);
    const order = mostLikelyFirst(logits);
    if (!ties || k >= order.length) return keepFirst(k, order, logits);
    return logits.map((z) => (z >= logits[order[k - 1]] ? z : -Infinity));
  },

  /** Keep the fewest most likely tokens whose probabilities sum to at least p. */
  top_p(logits, p) {
    checkShare(p);
    return keepUntil(p, mostLikelyFirst(logits), logits);
  },

  /** Keep the tokens that are at least p times as likely as the most likely one. */
  min_p(logits, p) {
    checkShare(p);
    const least = Math.log(p) - Number.EPSILON * (Math.log(logits.length) - Math.log(p));
    return temper(logits, 1).map((gap, i) => (gap >= least ? logits[i] : -Infinity));
  },

  /** Keep the fewest tokens with a surprise near the mean surprise whose probabilities sum to at least p. */
  typical_p(logits, p) {
    checkShare(p);
    const below = temper(logits, 1);
    const logSum = Math.log(sum(below.map(Math.exp)));
    const expected = entropy(softmax(logits, 1));
    const distances = below.map((gap) => Math.abs(logSum - gap - expected));
    return keepUntil(p, ordered(distances, 1 + expected), logits);
  },
};

/** Why an engine does not take a temperature, or null if it does. */
export function refusal({ name, greedy, hottest }, temperature) {
  if (temperature === 0 && !greedy) return `temperature must be above 0 in ${name}, got 0`;
  if (temperature <= (hottest ?? Infinity)) return null;
  return `temperature must be from 0 to ${hottest} in ${name}, got ${temperature}`;
}

/**
 * The steps of an engine in its order, as [filter, setting, ties]: what Engine.__call__ makes of its settings in Python.
 * `settings` has Python's names; null leaves a step out, and so does an engine that has no such filter.
 */
export function chain(engine, { temperature, ...filters }) {
  const { order, coldest, ties } = engine;
  const why = refusal(engine, temperature);
  if (why) refuse(why);
  const divisor = temperature === 1 ? null : temperature && Math.max(temperature, coldest);
  const alone = temperature === 0 && order[0] === "temper";
  const settings = { ...(alone ? {} : filters), temper: divisor };
  const steps = order.map((filter) => [filter, settings[filter] ?? null, filter === "top_k" && ties]);
  return steps.filter(([, setting]) => setting !== null);
}

/** What the steps of a chain, one after another, make of logits. */
export function decode(steps, logits) {
  return steps.reduce((z, [filter, ...settings]) => FILTERS[filter](z, ...settings), logits);
}
