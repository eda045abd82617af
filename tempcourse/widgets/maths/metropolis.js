// The rule of Metropolis for walkers on a row of places, each with an energy. A step goes to a neighbour or,
// refused, nowhere.

import { randomSource, uniform } from "./random.js";

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

/** The exact distribution after a step at each of the temperatures, from one that is uniform. */
export function metropolisEnd(energies, temperatures) {
  const start = energies.map(() => 1 / energies.length);
  return temperatures.reduce((p, temperature) => metropolisFlow(p, energies, temperature), start);
}

/** Where each walker is at the start and after each of these steps. The same seed, the same walks. */
export function metropolisWalks(energies, temperatures, walkers, seed) {
  const source = randomSource(seed);
  let places = Uint8Array.from({ length: walkers }, () => Math.floor(uniform(source) * energies.length));
  return [
    places,
    ...temperatures.map((temperature) => {
      places = places.map((place) => metropolisStep(place, energies, temperature, source));
      return places;
    }),
  ];
}
