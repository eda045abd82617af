// How numbers are said. The rules of `number` and `percent` are those of tempcourse.words.

/** A number as prose shows it: a true minus sign, ∞, and powers of ten for the very large and small. */
export function number(value, digits = 6) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e").map(Number);
  const inPowers = exponent < -4 || exponent >= digits;
  const plain = String(inPowers ? mantissa : Number(value.toPrecision(digits))).replace("-", "−");
  return inPowers ? `${plain} × 10${superscript(exponent)}` : plain;
}

function superscript(integer) {
  return String(integer).replace(/[-\d]/g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]));
}

export function subscript(integer) {
  return String(integer).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
}

/** A whole number with its thousands set apart. */
export function whole(integer) {
  return integer.toLocaleString("en");
}

/** A probability in per cent. Exactly 0 and 1 are told from what only rounds to them. */
export function percent(p) {
  if (p === 0 || p === 1) return `${100 * p} %`;
  if (p < 0.0005) return "<0.1 %";
  return p >= 0.9995 ? ">99.9 %" : `${(100 * p).toFixed(1)} %`;
}

/** Shares in per cent, but for classes that are masked. */
export function percents(probabilities, logits = []) {
  return probabilities.map((p, i) => (logits[i] === -Infinity ? "masked" : percent(p)));
}

/** A distribution in words. */
export function shares(probabilities, logits) {
  return percents(probabilities, logits).map((share, i) => `class ${i + 1} ${share}`).join(", ");
}

/** A probability for a table: six significant digits, which any program reads, and never a false 0 or 1. */
export function decimal(p) {
  if (p === 0 || p === 1) return String(p);
  const text = p.toPrecision(6);
  return Number(text) === 1 ? String(p) : text;
}

/** An entropy in both of its units. */
export function natsAndBits(nats) {
  return `${nats.toFixed(3)} nats (${(nats / Math.LN2).toFixed(3)} bits)`;
}

/** The steps of a chain, as Python writes them. */
export function stepsText(steps) {
  return steps.map(([filter, setting]) => `${filter}(${settingText(setting)})`).join(" → ") || "keep all";
}

/** A setting as Python writes it; of several numbers, those, and of numbers by token the numbers alone. */
function settingText(setting) {
  if (setting === Infinity) return "inf";
  return typeof setting === "object" ? Object.values(setting).map((x) => number(x)).join(", ") : setting;
}
