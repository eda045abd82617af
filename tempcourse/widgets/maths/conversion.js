// Conversion of settings between engines, as in tempcourse.conversion: see there for why.

import { FILTERS, chain, decode } from "./decoding.js";
import { sum } from "./rows.js";
import { softmax } from "./softmax.js";

const COMMUTE = [["temper", "top_k"], ["temper", "min_p"], ["temper", "top_n_sigma"], ["top_k", "min_p"]];
const MOVED = { min_p: (m, power) => m ** power };
const DROPS_THE_FIRST = ["typical_p"];

function commute(one, other) {
  return COMMUTE.some((pair) => pair.includes(one) && pair.includes(other));
}

function isBehind(name, { order }) {
  return order.indexOf(name) > order.indexOf("temper");
}

function cutsFirst({ order }) {
  return order.slice(0, order.indexOf("temper")).some((name) => name in FILTERS);
}

/** The temperature that a filter sees. */
export function seen(tau, engine, name) {
  return isBehind(name, engine) ? tau : 1;
}

/** The steps without those that can do nothing: behind τ = 0 or ∞ all tie that is left. */
function working(steps, source) {
  const tau = steps.find(([name]) => name === "temper")?.[1];
  if (tau !== 0 && tau !== Infinity) return steps;
  const idle = source.ties ? ["min_p", "top_k"] : ["min_p"];
  return steps.filter(([name]) => !idle.includes(name) || !isBehind(name, source));
}

/** Whether the most likely token alone is left, whatever the logits. */
function keepsTheFirst(steps) {
  if (steps.some(([name]) => DROPS_THE_FIRST.includes(name))) return false;
  const limit = steps.findIndex(([name, tau]) => name === "temper" && tau === Infinity);
  const told = limit < 0 ? steps : steps.slice(0, limit); // behind it there is no first
  const place = (filter) => told.findIndex(([name]) => name === filter);
  const { temper: tau, top_k: k = Infinity, top_p: p = 1, min_p: m } = Object.fromEntries(told);
  const few = p * k <= 1 && place("top_p") > place("top_k"); // the first of k has 1/k or more
  return tau === 0 || k === 1 || m === 1 || few;
}

function greedy({ greedy: has }) {
  return has ? { temperature: 0 } : { temperature: 1, top_k: 1 };
}

/** The pairs of steps whose order is another in the target, and makes a difference. */
function swappedPairs(steps, tau, { order }) {
  const names = steps.map(([name]) => name).filter((name) => order.includes(name));
  const pairs = names.flatMap((first, i) => names.slice(i + 1).map((second) => [first, second]));
  const limit = (pair) => pair.includes("temper") && (tau === 0 || tau === Infinity);
  return pairs.filter((pair) => order.indexOf(pair[0]) > order.indexOf(pair[1]) && (!commute(...pair) || limit(pair)));
}

/**
 * Return { settings, swapped, lost, ties, one }: the settings of one engine that do what given settings do in another,
 * with null for those that are off, and what keeps them from doing it in every context. `one` says that the most
 * likely token alone is left. What the source refuses, `chain` refuses.
 */
export function convert(given, source, target) {
  const steps = working(chain(source, given), source);
  const names = steps.map(([name]) => name);
  const tau = names.includes("temper") ? steps[names.indexOf("temper")][1] : 1;
  const off = Object.fromEntries(target.order.filter((name) => name in given).map((name) => [name, null]));
  const nothing = { swapped: [], lost: [], ties: false };
  const found = (settings, more) => ({ settings: { ...off, ...settings }, ...nothing, ...more });
  if (keepsTheFirst(steps)) return found(greedy(target), { ties: tau !== 0, one: true });
  if (tau === 0 && (!target.greedy || !cutsFirst(target))) {
    return found(greedy(target), { lost: names.filter((name) => DROPS_THE_FIRST.includes(name)), one: true });
  }
  const taken = Math.min(tau && Math.max(tau, target.coldest), target.hottest ?? Infinity);
  const settings = { temperature: taken };
  for (const [name, setting] of steps) {
    if (!(name in off)) continue;
    const power = seen(tau, source, name) / seen(taken, target, name);
    settings[name] = (MOVED[name] ? MOVED[name](setting, power) : setting) || null; // 0 is too small for a float
  }
  const lacking = names.filter((name) => !target.order.includes(name));
  return found(settings, {
    swapped: swappedPairs(steps, tau, target),
    lost: taken === tau ? lacking : ["temperature", ...lacking],
    ties: Boolean(settings.top_k) && source.ties !== target.ties,
    one: false,
  });
}

function keptCount(steps, logits) {
  return decode(steps, logits).filter((z) => z > -Infinity).length;
}

/** The range of top-p, [low, high], with which the target does, on these logits, what the source does; or null. */
export function fittingTopP(logits, given, source, target) {
  const there = chain(source, given);
  const { settings, lost } = convert(given, source, target);
  const steps = lost.length ? [] : chain(target, settings);
  const place = steps.findIndex(([name]) => name === "top_p");
  if (place < 0 || [...there, ...steps].some(([name]) => DROPS_THE_FIRST.includes(name))) return null;
  const wanted = keptCount(there, logits);
  const others = keptCount(steps.filter((_, i) => i !== place), logits);
  if (wanted > others) return null; // the source keeps tokens that tie
  const falling = Float64Array.from(softmax(decode(steps.slice(0, place), logits), 1)).sort().reverse();
  const low = sum(falling.subarray(0, wanted - 1));
  return [low, wanted === others ? 1 : low + falling[wanted - 1]];
}

/** ½ Σ |p − q|: the largest difference in the probability of any event. */
export function totalVariation(p, q) {
  return sum(p.map((share, i) => Math.abs(share - q[i]))) / 2;
}
