// Calibration, as in tempcourse.calibration, of rows of finite logits. A temperature moves how confident a
// prediction is, never which it is: so what is right is found once, from the logits, and at τ = ∞ it stays.

import { argmax, sum } from "./rows.js";

/** Σ exp((z − top)/τ) over all but the top, whose own term is 1. Ties count as 1 at τ = 0 too. */
function rivals(logits, temperature) {
  const best = argmax(logits);
  const top = logits[best];
  let total = 0;
  for (let i = 0; i < logits.length; i += 1) {
    if (i !== best) total += logits[i] === top ? 1 : Math.exp((logits[i] - top) / temperature);
  }
  return total;
}

/** The largest probability of each row. */
export function confidences(rows, temperature) {
  return rows.map((logits) => 1 / (1 + rivals(logits, temperature)));
}

/** −log p of the labels in the mean, in nats: ∞ at τ = 0 where one is not on top. */
export function negativeLogLikelihood(rows, labels, temperature) {
  let total = 0;
  for (let k = 0; k < rows.length; k += 1) {
    const gap = rows[k][argmax(rows[k])] - rows[k][labels[k]];
    total += (gap === 0 ? 0 : gap / temperature) + Math.log1p(rivals(rows[k], temperature));
  }
  return total / rows.length;
}

/** For each bin (b/B, (b + 1)/B] the mean confidence, the share that is right, and the count: 0, 0, 0 if empty. */
export function reliabilityCurve(confidence, right, bins) {
  const sums = Array.from({ length: bins }, () => [0, 0, 0]);
  for (let k = 0; k < confidence.length; k += 1) {
    let bin = bins - 1;
    while (bin > 0 && confidence[k] <= bin / bins) bin -= 1;
    sums[bin][0] += confidence[k];
    sums[bin][1] += right[k];
    sums[bin][2] += 1;
  }
  return sums.map(([said, were, count]) => (count ? [said / count, were / count, count] : [0, 0, 0]));
}

/** Σ n_b/N·|accuracy − confidence| over the bins. */
export function expectedCalibrationError(confidence, right, bins) {
  const misses = reliabilityCurve(confidence, right, bins).map(([said, were, n]) => n * Math.abs(were - said));
  return sum(misses) / confidence.length;
}
