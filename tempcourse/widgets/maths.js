// The softmax and its companions with the names and the limits of tempcourse.softmax: pure functions over one
// row of logits, held against Python on the same bits by tests/browser/test_maths.py. Then the filters of
// tempcourse.decoding, calibration, energy levels, random numbers from a seed, the Ising model, annealing and
// bandits, held against Python and exact averages by test_decoding_lab.py, test_calibration_view.py,
// test_levels.py, test_ising.py, test_annealing.py and test_bandit.py beside it.

function refuse(message) {
  throw new RangeError(message);
}

/** Return the largest logit, after checking what no formula below can mend. */
function largest(logits, temperature) {
  if (!(temperature >= 0)) refuse(`temperature must be 0 or more, got ${temperature}`);
  let top = -Infinity;
  for (const z of logits) {
    if (Number.isNaN(z)) refuse("logits must not hold NaN");
    if (z > top) top = z;
  }
  if (top === -Infinity) refuse("logits must hold at least one that is not -Infinity");
  return top;
}

function sum(values) {
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += values[i]; // for … of is slow on typed arrays
  return total;
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

// Decoding, as in tempcourse.decoding: a filter returns the logits, -Infinity for those that are dropped.

function checkShare(p) {
  if (!(p > 0 && p <= 1)) refuse(`p must be above 0 and at most 1, got ${p}`);
}

/** Indices by their key, the smallest first; where keys tie, by index. */
function inOrder(keys) {
  return [...keys.keys()].sort((a, b) => keys[a] - keys[b] || a - b); // ∞ − ∞ is NaN: a tie, too
}

function mostLikelyFirst(logits) {
  largest(logits, 1);
  return inOrder(logits.map((z) => -z));
}

function keepFirst(count, order, logits) {
  const kept = logits.map(() => -Infinity);
  for (const i of order.slice(0, count)) kept[i] = logits[i];
  return kept;
}

/** Keep the first of an order until their probabilities sum to at least p. */
function keepUntil(p, order, logits) {
  if (p === 1) return logits.slice();
  const probabilities = softmax(order.map((i) => logits[i]), 1);
  let [count, total] = [1, probabilities[0]];
  while (total < p && count < order.length) total += probabilities[count++];
  return keepFirst(count, order, logits);
}

/** Keep the k largest logits. */
export function topK(logits, k) {
  if (!(Number.isInteger(k) && k >= 1)) refuse(`k must be a whole number of at least 1, got ${k}`);
  return keepFirst(k, mostLikelyFirst(logits), logits);
}

/** Keep the fewest most likely tokens whose probabilities sum to at least p. */
export function topP(logits, p) {
  checkShare(p);
  return keepUntil(p, mostLikelyFirst(logits), logits);
}

/** Keep the tokens that are at least p times as likely as the most likely one. */
export function minP(logits, p) {
  checkShare(p);
  const least = Math.log(p);
  return temper(logits, 1).map((gap, i) => (gap >= least ? logits[i] : -Infinity));
}

/** Keep the fewest tokens with a surprise near the mean surprise whose probabilities sum to at least p. */
export function typicalP(logits, p) {
  checkShare(p);
  const below = temper(logits, 1);
  const logSum = Math.log(sum(below.map(Math.exp)));
  const mean = entropy(softmax(logits, 1));
  return keepUntil(p, inOrder(below.map((gap) => Math.abs(logSum - gap - mean))), logits);
}

const FILTERS = { temper, top_k: topK, top_p: topP, min_p: minP, typical_p: typicalP };

/**
 * The steps of an engine in its order, as [filter, setting]: what Engine.__call__ makes of its settings in Python.
 * `settings` has Python's names; null leaves a step out, and so does an engine that has no such filter.
 */
export function chain({ name, order, greedy_below }, { temperature, ...filters }) {
  if (temperature === 0 && greedy_below === 0) refuse(`temperature must be above 0 in ${name}, got 0`);
  const divisor = temperature < greedy_below ? 0 : temperature === 1 ? null : temperature;
  const settings = { temper: divisor, ...filters };
  return order.map((filter) => [filter, settings[filter]]).filter(([, setting]) => setting !== null);
}

/** Logits after each step of a chain. */
export function afterEach(steps, logits) {
  return steps.map(([filter, setting]) => (logits = FILTERS[filter](logits, setting)));
}

/**
 * The first index whose cumulative probability exceeds a uniform number. Those asked for stay further below 1 than
 * a sum of probabilities can by rounding.
 */
export function inverseCdf(probabilities, u) {
  let below = 0;
  return probabilities.findIndex((p) => (below += p) > u);
}

// Energy levels, as in tempcourse.boltzmann: a level of g states is g entries of one softmax, with −E as logits.

function logitsOfStates(energies, degeneracies) {
  return energies.flatMap((energy, i) => Array(degeneracies[i]).fill(-energy));
}

/** The probability of each single state, level by level: exp(−E/T) / Z. */
export function stateProbabilities(energies, temperature, degeneracies) {
  return softmax(logitsOfStates(energies, degeneracies), temperature);
}

/** The probability of each level: g·exp(−E/T) / Z. */
export function boltzmann(energies, temperature, degeneracies) {
  const p = stateProbabilities(energies, temperature, degeneracies);
  let end = 0;
  return degeneracies.map((g) => g * p[(end += g) - 1]);
}

/** F = −T·log Z: the least energy at T = 0, −∞ at T = ∞. */
export function freeEnergy(energies, temperature, degeneracies) {
  return -logSumExp(logitsOfStates(energies, degeneracies), temperature);
}

/** U = Σ p·E. */
export function meanEnergy(energies, temperature, degeneracies) {
  const p = boltzmann(energies, temperature, degeneracies);
  return sum(p.map((weight, i) => weight * energies[i]));
}

/** S = −Σ p·log p over the states, which is (U − F)/T: with energies above the ground, nothing cancels in it. */
export function thermalEntropy(energies, temperature, degeneracies) {
  if (temperature === 0 || temperature === Infinity) {
    return entropy(stateProbabilities(energies, temperature, degeneracies));
  }
  const ground = Math.min(...energies);
  const above = energies.map((energy) => energy - ground);
  const [U, F] = [meanEnergy, freeEnergy].map((of) => of(above, temperature, degeneracies));
  return (U - F) / temperature;
}

/** C = Var(E)/T², 0 at both ends. */
export function heatCapacity(energies, temperature, degeneracies) {
  if (temperature === 0) return 0;
  const mean = meanEnergy(energies, temperature, degeneracies);
  const p = boltzmann(energies, temperature, degeneracies);
  return sum(p.map((weight, i) => weight * ((energies[i] - mean) / temperature) ** 2));
}

// Calibration, as in tempcourse.calibration, of rows of finite logits. A temperature moves how confident a
// prediction is, never which it is: so what is right is found once, from the logits, and at τ = ∞ it stays.

/** The index of the largest, of the first one at a tie. */
export function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[best]) best = i;
  return best;
}

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

// Random numbers

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

// The Ising model: spins +1 and −1 on a square lattice without edges (row by row in one array, an even side),
// with the energy −1 for each pair of equal neighbours and +1 for each pair of unequal ones.

/** Spins of an infinitely hot lattice: each is a coin. */
export function isingLattice(side, source) {
  return Int8Array.from({ length: side * side }, () => (uniform(source) < 0.5 ? 1 : -1));
}

/**
 * One heat-bath sweep, in place: every spin forgets what it was and is drawn from a two-class softmax.
 *
 * Its neighbours' sum h gives it the energy −h if it is up and h if it is down, so the logits are [h, −h]. The
 * squares of one colour of a checkerboard have neighbours of the other colour only: one colour goes first.
 */
export function isingSweep(spins, side, temperature, source) {
  const up = [-4, -2, 0, 2, 4].map((h) => softmax([h, -h], temperature)[0]);
  for (let colour = 0; colour < 2; colour += 1) {
    for (let row = 0; row < side; row += 1) {
      const here = row * side;
      const above = (row === 0 ? side - 1 : row - 1) * side;
      const below = (row === side - 1 ? 0 : row + 1) * side;
      for (let column = (row + colour) % 2; column < side; column += 2) {
        const left = here + (column === 0 ? side - 1 : column - 1);
        const right = here + (column === side - 1 ? 0 : column + 1);
        const h = spins[above + column] + spins[below + column] + spins[left] + spins[right];
        spins[here + column] = uniform(source) < up[h / 2 + 2] ? 1 : -1;
      }
    }
  }
}

/** −Σ s·s′ over the pairs of neighbours, each once. */
export function isingEnergy(spins, side) {
  let energy = 0;
  for (let row = 0; row < side; row += 1) {
    const here = row * side;
    const below = ((row + 1) % side) * side;
    for (let column = 0; column < side; column += 1) {
      energy -= spins[here + column] * (spins[here + ((column + 1) % side)] + spins[below + column]);
    }
  }
  return energy;
}

/** The mean spin, from −1 to 1. */
export function magnetisation(spins) {
  return sum(spins) / spins.length;
}

/** The infinite lattice orders below this temperature (Kramers, Wannier 1941; Onsager 1944). */
export const CRITICAL_TEMPERATURE = 2 / Math.log(1 + Math.SQRT2);

/** |m| of the infinite lattice (Yang 1952): 1 at T = 0, and 0 from the critical temperature on. */
export function exactMagnetisation(temperature) {
  return temperature < CRITICAL_TEMPERATURE ? (1 - Math.sinh(2 / temperature) ** -4) ** (1 / 8) : 0;
}

/** Energy per spin of the infinite lattice (Onsager 1944), its elliptic integral by the mean that Gauss used. */
export function exactEnergy(temperature) {
  if (temperature === Infinity) return 0;
  const ordered = Math.tanh(2 / temperature);
  const modulus = 2 * ordered ** 2 - 1;
  let [arithmetic, geometric] = [1, Math.abs(modulus)];
  for (let i = 0; i < 12; i += 1) {
    [arithmetic, geometric] = [(arithmetic + geometric) / 2, Math.sqrt(arithmetic * geometric)];
  }
  return -(1 + modulus / arithmetic) / ordered;
}

// Annealing: walkers on a row of places, each with an energy. A step goes to a neighbour or, refused, nowhere.

/** The rule of Metropolis et al. (1953): down always, up by `rise` with the probability exp(−rise/T). */
export function acceptance(rise, temperature) {
  return rise <= 0 ? 1 : Math.exp(-rise / temperature);
}

/** Where a walker is after one step: a coin chooses the neighbour, and there is none beyond the ends. */
export function metropolisStep(place, energies, temperature, source) {
  const next = place + (uniform(source) < 0.5 ? -1 : 1);
  if (next < 0 || next >= energies.length) return place;
  return uniform(source) < acceptance(energies[next] - energies[place], temperature) ? next : place;
}

/** The exact distribution after one such step: over each border between places flows the difference. */
export function metropolisFlow(distribution, energies, temperature) {
  const after = distribution.slice();
  for (let i = 0; i + 1 < energies.length; i += 1) {
    const rise = energies[i + 1] - energies[i];
    const right = distribution[i] * acceptance(rise, temperature);
    const left = distribution[i + 1] * acceptance(-rise, temperature);
    after[i] += (left - right) / 2;
    after[i + 1] += (right - left) / 2;
  }
  return after;
}

/** Temperatures of `steps` steps from hot to cold, each the same fraction of the one before. */
export function geometricCooling(hot, cold, steps) {
  return Array.from({ length: steps }, (_, k) => hot * (cold / hot) ** (k / (steps - 1)));
}

/** For each place the bottom of its valley: where going to the lower neighbour ends. */
export function valleyBottoms(energies) {
  const downhill = (place) =>
    [place - 1, place + 1].reduce((best, next) => (energies[next] < energies[best] ? next : best), place);
  return energies.map((_, place) => {
    let bottom = place;
    while (downhill(bottom) !== bottom) bottom = downhill(bottom);
    return bottom;
  });
}

// Bandits, as in tempcourse.exploration: the arm with the largest index is pulled, and ties are drawn by lot.

const COOLING = 0.99; // the part of its temperature that the geometric schedule keeps at each step
const EPSILON = 0.1; // the part of its pulls that ε-greedy draws evenly

/** Standard Gumbel noise: the largest of z + τ·noise is class i with the probability softmax(z, τ)[i]. */
export function gumbel(source) {
  return -Math.log(-Math.log(uniform(source)));
}

/** A number of mean 0 and variance 1, normally distributed (Box, Muller 1958). */
export function gaussian(source) {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(source)));
  return radius * Math.cos(2 * Math.PI * uniform(source));
}

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
