// Random numbers from a seed, and what is drawn with them.

/** A seeded source of random numbers; the array is all its state. The same seed, the same numbers. */
export function randomSource(seed) {
  return Uint32Array.from({ length: 4 }, (_, i) => scrambled(seed + i * 0x9e3779b9));
}

/** MurmurHash3's last step (Appleby 2011): seeds that are neighbours get words that have nothing in common. */
function scrambled(word) {
  const first = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

/** The next number of a source, uniform from 0 up to but not including 1: xoshiro128** (Blackman, Vigna 2021). */
export function uniform(state) {
  const product = Math.imul(state[1], 5);
  const bits = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = (state[3] << 11) | (state[3] >>> 21);
  return bits / 2 ** 32;
}

/** Standard Gumbel noise: the largest of z + τ·noise is class i with the probability softmax(z, τ)[i]. */
export function gumbel(source) {
  return -Math.log(-Math.log(uniform(source)));
}

/** A number of mean 0 and variance 1, normally distributed (Box, Muller 1958). */
export function gaussian(source) {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(source)));
  return radius * Math.cos(2 * Math.PI * uniform(source));
}

/**
 * The first index whose cumulative probability exceeds a uniform number. Those asked for stay further below 1 than
 * a sum of probabilities can by rounding.
 */
export function inverseCdf(probabilities, u) {
  let below = 0;
  return probabilities.findIndex((p) => (below += p) > u);
}
