// Penalties, as in tempcourse.penalties but for DRY's breakers: what moves logits by the text so far, an array of tokens.

import { refuse } from "./rows.js";
import { largest } from "./softmax.js";

function checked(logits, penalty) {
  largest(logits, 1);
  if (!Number.isFinite(penalty)) refuse(`penalty must be finite, got ${penalty}`);
}

/** How often the text has each of n tokens. */
function howOften(text, n) {
  const counts = Array(n).fill(0);
  for (const token of text) {
    if (!(token in counts)) refuse(`text must be tokens from 0 to ${n - 1}, got ${token}`);
    counts[token] += 1;
  }
  return counts;
}

/** By the token, how many of the text's last tokens stand before it somewhere in the text. */
function repeated(text) {
  const lengths = new Map();
  let after = text.map((_, place) => place);
  for (let length = 1; length < text.length && after.length; length += 1) {
    after = after.filter((place) => place >= length && text[place - length] === text.at(-length));
    for (const place of after) lengths.set(text[place], length); // lengths rise, so the longest stays
  }
  return lengths;
}

/** A moved logit: what was finite stays finite, and what was not stays as it was. */
function moved(z, to) {
  return Number.isFinite(z) ? Math.min(Math.max(to, -Number.MAX_VALUE), Number.MAX_VALUE) : z;
}

/** Divide the logits of tokens that the text has by the penalty, or multiply those that are negative. */
export function repetition_penalty(logits, penalty, text) {
  checked(logits, penalty);
  if (!(penalty > 0)) refuse(`penalty must be above 0 and finite, got ${penalty}`);
  const counts = howOften(text, logits.length);
  return logits.map((z, i) => (counts[i] ? moved(z, z > 0 ? z / penalty : z * penalty) : z));
}

/** Subtract the penalty from the logits of tokens that the text has, however often. */
export function presence_penalty(logits, penalty, text) {
  checked(logits, penalty);
  const counts = howOften(text, logits.length);
  return logits.map((z, i) => moved(z, z - penalty * Number(counts[i] > 0)));
}

/** Subtract the penalty from the logit of a token once for each time that the text has it. */
export function frequency_penalty(logits, penalty, text) {
  checked(logits, penalty);
  const counts = howOften(text, logits.length);
  return logits.map((z, i) => moved(z, z - penalty * counts[i]));
}

/** Penalise the tokens that would go on repeating the text, the more the longer the repetition. */
export function dry_penalty(logits, multiplier, text, base = 1.75, allowed = 2) {
  largest(logits, 1);
  if (!(multiplier >= 0 && multiplier < Infinity)) refuse(`multiplier must be at least 0 and finite, got ${multiplier}`);
  const lengths = repeated(text);
  const penalty = (length) => (multiplier && length >= allowed ? multiplier * base ** (length - allowed) : 0);
  return logits.map((z, i) => moved(z, z - penalty(lengths.get(i) ?? 0)));
}

/** Add a bias to the logits of some tokens: an object of token to number, of which -Infinity drops its token. */
export function logit_bias(logits, bias) {
  largest(logits, 1);
  for (const [token, value] of Object.entries(bias)) {
    if (!(token in logits)) refuse(`bias's tokens must be from 0 to ${logits.length - 1}, got ${token}`);
    if (!(value < Infinity)) refuse(`bias must be finite, or -Infinity for a mask, got ${value}`);
  }
  const biased = logits.map((z, i) => z + (bias[i] ?? 0));
  if (!biased.some((z) => z > -Infinity)) refuse("bias must leave a token in each row, got a row of none");
  return biased;
}

/** Keep the tokens that are allowed, an array of true and false. */
export function mask(logits, allowed) {
  largest(logits, 1);
  const kept = logits.map((z, i) => (allowed[i] ? z : -Infinity));
  if (!kept.some((z) => z > -Infinity)) refuse("allowed must leave a token in each row, got a row of none");
  return kept;
}
