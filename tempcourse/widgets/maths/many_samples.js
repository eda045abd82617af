// Many samples, as in tempcourse.many_samples: the best of k, and tokens that a draft proposes and a target accepts.

import { inverseCdf, uniform } from "./random.js";
import { sum } from "./rows.js";

/** 1 − (1 − p)^k: at least one of k samples is right. */
export function passAtK(p, k) {
  return -Math.expm1(k * Math.log1p(-p)) + 0; // + 0: never −0
}

/** 1 − C(n−c, k)/C(n, k): the same from n samples of which c are right, unbiased (Chen et al. 2021). */
export function passAtKEstimate(samples, correct, k) {
  if (samples - correct < k) return 1;
  let log = 0;
  for (let i = 0; i < correct; i += 1) log += Math.log1p(-k / (samples - i));
  return -Math.expm1(log) + 0;
}

/** Σ min(p, q): how often a token of the draft is accepted. */
export function acceptanceRate(target, draft) {
  return sum(target.map((p, i) => Math.min(p, draft[i])));
}

/** max(p − q, 0)/Σ, from which a rejected token is replaced; the target itself where nothing is left to fill. */
export function residual(target, draft) {
  const surplus = target.map((p, i) => Math.max(p - draft[i], 0));
  const total = sum(surplus);
  return total > 0 ? surplus.map((each) => each / total) : [...target];
}

/** (1 − α^(γ+1))/(1 − α): the mean number of tokens that a pass of the target gives. */
export function expectedTokens(rate, length) {
  return rate === 1 ? length + 1 : Math.expm1((length + 1) * Math.log(rate)) / (rate - 1);
}

/** min(1, p/q): the probability that a proposed token is accepted; one that neither has is not. */
export function acceptanceOf(p, q) {
  return p > 0 ? Math.min(1, p / q) : 0;
}

/**
 * What becomes of a token that is proposed, for each token: how often it is proposed and accepted, and how often it
 * stands in for a rejected one. `drawn` is what the draft draws from, and `said` what it tells the target: in an honest
 * draft one and the same.
 */
export function verification({ target, said, drawn }) {
  const accepted = drawn.map((d, i) => d * acceptanceOf(target[i], said[i]));
  const rejected = drawn.map((d, i) => d - accepted[i]);
  const lost = sum(rejected);
  const rate = lost > 0 ? sum(accepted) : 1; // where nothing is rejected it is 1, and not nearly
  const replaced = residual(target, said).map((r) => r * lost);
  return { accepted, rejected, replaced, rate, output: accepted.map((p, i) => p + replaced[i]) };
}

/**
 * One pass: tokens are proposed and accepted up to the first rejection, which is replaced; after as many as `length`
 * comes one that the target adds. As { proposed, token }; `proposed` is null for what is added.
 */
export function speculativePass({ target, said, drawn, length }, source) {
  const draw = (p) => inverseCdf(p, uniform(source));
  const written = [];
  for (let i = 0; i < length; i += 1) {
    const proposed = draw(drawn);
    if (uniform(source) >= acceptanceOf(target[proposed], said[proposed])) {
      return [...written, { proposed, token: draw(residual(target, said)) }];
    }
    written.push({ proposed, token: proposed });
  }
  return [...written, { proposed: null, token: draw(target) }];
}
