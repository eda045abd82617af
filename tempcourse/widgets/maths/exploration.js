// Bandits, as in tempcourse.exploration: the arm with the largest index is pulled, and ties are drawn by lot.

import { gaussian, gumbel, randomSource, uniform } from "./random.js";
import { argsort, mean, sum } from "./rows.js";

const COOLING = 0.99; // the part of its temperature that the geometric schedule keeps at each step
const EPSILON = 0.1; // the part of its pulls that ε-greedy draws evenly

/** The temperature that an arm has at a step, counted from 1, after so many pulls of it. */
export function explorationTemperature(policy, first, step, pulls) {
  if (policy === "geometric") return first * COOLING ** (step - 1);
  if (policy === "harmonic") return first / step;
  return policy === "gumbel" ? first / Math.sqrt(pulls) : first;
}

/** Runs of one policy on a bandit with normal rewards, all abreast; run r's numbers of arm k stand at r·arms + k. */
export function banditRuns({ means, sigma, runs, policy, first, seed }) {
  const [pulls, totals] = [0, 0].map(() => new Float64Array(runs * means.length));
  return { means, sigma, runs, policy, first, source: randomSource(seed), step: 0, pulls, totals };
}

/** One pull in each run, in place: every arm once, in order, and then what the policy says. */
export function banditStep(play) {
  const { means, sigma, runs, source, pulls, totals } = play;
  play.step += 1;
  for (let row = 0; row < runs * means.length; row += means.length) {
    const arm = play.step <= means.length ? play.step - 1 : chosenArm(play, row);
    pulls[row + arm] += 1;
    totals[row + arm] += means[arm] + sigma * gaussian(source);
  }
}

function chosenArm(play, row) {
  const { means, policy, source } = play;
  const random = policy === "epsilon" && uniform(source) < EPSILON;
  let [chosen, largest, tied] = [0, -Infinity, 0];
  for (let arm = 0; arm < means.length; arm += 1) {
    const index = random ? 0 : indexOf(play, row + arm);
    if (index > largest) [chosen, largest, tied] = [arm, index, 1];
    else if (index === largest && uniform(source) * (tied += 1) < 1) chosen = arm;
  }
  return chosen;
}

function indexOf({ policy, first, sigma, step, pulls, totals, source }, at) {
  const estimate = totals[at] / pulls[at];
  if (policy === "epsilon") return estimate;
  if (policy === "ucb") return estimate + sigma * Math.sqrt((2 * Math.log(step)) / pulls[at]);
  const temperature = explorationTemperature(policy, first, step, pulls[at]);
  if (temperature === 0) return estimate;
  return temperature === Infinity ? gumbel(source) : estimate + temperature * gumbel(source);
}

/** The value below which the given part of sorted numbers lies, as numpy's quantile. */
function quantile(sorted, part) {
  const place = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (place - Math.floor(place)) * (high - low);
}

/** What is measured of all runs at one step: the regret of each, sorted too, and who takes a wrong arm for best. */
export function measureRuns({ runs, means, step, pulls, totals }) {
  const top = Math.max(...means);
  const regrets = Float64Array.from({ length: runs }, (_, r) =>
    sum(means.map((mean, arm) => (top - mean) * pulls[r * means.length + arm])),
  );
  const wrong = Array.from({ length: runs }, (_, r) => {
    const estimates = means.map((_, arm) => totals[r * means.length + arm] / pulls[r * means.length + arm]);
    return Math.max(...estimates.filter((_, arm) => means[arm] === top)) < Math.max(...estimates);
  });
  const order = argsort(regrets);
  const sorted = order.map((r) => regrets[r]);
  const average = mean(sorted);
  const variance = sum(sorted.map((regret) => (regret - average) ** 2)) / (runs - 1);
  const [low, median, high] = [0.1, 0.5, 0.9].map((part) => quantile(sorted, part));
  return {
    ...{ step, regrets, order, sorted, mean: average, low, median, high, error: Math.sqrt(variance / runs) },
    ...{ wrong: order.map((r) => wrong[r]), share: wrong.filter(Boolean).length / runs },
  };
}
