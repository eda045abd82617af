// The Ising model: spins +1 and −1 on a square lattice without edges (row by row in one array, an even side),
// with the energy −1 for each pair of equal neighbours and +1 for each pair of unequal ones.

import { uniform } from "./random.js";
import { mean } from "./rows.js";
import { softmax } from "./softmax.js";

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
  return mean(spins);
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
