// Energy levels, as in tempcourse.boltzmann: a level of g states is g entries of one softmax, with −E as logits.

import { sum } from "./rows.js";
import { entropy, logSumExp, softmax } from "./softmax.js";

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
