// Decoding, as in tempcourse.decoding: a filter returns the logits, -Infinity for those that are dropped.

import {
  dry_penalty,
  frequency_penalty,
  logit_bias,
  mask,
  presence_penalty,
  repetition_penalty,
} from "./penalties.js";
import { argsort, mean, refuse, sum } from "./rows.js";
import { entropy, largest, softmax, temper } from "./softmax.js";

function checkShare(p, name = "p") {
  if (!(p > 0 && p <= 1)) refuse(`${name} must be above 0 and at most 1, got ${p}`);
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

/** How many tokens are not masked. Halved gaps cannot overflow. */
function unmasked(logits) {
  return temper(logits, 2).filter((gap) => gap > -Infinity).length;
}

/** Which tokens have a log-probability of at least so much, but for rounding: see _likely in Python. */
function likely(logits, least) {
  const below = temper(logits, 1);
  const logSum = Math.log(sum(below.map(Math.exp)));
  const enough = least - Number.EPSILON * (4 + 2 * Math.log(logits.length) - least);
  return below.map((gap) => gap - logSum >= enough && gap > -Infinity);
}

/** Keep what is likely enough, or else the most likely token. */
function keepLikely(logits, least) {
  const keep = likely(logits, least);
  if (!keep.some(Boolean)) keep[mostLikelyFirst(logits)[0]] = true;
  return logits.map((z, i) => (keep[i] ? z : -Infinity));
}

/** The standard deviation of a row. */
function deviation(values) {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

/** How many tokens come before the tail, where the logits are sorted, largest first: see _before_the_tail in Python. */
function beforeTheTail(falling, share) {
  const tokens = unmasked(falling);
  const p = softmax(falling, 1).slice(0, tokens);
  const bends = p.slice(2).map((last, i) => Math.abs(p[i] - 2 * p[i + 1] + last));
  const total = sum(bends);
  const rounding = 8 * Number.EPSILON * (2 + Math.log(falling.length)) * p[0];
  if (!(total > rounding)) return tokens;
  let [count, reached] = [1, 0];
  for (const bend of bends) count += Number((reached += bend) <= share * total + rounding);
  return Math.min(count, Math.max(tokens - 2, 1));
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

  /** Keep the tokens whose logits lie no more than n standard deviations below the largest. */
  top_n_sigma(logits, sigmas) {
    if (!(sigmas >= 0)) refuse(`sigmas must be at least 0, got ${sigmas}`);
    const gaps = temper(logits, 2);
    const here = gaps.filter((gap) => gap > -Infinity);
    const widest = -here.reduce((least, gap) => Math.min(least, gap), 0);
    if (!(widest > 0)) return logits.map((z, i) => (gaps[i] > -Infinity ? z : -Infinity));
    const sigma = deviation(here.map((gap) => gap / widest));
    const limit = sigmas * sigma + Number.EPSILON * (1 + sigmas) * (1 + Math.log(logits.length) / widest);
    return logits.map((z, i) => (gaps[i] > -Infinity && gaps[i] / widest >= -limit ? z : -Infinity));
  },

  /** Keep the tokens that have a probability of at least ε; if there is none, the most likely one. */
  epsilon_cutoff(logits, epsilon) {
    checkShare(epsilon, "epsilon");
    return keepLikely(logits, Math.log(epsilon));
  },

  /** Keep the tokens that have a probability of at least η, which falls as the entropy rises. */
  eta_cutoff(logits, epsilon) {
    checkShare(epsilon, "epsilon");
    const least = Math.log(epsilon);
    return keepLikely(logits, Math.min(least, least / 2 - entropy(softmax(logits, 1))));
  },

  /** Keep the most likely tokens as far as a share of the bends in their falling probabilities reaches. */
  tail_free(logits, share) {
    checkShare(share, "share");
    const order = mostLikelyFirst(logits);
    if (share === 1) return logits.slice();
    return keepFirst(beforeTheTail(order.map((i) => logits[i]), share), order, logits);
  },
};

/** All that an engine's chain may have: of each its function of logits, its setting, and what else it reads. */
export const LINKS = {
  ...FILTERS,
  logit_bias,
  mask,
  repetition_penalty,
  presence_penalty,
  frequency_penalty,
  dry_penalty,

  /** With a probability, drop all tokens that reach a threshold but the least likely; `chance` is the uniform number. */
  xtc(logits, [threshold, probability], chance) {
    checkShare(threshold, "threshold");
    const keep = likely(logits, Math.log(threshold));
    const count = chance < probability ? keep.filter(Boolean).length - 1 : 0;
    const first = new Set(mostLikelyFirst(logits).slice(0, Math.max(count, 0)));
    return logits.map((z, i) => (first.has(i) ? -Infinity : z));
  },

  /** Divide by a temperature between two that rises with the entropy. */
  dynamic_temperature(logits, [low, high]) {
    const tokens = unmasked(logits);
    const H = entropy(softmax(logits, 1));
    return temper(logits, tokens > 1 ? low + (high - low) * Math.min(H / Math.log(tokens), 1) : low);
  },
};

const TEXTUAL = new Set(["repetition_penalty", "presence_penalty", "frequency_penalty", "dry_penalty"]);

/** Whether one of the settings reads the text so far. */
export function readsText(settings) {
  return Object.keys(settings).some((name) => TEXTUAL.has(name) && settings[name] !== null);
}

/** Why an engine does not take a temperature, or null if it does. */
export function refusal({ name, greedy, hottest }, temperature) {
  if (temperature === 0 && !greedy) return `temperature must be above 0 in ${name}, got 0`;
  if (temperature <= (hottest ?? Infinity)) return null;
  return `temperature must be from 0 to ${hottest} in ${name}, got ${temperature}`;
}

/**
 * The steps of an engine in its order, as [name, setting, what else it reads]: what Engine.__call__ makes of its
 * settings in Python. `settings` has Python's names; null leaves a step out, and so does an engine that has no such
 * filter. The penalties read the text so far, XTC a uniform number.
 */
export function chain(engine, { temperature, text = [], chance = 0, ...settings }) {
  const { order, coldest, ties } = engine;
  const why = refusal(engine, temperature);
  if (why) refuse(why);
  const dynamic = temperature < Infinity && order.includes("dynamic_temperature"); // ∞ ± any reach is ∞
  const reach = dynamic ? (settings.dynamic_temperature ?? null) : null;
  const divisor = temperature === 1 || reach !== null ? null : temperature && Math.max(temperature, coldest);
  const between = reach === null ? null : [Math.max(temperature - reach, 0), temperature + reach];
  const used = temperature === 0 ? order.slice(0, order.indexOf("temper") + 1) : order;
  const all = { ...settings, temper: divisor, dynamic_temperature: between };
  const read = (name) => (name === "top_k" ? ties : name === "xtc" ? chance : TEXTUAL.has(name) ? text : undefined);
  const steps = used.map((name) => [name, all[name] ?? null, read(name)]);
  return steps.filter(([, setting]) => setting !== null);
}

/** What the steps of a chain, one after another, make of logits. */
export function decode(steps, logits) {
  return steps.reduce((z, [name, ...settings]) => LINKS[name](z, ...settings), logits);
}

/** Mirostat's cut: keep the tokens with a surprise of at most so many bits, or the most likely one. */
export function surpriseCut(logits, bits) {
  return FILTERS.epsilon_cutoff(logits, 2 ** -Math.max(bits, 0) || Number.MIN_VALUE);
}

/** Where mirostat cuts after a token that had this probability among those kept: moved against the miss of its target. */
export function steadiedCut(bits, target, probability, rate = 0.1) {
  return bits - rate * (-Math.log2(probability) - target);
}
