// How well a reader's sureness fits what came out right: the methods of tempcourse.calibration, for answers
// { right, sure, choices }. Whoever is sure by p of one of n choices leaves (1 − p)/(n − 1) to each other one.

import { expectedCalibrationError, reliabilityCurve } from "./calibration.js";
import { randomSource, uniform } from "./random.js";
import { mean } from "./rows.js";

export const STEPS = 5;
export const BINS = 6; // with three or four choices each step of sureness has its own
export const ENOUGH = 20; // answers, below which there is no verdict
const CERTAIN = 0.99; // 1 would never be forgiven: one mistake, and the NLL is infinite
const [COLDEST, HOTTEST] = [0.05, 20];
const RESAMPLED = 400;
const SEED = 1;

/** The probability that a step means, from a guess among n choices to certain. */
export function surenessOf(step, choices) {
  return 1 / choices + (step / (STEPS - 1)) * (CERTAIN - 1 / choices);
}

/** log of how many times the others together have what the chosen one has, at a temperature. */
function logOdds({ sure, choices }, temperature) {
  return Math.log(choices - 1) + (Math.log((1 - sure) / (choices - 1)) - Math.log(sure)) / temperature;
}

/** log(1 + e^x), however large x is. */
function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The sureness at a temperature: of softmax(log q/τ) what the chosen one has. */
export function temperedSureness(sure, choices, temperature) {
  return 1 / (1 + Math.exp(logOdds({ sure, choices }, temperature)));
}

/** −log of what the right choice had, in the mean, in nats; where the chosen one was wrong, it is one of the others. */
export function readerNll(answers, temperature = 1) {
  const losses = answers.map((answer) => {
    const against = logOdds(answer, temperature);
    return answer.right ? softplus(against) : softplus(-against) + Math.log(answer.choices - 1);
  });
  return mean(losses);
}

/** Σ over the choices of (q − outcome)², in the mean: the chosen one, and n − 1 that share the rest. */
export function readerBrier(answers) {
  const scores = answers.map(({ right, sure, choices }) => {
    const other = (1 - sure) / (choices - 1);
    return right ? (1 - sure) ** 2 + (choices - 1) * other ** 2 : sure ** 2 + (1 - other) ** 2 + (choices - 2) * other ** 2;
  });
  return mean(scores);
}

/** The slope of the NLL in 1/τ: what the log-probabilities are in the mean at τ, less those of the right choices. */
function slope(answers, temperature) {
  const slopes = answers.map(({ right, sure, choices }) => {
    const [chosen, other] = [Math.log(sure), Math.log((1 - sure) / (choices - 1))];
    const p = temperedSureness(sure, choices, temperature);
    return p * chosen + (1 - p) * other - (right ? chosen : other);
  });
  return mean(slopes);
}

/**
 * The temperature with the lowest NLL, by bisection on its slope: as a function of 1/τ the NLL is convex. The bounds
 * where it falls or rises all the way; null where no answer says more than a guess.
 */
export function fittedReader(answers) {
  if (!answers.some(({ sure, choices }) => Math.abs(sure * choices - 1) > 1e-9)) return null;
  let [low, high] = [Math.log(COLDEST), Math.log(HOTTEST)];
  for (let i = 0; i < 24; i += 1) {
    const middle = (low + high) / 2;
    if (slope(answers, Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/** Whether a fitted temperature is a bound: then the best one lies beyond it, and none is told. */
function isBound(temperature) {
  return temperature < COLDEST * 1.001 || temperature > HOTTEST / 1.001;
}

/** From where to where nine in ten of the temperatures lie that are fitted to answers drawn from these, with a seed. */
export function readerInterval(answers) {
  const source = randomSource(SEED);
  const draw = () => answers[Math.floor(uniform(source) * answers.length)];
  const fits = Array.from({ length: RESAMPLED }, () => fittedReader(answers.map(draw)) ?? 1).sort((a, b) => a - b);
  return [fits[Math.floor(0.05 * RESAMPLED)], fits[Math.ceil(0.95 * RESAMPLED) - 1]];
}

function calibrationError(answers) {
  return expectedCalibrationError(answers.map(({ sure }) => sure), answers.map(({ right }) => Number(right)), BINS);
}

/** The ECE that as many answers would have in the mean if each were right with the probability it was given. */
export function chanceError(answers) {
  const source = randomSource(SEED);
  const draw = () => answers.map((answer) => ({ ...answer, right: uniform(source) < answer.sure }));
  return mean(Array.from({ length: RESAMPLED }, () => calibrationError(draw())));
}

/** All that is said of a reader's answers; the temperature only where there are enough. */
export function readerReport(answers) {
  const count = answers.length;
  if (!count) return { count, missing: ENOUGH, curve: reliabilityCurve([], [], BINS) };
  const sure = answers.map((answer) => answer.sure);
  const right = answers.map((answer) => Number(answer.right));
  const report = {
    ...{ count, missing: Math.max(0, ENOUGH - count), confidence: mean(sure), accuracy: mean(right) },
    ...{ ece: calibrationError(answers), chance: chanceError(answers) },
    ...{ nll: readerNll(answers), brier: readerBrier(answers), curve: reliabilityCurve(sure, right, BINS) },
  };
  const temperature = count < ENOUGH ? null : fittedReader(answers);
  if (temperature === null || isBound(temperature)) return report;
  return { ...report, temperature, interval: readerInterval(answers) };
}

/** How many answers more would tell a temperature from 1, if it stays as it is: intervals shrink as 1/√n. */
export function moreToTell({ count, temperature, interval: [low, high] }) {
  const half = temperature < 1 ? Math.log(high / temperature) : Math.log(temperature / low);
  return Math.ceil(count * ((half / Math.log(temperature)) ** 2 - 1));
}
