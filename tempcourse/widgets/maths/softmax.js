// The softmax and its companions with the names and the limits of tempcourse.softmax: pure functions over one
// row of logits, held against Python on the same bits.

import { refuse, sum } from "./rows.js";

/** Return the largest logit, after checking what no formula below can mend. */
export function largest(logits, temperature) {
  if (!(temperature >= 0)) refuse(`temperature must be 0 or more, got ${temperature}`);
  let top = -Infinity;
  for (const z of logits) {
    if (Number.isNaN(z)) refuse("logits must not hold NaN");
    if (z > top) top = z;
  }
  if (top === -Infinity) refuse("logits must hold at least one that is not -Infinity");
  return top;
}

/** (z − top)/τ for a finite top and τ > 0. A gap may overflow and yet be small beside a hot τ: halve both. */
function gaps(logits, top, temperature) {
  const half = temperature > 1 ? 0.5 : 1;
  return logits.map((z) => (z * half - top * half) / (temperature * half));
}

/** Logits divided by the temperature, 0 and ∞ included; the largest, which is subtracted first, becomes 0. */
export function temper(logits, temperature) {
  const top = largest(logits, temperature);
  if (top === Infinity || temperature === 0) return logits.map((z) => (z === top ? 0 : -Infinity));
  if (temperature === Infinity) return logits.map((z) => (z === -Infinity ? z : 0));
  // Subtract first, then divide: the other order loses the digits that a large common offset takes up.
  return gaps(logits, top, temperature);
}

/** exp(z/τ) / Σ exp(z/τ). At τ = 0 the tied maxima share, at τ = ∞ all that is not masked (-Infinity). */
export function softmax(logits, temperature) {
  const weights = temper(logits, temperature).map(Math.exp);
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

/** τ·log Σ exp(z/τ), the soft maximum: the maximum at τ = 0, ∞ at τ = ∞ unless all but one are masked. */
export function logSumExp(logits, temperature) {
  const top = largest(logits, temperature);
  if (top === Infinity || temperature === 0) return top;
  if (temperature === Infinity) return logits.filter((z) => z !== -Infinity).length > 1 ? Infinity : top;
  // The largest adds exp(0) = 1, which log1p puts back: what the others add is not rounded away beside it.
  const first = logits.indexOf(top);
  const others = gaps(logits, top, temperature).map((gap, i) => (i === first ? 0 : Math.exp(gap)));
  const above = (temperature / 2) * Math.log1p(sum(others)); // halves cannot overflow before the result does
  return above > 0 ? (top / 2 + above) * 2 : top;
}

/** −Σ p·log p in nats, with 0·log 0 = 0. */
export function entropy(probabilities) {
  return sum(probabilities.map((p) => (p > 0 ? -p * Math.log(p) : 0)));
}

/** exp(entropy): how many equally likely choices would be as uncertain. */
export function effectiveChoices(probabilities) {
  return Math.exp(entropy(probabilities));
}
