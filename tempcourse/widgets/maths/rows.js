// One row of numbers: what the concepts beside it share.

export function refuse(message) {
  throw new RangeError(message);
}

export function sum(values) {
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += values[i]; // for … of is slow on typed arrays
  return total;
}

export function mean(values) {
  return sum(values) / values.length;
}

/** The index of the largest, of the first one at a tie. */
export function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[best]) best = i;
  return best;
}

/** Indices by their key, the smallest first; where keys tie, by index. */
export function argsort(keys) {
  const order = Array.from(keys, (_, i) => i);
  if (order.every((i) => i === 0 || keys[i - 1] <= keys[i])) return order; // as tokens that were recorded come
  return order.sort((a, b) => keys[a] - keys[b] || a - b); // ∞ − ∞ is NaN: a tie, too
}
